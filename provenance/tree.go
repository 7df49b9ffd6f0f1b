package provenance

import (
	"encoding/json"
	"maps"
	"slices"
)

// A Tree mirrors an object while a merge builds it: one node for each field and
// each list element, with the origins of that node, lowest precedence first. A
// merge that moves, copies or appends parts of the object does the same to the
// Tree. The zero Tree is an empty node.
//
// A nil *Tree records nothing: every method may be called on it, does nothing
// and returns nil, zero or false.
type Tree struct {
	origins []Origin
	fields  map[string]*Tree
	items   []*Tree
}

// NewTree returns a Tree for obj, a generic JSON value, with the origins that m
// has for each node. A leaf that m knows nothing of gets the nearest ancestor's
// origins, and failing that the origin fallback. Every origin of a leaf carries
// the leaf's value unless it has one already.
func NewTree(obj any, m Map, fallback Origin) *Tree {
	return newTree("", "", obj, m, []Origin{fallback})
}

func newTree(at Path, name string, obj any, m Map, inherited []Origin) *Tree {
	t := &Tree{}
	if o := m[at]; len(o) > 0 {
		inherited = o
		t.origins = slices.Clone(o)
	}
	switch v := obj.(type) {
	case map[string]any:
		if len(v) > 0 {
			t.fields = make(map[string]*Tree, len(v))
		}
		for k, e := range v {
			t.fields[k] = newTree(MemberPath(at, name, k), k, e, m, inherited)
		}
	case []any:
		for i, p := range ElementPaths(at, name, v) {
			t.items = append(t.items, newTree(p, "", v[i], m, inherited))
		}
	}
	if IsLeaf(obj) {
		t.origins = withValue(inherited, obj)
	}
	return t
}

func withValue(origins []Origin, v any) []Origin {
	out := slices.Clone(origins)
	for i := range out {
		if out[i].Value == "" && i == len(out)-1 {
			out[i].Value = JSON(v)
		}
	}
	return out
}

// JSON returns v as compact JSON, "" if it cannot be encoded.
func JSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// Field returns the node of the field or map entry name, made if missing.
func (t *Tree) Field(name string) *Tree {
	if t == nil {
		return nil
	}
	f := t.fields[name]
	if f == nil {
		f = &Tree{}
		t.SetField(name, f)
	}
	return f
}

// Lookup returns the node of the field or map entry name, nil if there is none.
func (t *Tree) Lookup(name string) *Tree {
	if t == nil {
		return nil
	}
	return t.fields[name]
}

// SetField makes f the node of the field or map entry name; a nil f removes it.
func (t *Tree) SetField(name string, f *Tree) {
	if t == nil {
		return
	}
	if f == nil {
		delete(t.fields, name)
		return
	}
	if t.fields == nil {
		t.fields = map[string]*Tree{}
	}
	t.fields[name] = f
}

// Item returns the node of list element i, made (with all before it) if missing.
func (t *Tree) Item(i int) *Tree {
	if t == nil {
		return nil
	}
	for len(t.items) <= i {
		t.items = append(t.items, &Tree{})
	}
	return t.items[i]
}

// Items returns the nodes of the list elements; the slice is aliased.
func (t *Tree) Items() []*Tree {
	if t == nil {
		return nil
	}
	return t.items
}

// SetItems makes items the nodes of the list elements.
func (t *Tree) SetItems(items []*Tree) {
	if t != nil {
		t.items = items
	}
}

// Append adds nodes of list elements at the end.
func (t *Tree) Append(items ...*Tree) {
	if t != nil {
		t.items = append(t.items, items...)
	}
}

// Origins returns the node's own origins, lowest precedence first; aliased.
func (t *Tree) Origins() []Origin {
	if t == nil {
		return nil
	}
	return t.origins
}

