package merge

import (
	stdjson "encoding/json"
	"fmt"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/json"
	"k8s.io/apimachinery/pkg/util/strategicpatch"

	"github.com/podcue/podcue/provenance"
)

// RuleReplace is the rule of a list that took the place of the one below it.
const RuleReplace = "replace"

// A tagged is a leaf on its way through the strategic merge. The library moves
// leaves without looking at them, so it is the library itself that decides where
// each leaf of the result comes from.
type tagged struct {
	value any
	layer int
	path  provenance.Path // in its layer
}

// mergeStrategically is the strategy strategic.
func mergeStrategically(layers []Layer, trace bool) (*corev1.PodTemplateSpec, provenance.Map, error) {
	schema, err := strategicpatch.NewPatchMetaFromStruct(corev1.PodTemplateSpec{})
	if err != nil {
		return nil, nil, err
	}
	origins := make([]provenance.Map, len(layers))
	merged := map[string]any{}
	for i, l := range layers {
		obj, err := present(l.Pod, l.Fields)
		if err == nil {
			err = checkKeys(obj)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("layer %s: %w", l.Name, err)
		}
		if trace {
			origins[i] = provenance.NewTree(obj, l.Fields, provenance.Origin{Layer: l.Name}).Map(obj)
			obj = tag(obj, "", "", i).(map[string]any)
		}
		if merged, err = strategicpatch.StrategicMergeMapPatchUsingLookupPatchMeta(merged, obj, schema); err != nil {
			return nil, nil, fmt.Errorf("layer %s: %w", l.Name, err)
		}
	}
	var fields provenance.Map
	if trace {
		s := sources{origins: origins, fields: provenance.Map{}}
		merged = s.collect(merged)
		fields = s.fields
	}
	data, err := stdjson.Marshal(merged)
	if err != nil {
		return nil, nil, err
	}
	pod := &corev1.PodTemplateSpec{}
	if err := json.Unmarshal(data, pod); err != nil {
		return nil, nil, err
	}
	if trace {
		if err := fillOrigins(fields, pod, layers[0].Name); err != nil {
			return nil, nil, err
		}
	}
	return pod, fields, nil
}

// checkKeys returns an error for the first element of a keyed list of obj that
// has no key: the strategic merge cannot tell which element it is about.
func checkKeys(obj map[string]any) error {
	keys := patchKeys()
	for p, v := range provenance.Walk(obj) {
		list, ok := v.([]any)
		if !ok {
			continue
		}
		segments := p.Segments()
		key := keys[segments[len(segments)-1].Name]
		if key == "" {
			continue
		}
		for i, e := range list {
			if m, ok := e.(map[string]any); ok && m[key] == nil {
				return fmt.Errorf("%s: a strategic merge needs a %s to match it by", p.Index(i), key)
			}
		}
	}
	return nil
}

// self is the member of an object that holds the object's own tag.
const self = "\x00"

// set is the name of the only list that is a set.
const set = "finalizers"

// patchKeys are the merge keys by the name of the list.
var patchKeys = sync.OnceValue(func() map[string]string {
	keys := map[string]string{}
	for _, f := range Lists() {
		if f.Rule.Type == Keyed {
			keys[f.Name] = f.Rule.PatchKey
		}
	}
	return keys
})

// tag returns a copy of v, the node of a layer at path, with its leaves tagged.
// Keys of list elements and elements of sets stay as they are: the library
// compares them.
func tag(v any, path provenance.Path, name string, layer int) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v)+1)
		for k, e := range v {
			out[k] = tag(e, provenance.MemberPath(path, name, k), k, layer)
		}
		out[self] = tagged{nil, layer, path}
		return out
	case []any:
		out := make([]any, len(v))
		key := patchKeys()[name]
		for i, at := range provenance.ElementPaths(path, name, v) {
			m, keyed := v[i].(map[string]any)
			switch {
			case keyed && key != "":
				e := tag(m, at, "", layer).(map[string]any)
				e[key] = m[key]
				out[i] = e
			case name == set:
				out[i] = v[i]
			default:
				out[i] = tag(v[i], at, "", layer)
			}
		}
		return out
	}
	return tagged{v, layer, path}
}

