package compiler

import (
	"cmp"
	"encoding/json"
	"maps"
	"path/filepath"
	"slices"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/podcue/podcue/provenance"
)

// position returns where pos is, as findings print it.
func (ld *loader) position(pos token.Pos) provenance.Position {
	if !pos.IsValid() || pos.Filename() == "" {
		return provenance.Position{}
	}
	return provenance.Position{Filename: ld.fileName(pos.Filename()), Line: pos.Line(), Column: pos.Column()}
}

// fileName returns how positions name the file that CUE calls name.
func (ld *loader) fileName(name string) string {
	if in, ok := ld.real(name); ok {
		return ld.shown(in)
	}
	if full := ld.embeds[name]; full != "" {
		return ld.shown(full)
	}
	return filepath.ToSlash(ld.registry.shown(name))
}

// itemPosition returns where the member of the package's field called field
// begins: the first label that has its name. One that no label names outright,
// such as those of comprehensions, is where its value is.
func (ev *evaluator) itemPosition(inst *instance, field string, m member) provenance.Position {
	for _, s := range inst.literals(field) {
		for _, elt := range s.Elts {
			if inner, ok := elt.(*ast.Field); ok && isLabel(inner.Label, m.name) {
				return ev.position(inner.Label.Pos())
			}
		}
	}
	return ev.authorPosition(m.value)
}

// literals returns the structs that the package's field is written as.
func (inst *instance) literals(field string) []*ast.StructLit {
	var out []*ast.StructLit
	for _, f := range inst.Files {
		for _, decl := range f.Decls {
			if outer, ok := decl.(*ast.Field); ok && isLabel(outer.Label, field) {
				if s, ok := outer.Value.(*ast.StructLit); ok {
					out = append(out, s)
				}
			}
		}
	}
	return out
}

func isLabel(l ast.Label, name string) bool {
	s, _, err := ast.LabelName(l)
	return err == nil && s == name
}

// authorPosition returns where the author wrote v, a struct.
func (ev *evaluator) authorPosition(v cue.Value) provenance.Position {
	if origins := ev.origins(v, true, ""); len(origins) > 0 {
		return origins[len(origins)-1].Pos
	}
	return provenance.Position{}
}

// templatePath maps the first member of a path in a #PodTemplate to where it is
// in the pod template: podSpec is spec, labels is metadata.labels.
func templatePath(name string) provenance.Path {
	switch name {
	case "podSpec":
		return "spec"
	case "labels", "annotations":
		return provenance.Path("metadata").Child(name)
	}
	return provenance.Path(name)
}

// fields returns a function that computes, once, the origins of every node of
// what is at a path of a package, whose JSON form is data. top maps the names of
// its members to their paths; nil is the name itself.
func (ev *evaluator) fields(e *evaluation, at cue.Path, data []byte, top func(string) provenance.Path, layer string) func() provenance.Map {
	return ev.later(e, func(root cue.Value) provenance.Map {
		v := root.LookupPath(at)
		c := &collector{evaluator: ev, parents: ev.parentsIn(e.inst.Instance), origin: provenance.Map{}, layer: layer}
		var obj map[string]any
		if json.Unmarshal(data, &obj) != nil {
			return c.origin
		}
		for name, member := range obj {
			p := provenance.Path(name)
			if top != nil {
				p = top(name)
			}
			c.collect(p, name, v.LookupPath(cue.MakePath(cue.Str(name))), member)
		}
		return c.origin
	})
}

// A collector collects the origins of one object.
type collector struct {
	*evaluator
	parents parents
	origin  provenance.Map
	layer   string
}

// collect adds the origins of v, the node at p whose JSON form is obj, and of all
// below it. It returns the syntax that the node is written as, that with the last
// word last.
func (c *collector) collect(p provenance.Path, name string, v cue.Value, obj any) []ast.Node {
	if !v.Exists() {
		return nil
	}
	var below []ast.Node
	switch obj := obj.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(obj)) {
			q := provenance.MemberPath(p, name, key)
			below = append(below, c.collect(q, key, v.LookupPath(cue.MakePath(cue.Str(key))), obj[key])...)
		}
	case []any:
		for i, q := range provenance.ElementPaths(p, name, obj) {
			below = append(below, c.collect(q, "", v.LookupPath(cue.MakePath(cue.Index(i))), obj[i])...)
		}
	}
	if !provenance.IsLeaf(obj) {
		if nodes := c.around(p, name, below); len(nodes) > 0 {
			return nodes
		}
	}
	var parts []part
	c.parts(v, !provenance.IsLeaf(obj), 0, &parts)
	nodes := make([]ast.Node, 0, len(parts))
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(a.rank, b.rank) })
	for _, part := range parts {
		if part.source != nil {
			nodes = append(nodes, part.source)
		}
	}
	if origins := ordered(parts, c.layer); len(origins) > 0 {
		c.origin[p] = origins
	}
	return nodes
}

