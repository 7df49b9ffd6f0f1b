package compiler

import (
	"cmp"
	"encoding/json"
	"path/filepath"
	"slices"
	"sync"

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
	for _, f := range inst.Files {
		for _, decl := range f.Decls {
			outer, ok := decl.(*ast.Field)
			if !ok || !isLabel(outer.Label, field) {
				continue
			}
			s, ok := outer.Value.(*ast.StructLit)
			if !ok {
				continue
			}
			for _, elt := range s.Elts {
				if inner, ok := elt.(*ast.Field); ok && isLabel(inner.Label, m.name) {
					return ev.position(inner.Label.Pos())
				}
			}
		}
	}
	return ev.authorPosition(m.value)
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

// fields returns a function that computes, once, the origins of every node of v,
// whose JSON form is data. top maps the names of v's members to their paths; nil
// is the name itself.
func (ev *evaluator) fields(v cue.Value, data []byte, top func(string) provenance.Path, layer string) func() provenance.Map {
	return sync.OnceValue(func() provenance.Map {
		m := provenance.Map{}
		var obj map[string]any
		if json.Unmarshal(data, &obj) != nil {
			return m
		}
		for name, member := range obj {
			p := provenance.Path(name)
			if top != nil {
				p = top(name)
			}
			ev.collect(m, p, name, v.LookupPath(cue.MakePath(cue.Str(name))), member, layer)
		}
		return m
	})
}

// collect adds the origins of v, the node at p whose JSON form is obj, and of all
// below it.
func (ev *evaluator) collect(m provenance.Map, p provenance.Path, name string, v cue.Value, obj any, layer string) {
	if !v.Exists() {
		return
	}
	if origins := ev.origins(v, !provenance.IsLeaf(obj), layer); len(origins) > 0 {
		m[p] = origins
	}
	switch obj := obj.(type) {
	case map[string]any:
		for key, e := range obj {
			ev.collect(m, provenance.MemberPath(p, name, key), key, v.LookupPath(cue.MakePath(cue.Str(key))), e, layer)
		}
	case []any:
		for i, q := range provenance.ElementPaths(p, name, obj) {
			ev.collect(m, q, "", v.LookupPath(cue.MakePath(cue.Index(i))), obj[i], layer)
		}
	}
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
}

// origins returns the author's parts of v's definition, the deciding one last:
// constraints, then defaults, then values. A node with children is where its
// label is, a leaf where its value is.
func (ev *evaluator) origins(v cue.Value, inner bool, layer string) []provenance.Origin {
	var parts []part
	ev.parts(v, inner, 0, &parts)
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(a.rank, b.rank) })
	var origins []provenance.Origin
	for _, p := range parts {
		o := provenance.Origin{Layer: layer, Pos: p.pos, Value: p.value}
		switch p.rank {
		case rankConstraint:
			o.Rule = "constraint"
		case rankDefault:
			o.Rule = "default"
		}
		if !slices.ContainsFunc(origins, func(old provenance.Origin) bool { return old.Pos == o.Pos }) {
			origins = append(origins, o)
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
	p := part{pos: pos, rank: rankConstraint, node: v}
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
	ev.parts(root.LookupPath(path), false, depth+1, out)
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
