package compiler

import (
	"slices"
	"strconv"

	"cuelang.org/go/cue"
)

// structure returns what CUE does not report where something else is wrong in the
// same struct: fields that the schema does not have, and those that it requires.
// v is what the author wrote at path, and def what the schema has there.
func (tr *translator) structure(v, def cue.Value, path []string) []problem {
	if !def.Exists() {
		return nil
	}
	switch def.IncompleteKind() {
	case cue.ListKind:
		return tr.elements(v, def.LookupPath(cue.MakePath(cue.AnyIndex)), path)
	case cue.StructKind:
	default:
		return nil
	}
	fields, err := v.Fields(cue.Optional(true)) // without, a required field is an error
	if err != nil {
		return nil
	}
	var out []problem
	have := map[string]bool{}
	for fields.Next() {
		sel := fields.Selector()
		if sel.LabelType() != cue.StringLabel {
			return nil // a list where there should be a struct
		}
		if sel.ConstraintType() != 0 {
			continue // a rule, and no field yet
		}
		name := sel.Unquoted()
		have[name] = true
		at := append(slices.Clone(path), sel.String())
		if !def.Allows(cue.Str(name)) {
			p := problem{path: at, format: formatUnknown, schema: true}
			for _, o := range slices.Backward(tr.origins(fields.Value(), true, "")) {
				p.own = append(p.own, o.Pos)
			}
			out = append(out, p)
			continue
		}
		out = append(out, tr.structure(fields.Value(), child(def, name), at)...)
	}
	required, err := def.Fields(cue.Optional(true))
	if err != nil {
		return out
	}
	for required.Next() {
		sel := required.Selector()
		if sel.LabelType() == cue.StringLabel && sel.ConstraintType() == cue.RequiredConstraint && !have[sel.Unquoted()] {
			out = append(out, problem{path: append(slices.Clone(path), sel.Unquoted()), format: formatRequired, schema: true})
		}
	}
	return out
}

// elements is structure for the elements of a list.
func (tr *translator) elements(v, def cue.Value, path []string) []problem {
	var out []problem
	for i := 0; ; i++ {
		e := v.LookupPath(cue.MakePath(cue.Index(i)))
		if !e.Exists() {
			return out
		}
		out = append(out, tr.structure(e, def, append(slices.Clone(path), strconv.Itoa(i)))...)
	}
}

// complete adds to the problems of the object at path what CUE left out. Where
// CUE has a word about a field or one around it, that is enough.
func (tr *translator) complete(problems []problem, kind string, path []string, v cue.Value) []problem {
	left := append(tr.structure(v, tr.definition(kind), path), tr.dangling(v, path)...)
	for _, p := range left {
		known := slices.ContainsFunc(problems, func(q problem) bool { return under(p.path, q.path) })
		if !known {
			problems = append(problems, p)
		}
	}
	return problems
}

// dangling returns the problems of references in v, the object at path, to fields
// that do not exist. To CUE they could still come to exist, so it says nothing of
// them where something is wrong for good.
func (tr *translator) dangling(v cue.Value, path []string) []problem {
	fields, err := v.Fields(cue.Optional(true)) // without, a required field is an error
	if err != nil {
		return nil
	}
	var out []problem
	for fields.Next() {
		if fields.Selector().ConstraintType() != 0 {
			continue // a rule, and no field yet
		}
		for _, p := range tr.problems(fields.Value().Validate(cue.Concrete(true))) {
			if p.format == formatNoField && under(p.path, path) && !tr.isRemoved(p) {
				out = append(out, p)
			}
		}
	}
	return out
}

// isRemoved reports whether p is about a template that was taken out, and is
// reported itself.
func (tr *translator) isRemoved(p problem) bool {
	return len(p.args) == 1 && slices.Contains(tr.removed, unquoted(toString(p.args[0])))
}