// Set records that origins decided this node, the last of them above all that
// were there before, which thereby lost.
func (t *Tree) Set(origins ...Origin) {
	if t != nil {
		t.origins = append(slices.Clip(t.origins), origins...)
	}
}

// Lose records that origins had a say in this node and lost: they are placed
// below the origin that decided it.
func (t *Tree) Lose(origins ...Origin) {
	if t == nil || len(origins) == 0 {
		return
	}
	at := max(len(t.origins)-1, 0)
	t.origins = slices.Insert(slices.Clip(t.origins), at, origins...)
}

// Ruled is the origins of t with the rule of the last one, the deciding one,
// set to rule if it has none. The result is fresh.
func (t *Tree) Ruled(rule string) []Origin {
	if t == nil {
		return nil
	}
	out := slices.Clone(t.origins)
	if n := len(out); n > 0 && out[n-1].Rule == "" {
		out[n-1].Rule = rule
	}
	return out
}

// Rule sets the rule of the deciding origin of t, and of every node below it, to
// rule where it has none.
func (t *Tree) Rule(rule string) {
	if t == nil {
		return
	}
	if n := len(t.origins); n > 0 && t.origins[n-1].Rule == "" {
		t.origins = slices.Clone(t.origins)
		t.origins[n-1].Rule = rule
	}
	for _, f := range t.fields {
		f.Rule(rule)
	}
	for _, i := range t.items {
		i.Rule(rule)
	}
}

// Walk calls visit for t and for every node below it, fields in alphabetical
// order, parents first, until visit returns false. It reports whether it got to
// the end.
func (t *Tree) Walk(visit func(*Tree) bool) bool {
	if t == nil {
		return true
	}
	if !visit(t) {
		return false
	}
	for _, name := range slices.Sorted(maps.Keys(t.fields)) {
		if !t.fields[name].Walk(visit) {
			return false
		}
	}
	for _, i := range t.items {
		if !i.Walk(visit) {
			return false
		}
	}
	return true
}

// Clone returns a deep copy of t.
func (t *Tree) Clone() *Tree {
	if t == nil {
		return nil
	}
	c := &Tree{origins: slices.Clone(t.origins)}
	if t.fields != nil {
		c.fields = make(map[string]*Tree, len(t.fields))
		for k, f := range t.fields {
			c.fields[k] = f.Clone()
		}
	}
	for _, i := range t.items {
		c.items = append(c.items, i.Clone())
	}
	return c
}

// Fill makes every leaf below obj, a generic JSON value that t mirrors, have at
// least one origin: what is missing gets o with the leaf's value. It is for
// steps that put a whole value in place.
func (t *Tree) Fill(obj any, o Origin) {
	if t == nil {
		return
	}
	switch v := obj.(type) {
	case map[string]any:
		for k, e := range v {
			t.Field(k).Fill(e, o)
		}
	case []any:
		for i, e := range v {
			t.Item(i).Fill(e, o)
		}
	}
	if IsLeaf(obj) && len(t.origins) == 0 {
		o.Value = JSON(obj)
		t.origins = []Origin{o}
	}
}

// Map returns the origins of the nodes of obj, the finished object that t
// mirrors, by canonical path. What t knows of nodes that obj does not have is
// left out. A nil Tree gives a nil Map.
func (t *Tree) Map(obj any) Map {
	if t == nil {
		return nil
	}
	m := Map{}
	t.flatten("", "", obj, m)
	return m
}

func (t *Tree) flatten(at Path, name string, obj any, m Map) {
	if t == nil {
		return
	}
	if len(t.origins) > 0 {
		m[at] = slices.Clone(t.origins)
	}
	switch v := obj.(type) {
	case map[string]any:
		for k, e := range v {
			t.fields[k].flatten(MemberPath(at, name, k), k, e, m)
		}
	case []any:
		for i, p := range ElementPaths(at, name, v) {
			if i < len(t.items) {
				t.items[i].flatten(p, "", v[i], m)
			}
		}
	}
}
