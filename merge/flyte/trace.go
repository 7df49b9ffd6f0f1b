package flyte

import (
	"encoding/json"

	"github.com/podcue/podcue/provenance"
)

// Provenance is kept in a tree that runs parallel to the object. Where nobody
// asked for it the tree is nil, and each helper below does nothing: steps call
// them unconditionally, and test for nil only where preparing the call costs.

// generic returns v in the form that provenance works on: what encoding/json
// makes of its JSON.
func generic(v any) any {
	data, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	var out any
	if json.Unmarshal(data, &out) != nil {
		return nil
	}
	return out
}

// sourceTree returns the tree of an input: the origins that m has for its
// fields, and layer for the others.
func sourceTree(v any, m provenance.Map, layer string) *provenance.Tree {
	return provenance.NewTree(generic(v), m, provenance.Origin{Layer: layer})
}

// sourceMap returns what t knows of v, as a source: the values that origins
// decided are those of v, not what they were written as.
func sourceMap(t *provenance.Tree, v any) provenance.Map {
	m := t.Map(generic(v))
	for _, origins := range m {
		origins[len(origins)-1].Value = ""
	}
	return m
}

// won records that o, by its rule, decided the value v at t, above what was
// recorded there before.
func won(t *provenance.Tree, v any, o provenance.Origin) {
	if t != nil {
		o.Value = provenance.JSON(v)
		t.Set(o)
	}
}

// fill records o for every leaf of v, a value that o put at t as a whole.
func fill(t *provenance.Tree, v any, o provenance.Origin) {
	if t != nil {
		t.Fill(generic(v), o)
	}
}

// from records that the value of src, by rule, decided the node t, whose own
// value it is.
func from(t, src *provenance.Tree, rule string) {
	if t != nil {
		t.Set(src.Ruled(rule)...)
	}
}

// fromAs is from for a value v that is written in another way than in src.
func fromAs(t, src *provenance.Tree, rule string, v any) {
	if t == nil {
		return
	}
	o := src.Ruled(rule)
	if n := len(o); n > 0 {
		o[n-1].Value = provenance.JSON(v)
	}
	t.Set(o...)
}

// ruled returns a copy of src whose deciding origins carry rule.
func ruled(src *provenance.Tree, rule string) *provenance.Tree {
	if src == nil {
		return nil
	}
	c := src.Clone()
	c.Rule(rule)
	return c
}

// at follows fields down t.
func at(t *provenance.Tree, fields ...string) *provenance.Tree {
	for _, f := range fields {
		t = t.Lookup(f)
	}
	return t
}

// item is element i of the list at t, nil if t has none.
func item(t *provenance.Tree, i int) *provenance.Tree {
	if items := t.Items(); i < len(items) {
		return items[i]
	}
	return nil
}

// flyte is the origin of what Flyte itself puts there, by rule.
func flyteOrigin(rule string) provenance.Origin {
	return provenance.Origin{Layer: provenance.LayerFlyte, Rule: rule}
}

// prepend puts n new nodes, given by node(i), before the list elements of t.
func prepend(t *provenance.Tree, nodes []*provenance.Tree) {
	if t != nil {
		t.SetItems(append(nodes, t.Items()...))
	}
}

// originOf is the deciding origin of src, or of the first node below it that has
// one, with rule (its own if that is "") and without a value; Flyte itself if
// there is none.
func originOf(src *provenance.Tree, rule string) provenance.Origin {
	if o := anyOrigins(src); len(o) > 0 {
		if rule != "" {
			o[0].Rule = rule
		}
		o[0].Value = ""
		return o[0]
	}
	return flyteOrigin(rule)
}

// headed gives t, where it has no origin of its own, that of the first node below
// it, and returns it.
func headed(t *provenance.Tree) *provenance.Tree {
	if t != nil && len(t.Origins()) == 0 {
		if o := anyOrigins(t); len(o) > 0 {
			o[0].Value = ""
			t.Set(o[0])
		}
	}
	return t
}

// originTree is a tree of which nothing is known but that it comes from o.
func originTree(o provenance.Origin) *provenance.Tree {
	t := &provenance.Tree{}
	t.Set(o)
	return t
}

// place records where list element i, with value v, comes from: from the nodes of
// src, and for the leaves that src does not know from src itself.
func place(list *provenance.Tree, i int, v any, src *provenance.Tree) {
	if list == nil {
		return
	}
	node := src.Clone()
	if node == nil {
		node = &provenance.Tree{}
	}
	fill(node, v, originOf(src, ""))
	list.Item(i)
	list.Items()[i] = node
}

// relayered returns a copy of t whose origins all belong to layer.
func relayered(t *provenance.Tree, layer string) *provenance.Tree {
	c := t.Clone()
	c.Walk(func(n *provenance.Tree) bool {
		for i := range n.Origins() {
			n.Origins()[i].Layer = layer
		}
		return true
	})
	return c
}