// around adds the origins of the node at p as far as they follow from the syntax
// of what is in it, and returns their syntax.
func (c *collector) around(p provenance.Path, name string, below []ast.Node) []ast.Node {
	var nodes []ast.Node
	var origins []provenance.Origin
	for _, n := range slices.Backward(below) {
		holder, pos := c.parents.holder(n)
		if holder == nil || slices.Contains(nodes, holder) || !isCalled(holder, name) {
			continue
		}
		nodes = append(nodes, holder)
		origins = append(origins, provenance.Origin{Layer: c.layer, Pos: c.position(pos)})
	}
	slices.Reverse(nodes)
	slices.Reverse(origins)
	if len(origins) > 0 {
		c.origin[p] = origins
	}
	return nodes
}

// isCalled reports whether the syntax of a node is that of a field called name, or
// of an element of a list where the name is "". A field whose name is computed may
// be any.
func isCalled(n ast.Node, name string) bool {
	field, ok := n.(*ast.Field)
	if !ok {
		return name == ""
	}
	label, _, err := ast.LabelName(field.Label)
	return err != nil || label == name
}

// How much a part of a definition has to do with the value.
const (
	rankConstraint = iota // it restricts the value
	rankDefault           // it is the value unless another part is
	rankValue             // it is the value
)

// A part is one conjunct of a field: one of the places that define it.
type part struct {
	pos   provenance.Position
	rank  int
	value string    // as compact JSON, of a leaf
	node  cue.Value // what the part alone is

	source ast.Node // of the field's own parts, not of those that they refer to
}

// origins returns the author's parts of v's definition, the deciding one last:
// constraints, then defaults, then values. A node with children is where its
// label is, a leaf where its value is.
func (ev *evaluator) origins(v cue.Value, inner bool, layer string) []provenance.Origin {
	var parts []part
	ev.parts(v, inner, 0, &parts)
	return ordered(parts, layer)
}

// ordered returns the origins that parts are.
func ordered(parts []part, layer string) []provenance.Origin {
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(a.rank, b.rank) })
	var origins []provenance.Origin
	for _, p := range parts {
		o := provenance.Origin{Layer: layer, Pos: p.pos, Value: p.value}
		switch p.rank {
		case rankConstraint:
			o.Rule = provenance.RuleConstraint
		case rankDefault:
			o.Rule = provenance.RuleDefault
		}
		if !slices.ContainsFunc(origins, func(old provenance.Origin) bool { return old.Pos == o.Pos }) {
			origins = append(origins, o)
		}
	}
	for i := range max(len(origins)-1, 0) {
		if origins[i].Rule == "" {
			origins[i].Rule = provenance.RuleUnified
		}
	}
	return origins
}

// maxParts bounds how deep a definition is taken apart.
const maxParts = 8

func (ev *evaluator) parts(v cue.Value, inner bool, depth int, out *[]part) {
	// Taking a definition apart evaluates its parts, so it is not done in vain.
	if _, isField := v.Source().(*ast.Field); depth < maxParts && !(inner && isField) {
		if op, args := v.Expr(); op == cue.AndOp {
			// CUE lists what is nearest to the field first; that has the last word.
			for _, a := range slices.Backward(args) {
				ev.parts(a, inner, depth+1, out)
			}
			return
		}
	}
	pos := ev.position(partPos(v, inner))
	if !pos.IsValid() || ev.isSchema(pos.Filename) {
		return
	}
	if !inner && depth < maxParts {
		ev.target(v, depth, out)
	}
	p := part{pos: pos, rank: rankConstraint, node: v, source: v.Source()}
	if d, ok := v.Default(); ok {
		p.rank, v, p.node = rankDefault, d, d
	} else if v.IsConcrete() {
		p.rank = rankValue
	}
	if p.rank != rankConstraint && !inner {
		if data, err := v.MarshalJSON(); err == nil {
			p.value = string(data)
		}
	}
	*out = append(*out, p)
}

// target adds what v refers to, if it is a reference: with image: #Image, the
// value of #Image has a say in the field too, and the field itself the last word.
func (ev *evaluator) target(v cue.Value, depth int, out *[]part) {
	root, path := v.ReferencePath()
	if !root.Exists() || len(path.Selectors()) == 0 {
		return
	}
	from := len(*out)
	ev.parts(root.LookupPath(path), false, depth+1, out)
	for i := range (*out)[from:] {
		(*out)[from+i].source = nil
	}
}

// partPos returns where one part of a definition is.
func partPos(v cue.Value, inner bool) token.Pos {
	if f, ok := v.Source().(*ast.Field); ok {
		if inner {
			return f.Label.Pos()
		}
		return f.Value.Pos()
	}
	return v.Pos()
}
