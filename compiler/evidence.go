package compiler

import (
	"cmp"
	"iter"
	"slices"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"

	"github.com/podcue/podcue/provenance"
)

// evidence returns the places that a problem is shown at, the most telling one
// first: the values that the author wrote, then the rules that they break. Where
// CUE names none, it is the nearest thing that the author wrote.
func (tr *translator) evidence(p problem, pl place) []provenance.Origin {
	var at []provenance.Position
	switch p.format {
	case formatRequired:
		at = append(tr.nearest(p.path), p.own...)
	case formatTypes, formatConflict, formatBound, formatDisjunction, formatUserError, formatLengths, formatIncomplete, formatNonConcrete:
		at = tr.ends(p, pl)
	default:
		at = p.own
	}
	if len(at) == 0 {
		at = tr.nearest(p.path)
	}
	var origins []provenance.Origin
	for _, pos := range at {
		o := provenance.Origin{Layer: tr.layer(pl), Pos: pos}
		if !slices.Contains(origins, o) {
			origins = append(origins, o)
		}
	}
	return origins
}

// maxRules is how many rules a finding shows beside the values.
const maxRules = 2

// ends returns where the values of the node are, and the rules about them.
func (tr *translator) ends(p problem, pl place) []provenance.Position {
	var parts []part
	if pl.value.Exists() {
		tr.parts(pl.value, false, 0, &parts)
	}
	slices.Reverse(parts)
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(b.rank, a.rank) })
	named := slices.Clone(p.own)
	for _, c := range p.causes {
		named = append(named, c.own...)
	}
	var at []provenance.Position
	rules := 0
	for _, part := range parts {
		if part.rank == rankConstraint {
			if rules++; rules > maxRules {
				continue
			}
		}
		at = append(at, part.pos)
	}
	if len(at) == 0 {
		return named
	}
	if parts[0].rank == rankConstraint && p.format != formatIncomplete && p.format != formatNonConcrete {
		// The value itself is the outcome of an expression: CUE knows where.
		return append(named, at...)
	}
	return at
}

// layer returns the layer that the object's own fields belong to.
func (tr *translator) layer(pl place) string {
	switch pl.object.Kind {
	case kindTask:
		return taskLayer
	case kindConfig:
		return configLayer
	case kindTemplate:
		return templateLayer
	}
	return ""
}

// nearest returns where the author wrote the node at path, or the nearest one
// around it. What a rule such as templates: [_]: {…} wrote is not near.
func (tr *translator) nearest(path []string) []provenance.Position {
	rules := tr.rules()
	for n := len(path); n > 0; n-- {
		at := tr.root
		for _, elem := range path[:n] {
			at = at.LookupPath(cue.MakePath(step(at, elem, tr.root)))
		}
		var out []provenance.Position
		for _, o := range slices.Backward(tr.origins(at, true, "")) {
			if !slices.ContainsFunc(rules, func(r span) bool { return r.contains(o.Pos) }) {
				out = append(out, o.Pos)
			}
		}
		if len(out) > 0 {
			return out[:1]
		}
	}
	return nil
}

// A span is a part of a file.
type span struct{ from, to provenance.Position }

func (s span) contains(p provenance.Position) bool {
	after := func(a, b provenance.Position) bool {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) >= 0
	}
	return s.from.Filename == p.Filename && after(p, s.from) && after(s.to, p)
}

// rules returns the fields of the package, and of those that it imports, whose
// label is a pattern.
func (tr *translator) rules() []span {
	if tr.patterns != nil {
		return tr.patterns
	}
	tr.patterns = []span{}
	for field := range tr.written() {
		if _, ok := field.Label.(*ast.ListLit); ok {
			tr.patterns = append(tr.patterns, span{tr.position(field.Pos()), tr.position(field.End())})
		}
	}
	return tr.patterns
}

// fieldAt returns the field whose value is at a position, nil if there is none.
func (tr *translator) fieldAt(pos provenance.Position) *ast.Field {
	for field := range tr.written() {
		if tr.position(field.Value.Pos()) == pos {
			return field
		}
	}
	return nil
}

// written yields the fields that are written in the package and in those that it
// imports, but for the schema's.
func (tr *translator) written() iter.Seq[*ast.Field] {
	return func(yield func(*ast.Field) bool) {
		seen := map[*build.Instance]bool{}
		var visit func(*build.Instance) bool
		visit = func(inst *build.Instance) bool {
			if inst == nil || seen[inst] {
				return true
			}
			seen[inst] = true
			goOn := true
			for _, f := range inst.Files {
				if tr.isSchema(tr.fileName(f.Filename)) {
					continue
				}
				ast.Walk(f, func(n ast.Node) bool {
					if field, ok := n.(*ast.Field); ok && goOn {
						goOn = yield(field)
					}
					return goOn
				}, nil)
			}
			for _, dep := range inst.Imports {
				goOn = goOn && visit(dep)
			}
			return goOn
		}
		visit(tr.inst.Instance)
	}
}
