package provenance

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// listKeys names the fields that identify an element of a list, by the name of
// the list's own field. The first ones are the patchMergeKey tags of
// k8s.io/api/core/v1; the others are the listMapKey tags of its OpenAPI, which
// Kubernetes itself uses for the lists that patchMergeKey cannot express. A
// test in package merge holds the table against the linked k8s.io/api.
var listKeys = map[string][]string{
	"claims":                    {"name"},
	"containers":                {"name"},
	"env":                       {"name"},
	"ephemeralContainers":       {"name"},
	"evictionResponders":        {"name"},
	"hostAliases":               {"ip"},
	"imagePullSecrets":          {"name"},
	"initContainers":            {"name"},
	"ports":                     {"containerPort", "protocol"},
	"resizePolicy":              {"resourceName"},
	"resourceClaims":            {"name"},
	"schedulingGates":           {"name"},
	"sysctls":                   {"name"},
	"topologySpreadConstraints": {"topologyKey", "whenUnsatisfiable"},
	"volumeDevices":             {"devicePath"},
	"volumeMounts":              {"mountPath"},
	"volumes":                   {"name"},
}

// keyDefaults are the values that a missing key field stands for.
var keyDefaults = map[string]string{"protocol": "TCP"}

// mapFields are the fields whose value is a map with free keys rather than a
// struct; their entries are addressed with brackets.
var mapFields = map[string]bool{
	"annotations": true, "attributes": true, "labels": true, "limits": true, "matchLabels": true,
	"nodeSelector": true, "options": true, "overhead": true, "requests": true,
	"volumeAttributes": true, "data": true, "stringData": true,
}

// ListKeys returns the fields that identify an element of the list field name
// (["name"] for "containers"), or nil if the list has no merge key. The caller
// must not change the result.
func ListKeys(name string) []string { return listKeys[name] }

// Walk yields every node of obj but the root, parents before children, with its
// canonical path: fields in alphabetical order, list elements in list order. A
// list element whose key is missing, or is the same as that of an element before
// it, is addressed by its index.
func Walk(obj any) iter.Seq2[Path, any] {
	return func(yield func(Path, any) bool) { walk("", "", obj, yield) }
}

// Leaves is [Walk] restricted to nodes that have no children: scalars, null,
// and empty maps and lists.
func Leaves(obj any) iter.Seq2[Path, any] {
	return func(yield func(Path, any) bool) {
		for p, v := range Walk(obj) {
			if IsLeaf(v) && !yield(p, v) {
				return
			}
		}
	}
}

// LeavesBelow yields the leaves of v, the node at p, with their canonical paths: v
// itself if it is a leaf.
func LeavesBelow(p Path, v any) iter.Seq2[Path, any] {
	name := ""
	if segs := p.Segments(); len(segs) > 0 && segs[len(segs)-1].Kind == Field {
		name = segs[len(segs)-1].Name
	}
	return func(yield func(Path, any) bool) {
		if IsLeaf(v) {
			yield(p, v)
			return
		}
		walk(p, name, v, func(q Path, e any) bool { return !IsLeaf(e) || yield(q, e) })
	}
}

// IsLeaf reports whether the generic JSON value v has no children.
func IsLeaf(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return true
}

func walk(at Path, name string, v any, yield func(Path, any) bool) bool {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			p := MemberPath(at, name, k)
			if !yield(p, v[k]) || !walk(p, k, v[k], yield) {
				return false
			}
		}
	case []any:
		for i, p := range ElementPaths(at, name, v) {
			if !yield(p, v[i]) || !walk(p, "", v[i], yield) {
				return false
			}
		}
	}
	return true
}

// MemberPath returns the path of the member key of the object at p, whose own
// field is called name: labels[team], but spec.volumes.
func MemberPath(p Path, name, key string) Path {
	if mapFields[name] {
		return p.Key(key)
	}
	return p.Child(key)
}

// ElementPaths returns the canonical path of every element of the list at p,
// whose own field is called name, in list order.
func ElementPaths(p Path, name string, list []any) []Path {
	paths := make([]Path, len(list))
	seen := make(map[string]bool, len(list))
	for i, e := range list {
		key, ok := elementKey(name, e)
		if !ok || seen[key] {
			paths[i] = p.Index(i)
			continue
		}
		seen[key] = true
		paths[i] = p.Key(key)
	}
	return paths
}

func elementKey(name string, e any) (string, bool) {
	fields := listKeys[name]
	m, ok := e.(map[string]any)
	if fields == nil || !ok {
		return "", false
	}
	parts := make([]string, len(fields))
	for i, f := range fields {
		switch v := m[f].(type) {
		case nil:
			if parts[i] = keyDefaults[f]; parts[i] == "" {
				return "", false
			}
		case string:
			parts[i] = v
		case float64:
			parts[i] = strconv.FormatFloat(v, 'f', -1, 64)
		default:
			parts[i] = fmt.Sprint(v)
		}
	}
	return strings.Join(parts, "/"), true
}

// Resolve finds the node of obj that p addresses and returns its canonical path
// and value. Besides canonical paths it takes what people and the API server
// write: indices where there is a key (spec.containers[0].image), a dot where a
// map has brackets (resources.limits.cpu), and a port without its protocol
// (ports[8080]). Where p leads out of obj, it returns the path of the deepest
// node on the way, that node, and false.
func Resolve(obj any, p Path) (Path, any, bool) {
	at, name := Path(""), ""
	segs := p.Segments()
	for len(segs) > 0 {
		next, child, v, used := step(at, name, obj, segs)
		if used == 0 {
			return at, obj, false
		}
		at, name, obj, segs = next, child, v, segs[used:]
	}
	return at, obj, true
}

// step follows the first segments from the node v at at. It returns how many
// segments it used: more than one where a map key has dots in it, none where
// there is nothing to follow.
func step(at Path, name string, v any, segs []Segment) (Path, string, any, int) {
	switch v := v.(type) {
	case map[string]any:
		key := segs[0].Name
		for used := 1; ; used++ {
			if child, ok := v[key]; ok {
				return MemberPath(at, name, key), key, child, used
			}
			if used >= len(segs) || segs[used].Kind != Field || !mapFields[name] {
				return "", "", nil, 0
			}
			key += "." + segs[used].Name
		}
	case []any:
		if i := element(at, name, v, segs[0]); i >= 0 {
			return ElementPaths(at, name, v)[i], "", v[i], 1
		}
	}
	return "", "", nil, 0
}

func element(at Path, name string, list []any, s Segment) int {
	if s.Kind == Field {
		return -1
	}
	paths := ElementPaths(at, name, list)
	want := at.Key(s.Name)
	if i := slices.Index(paths, want); i >= 0 {
		return i
	}
	if i := slices.Index(paths, at.Key(s.Name+"/TCP")); i >= 0 && name == "ports" {
		return i
	}
	if s.Kind == Index && s.Index < len(list) {
		return s.Index
	}
	return -1
}