// sources turns the tags of a merged object into origins.
type sources struct {
	origins []provenance.Map // of each layer
	fields  provenance.Map   // of the merged object
}

// collect takes the tags off obj and fills in s.fields.
func (s sources) collect(obj map[string]any) map[string]any {
	plain := untag(obj).(map[string]any)
	s.node(obj, plain, "", "", RuleOverride)
	return plain
}

// untag returns a copy of v without tags.
func untag(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			if k != self {
				out[k] = untag(e)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = untag(e)
		}
		return out
	case tagged:
		return v.value
	}
	return v
}

// node records the origins of v, whose form without tags is plain, and of all
// below it. rule is that of a leaf that has something below it.
func (s sources) node(v, plain any, path provenance.Path, name, rule string) {
	switch v := v.(type) {
	case tagged:
		s.add(path, v.layer, v.path, rule)
	case map[string]any:
		s.object(v, plain.(map[string]any), path, name, "", rule)
	case []any:
		s.list(v, plain.([]any), path, name, rule)
	}
}

// object records the origins of v, an element of a list that is keyed by its
// member key, unless that is "".
func (s sources) object(v, plain map[string]any, path provenance.Path, name, key, rule string) {
	of := v[self].(tagged)
	for k, e := range v {
		switch {
		case k == self:
		case k == key && key != "":
			s.add(path.Child(key), of.layer, of.path.Child(key), rule)
		default:
			s.node(e, plain[k], provenance.MemberPath(path, name, k), k, rule)
		}
	}
	s.add(path, of.layer, of.path, RuleMerge)
}

// list records the origins of the list v and of its elements.
func (s sources) list(v, plain []any, path provenance.Path, name, rule string) {
	key, united := patchKeys()[name], RuleMerge
	if key == "" && name != set {
		united = RuleReplace
	}
	for i, at := range provenance.ElementPaths(path, name, plain) {
		switch {
		case key != "":
			s.object(v[i].(map[string]any), plain[i].(map[string]any), at, "", key, rule)
		case name == set:
			s.member(at, path, provenance.JSON(v[i]))
		default:
			s.node(v[i], plain[i], at, "", RuleReplace)
		}
	}
	for i := len(s.origins) - 1; i >= 0; i-- { // the highest layer that has the list decides
		if len(s.origins[i][path]) > 0 {
			s.add(path, i, path, united)
			return
		}
	}
}

// member records the origins of the node at path, an element of the set list:
// all layers that have its value.
func (s sources) member(path, list provenance.Path, value string) {
	for _, m := range s.origins {
		for i := 0; m.Has(list.Index(i)); i++ {
			if o := m[list.Index(i)]; o[len(o)-1].Value == value {
				s.fields.Add(path, o...)
			}
		}
	}
}

// add records the origins of the node at path: those that layer has at from,
// which decided, above those of the layers below it, over which rule won.
func (s sources) add(path provenance.Path, layer int, from provenance.Path, rule string) {
	var lost []provenance.Origin
	for _, m := range s.origins[:layer] {
		lost = append(lost, m[path]...)
	}
	won := slices.Clone(s.origins[layer][from])
	if n := len(won); n > 0 && len(lost) > 0 && won[n-1].Rule == "" {
		won[n-1].Rule = rule
	}
	if origins := append(lost, won...); len(origins) > 0 {
		s.fields.Add(path, origins...)
	}
}

// fillOrigins gives an origin to the leaves of pod that no layer wrote: what
// Kubernetes prints of fields nobody set.
func fillOrigins(fields provenance.Map, pod *corev1.PodTemplateSpec, fallback string) error {
	obj, err := toGeneric(pod)
	if err != nil {
		return err
	}
	for p, v := range provenance.Leaves(obj) {
		if fields.Has(p) {
			continue
		}
		o := provenance.Origin{Layer: fallback}
		if near := fields.Nearest(p); len(near) > 0 {
			o = near[len(near)-1]
			o.Rule = ""
		}
		o.Value = provenance.JSON(v)
		fields.Add(p, o)
	}
	return nil
}
