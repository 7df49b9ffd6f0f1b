package validation

import (
	"encoding/json"
	"strings"
	"sync"

	"github.com/podcue/podcue/provenance"
)

// A placer turns the server's field paths into canonical paths of the object as
// it was given. It remembers every node on the way, since an object can be huge
// and refused for each of its elements.
type placer struct {
	root   provenance.Path // where object stands; fields begin with it
	object func() any      // as generic JSON, made at the first question
	nodes  map[provenance.Path]*node
}

// A node is a node of the object.
type node struct {
	path     provenance.Path // canonical, from the object
	name     string          // the field that the node is the value of
	value    any
	elements []provenance.Path // of a list, once somebody asked
}

// place returns a placer for the object at root.
func place(root provenance.Path, object func() any) placer {
	return placer{root, sync.OnceValue(object), map[provenance.Path]*node{}}
}

// below returns the placer of the member name of p's object.
func (p placer) below(name string) placer {
	return place(join(p.root, provenance.Path(name)), func() any {
		m, _ := p.object().(map[string]any)
		return m[name]
	})
}

// generic returns obj, a Kubernetes object, as generic JSON: nil if it cannot be
// encoded, which no typed object is.
func generic(obj any) func() any {
	return func() any {
		data, err := json.Marshal(obj)
		if err != nil {
			return nil
		}
		return parse(data)()
	}
}

// parse returns the generic form of a JSON document, nil if it is none.
func parse(data []byte) func() any {
	return func() any {
		var out any
		if json.Unmarshal(data, &out) != nil {
			return nil
		}
		return out
	}
}

// path returns the canonical path of a field as the server spells it. What the
// object does not have keeps the server's spelling, below the deepest node that
// it has: spec.containers[main].image.
func (p placer) path(name string) provenance.Path {
	at, ok := p.relative(name)
	if !ok {
		return provenance.Path(name)
	}
	for prefix := at; prefix != ""; prefix = prefix.Parent() {
		if n := p.find(prefix); n != nil {
			return join(p.root, n.path+at[len(prefix):])
		}
	}
	return join(p.root, at)
}

// find returns the node at a path as the server spells it, with indices of lists;
// nil if there is none.
func (p placer) find(at provenance.Path) *node {
	if n, ok := p.nodes[at]; ok {
		return n
	}
	var n *node
	if at == "" {
		n = &node{value: p.object()}
	} else if parent := p.find(at.Parent()); parent != nil {
		segs := at[len(at.Parent()):].Segments()
		n = parent.child(segs[0])
	}
	p.nodes[at] = n
	return n
}

// child returns the member or element s of n, nil if there is none.
func (n *node) child(s provenance.Segment) *node {
	switch v := n.value.(type) {
	case map[string]any:
		if e, ok := v[s.Name]; ok {
			return &node{path: provenance.MemberPath(n.path, n.name, s.Name), name: s.Name, value: e}
		}
	case []any:
		if s.Kind != provenance.Index || s.Index >= len(v) {
			return nil
		}
		if n.elements == nil {
			n.elements = provenance.ElementPaths(n.path, n.name, v)
		}
		return &node{path: n.elements[s.Index], value: v[s.Index]}
	}
	return nil
}

// written reports whether the object as it was given has the node at path.
func (p placer) written(path provenance.Path) bool {
	at, ok := p.relative(string(path))
	if !ok {
		return false
	}
	_, _, found := provenance.Resolve(p.object(), at)
	return found
}

// relative returns a field as a path from the object at p.root. A part that is
// no path is cut off: the server writes
// topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}.
func (p placer) relative(name string) (provenance.Path, bool) {
	at := provenance.Path(name)
	if p.root != "" {
		if !at.Under(p.root) {
			return "", false
		}
		at = provenance.Path(strings.TrimPrefix(string(at[len(p.root):]), "."))
	}
	if segs := at.Segments(); len(segs) > 0 && strings.HasPrefix(segs[len(segs)-1].Name, "{") {
		at = at.Parent()
	}
	return at, true
}

func join(root, path provenance.Path) provenance.Path {
	if root == "" || path == "" {
		return root + path
	}
	return root + "." + path
}

// splitWarning splits a warning into the field that it begins with and the rest.
func splitWarning(text string) (name, rest string, ok bool) {
	name, rest, ok = strings.Cut(text, ": ")
	if !ok || strings.Contains(name, " ") {
		return "", text, false
	}
	for _, root := range []string{"metadata", "spec", "template"} {
		if provenance.Path(name).Under(provenance.Path(root)) {
			return name, rest, true
		}
	}
	return "", text, false
}
