package cuerule

import (
	"fmt"
	"slices"

	"cuelang.org/go/cue"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// checkShape refuses what would make the policy pass in silence: a field that no
// item has, a value that no field can have, and a leaf that unification would
// fill in where the pod has none.
func (r *rule) checkShape(name string, v cue.Value, s *shape) error {
	c := &shapeCheck{rule: r}
	if v.IncompleteKind() != cue.StructKind {
		return r.problem(name, "write the shape of an item: "+name+": {…}", "is not a struct")
	}
	if !anyField(v) {
		return r.problem(name, "write the fields that it is about", "names no field, so it is true of every item")
	}
	return c.check(provenance.Path(name), v, s, optional, 0)
}

func anyField(v cue.Value) bool {
	if op, _ := v.Eval().Expr(); op == cue.OrOp {
		return true
	}
	iter, err := v.Fields(cue.Optional(true), cue.Patterns(true))
	return err != nil || iter.Next() || !plain(v, 0)
}

type shapeCheck struct{ rule *rule }

// maxDepth bounds how deep a shape goes: deeper than any pod.
const maxDepth = 40

// check checks v, which stands at path under a field with mark, against s.
func (c *shapeCheck) check(path provenance.Path, v cue.Value, s *shape, mark marker, depth int) error {
	if depth > maxDepth {
		return c.problem(path, v, "write a shape that ends", "goes deeper than any pod")
	}
	kind := v.IncompleteKind()
	if kind == cue.BottomKind {
		return c.bottom(path, v, mark)
	}
	if op, args := v.Eval().Expr(); op == cue.OrOp && kind&(cue.StructKind|cue.ListKind) != 0 {
		for _, a := range args {
			if err := c.check(path, a, s, mark, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	if common := kind & s.kinds; common == 0 {
		return c.problem(path, v, "", "asks for %v, but the field is %v, so no pod can have it", kind, s.kinds)
	}
	if kind == cue.StructKind {
		return c.object(path, v, s, depth)
	}
	if mark == regular && !s.always {
		return c.filledIn(path, v)
	}
	if kind == cue.ListKind && s.elem != nil {
		return c.elements(path, v, s, depth)
	}
	return nil
}

func (c *shapeCheck) filledIn(path provenance.Path, v cue.Value) error {
	name := string(path)
	if segs := path.Segments(); len(segs) > 0 {
		name = segs[len(segs)-1].Name
	}
	return c.problem(path, v, fmt.Sprintf("write %s!: if the field must be there, %s?: if it need not be", name, name),
		"would be filled in where the pod leaves it out, so such a pod would pass")
}

func (c *shapeCheck) object(path provenance.Path, v cue.Value, s *shape, depth int) error {
	iter, err := v.Fields(cue.Optional(true), cue.Patterns(true))
	if err != nil {
		return c.rule.cueProblem(string(path), err)
	}
	for iter.Next() {
		sel := iter.Selector()
		if sel.ConstraintType() == cue.PatternConstraint {
			continue // a pattern over names: there is no one field to look for
		}
		name := sel.Unquoted()
		at := path.Child(name)
		field := s.field(name)
		if field == nil {
			return c.problem(at, iter.Value(), "", "there is no such field%s", finding.DidYouMean(name, s.names()))
		}
		if err := c.check(at, iter.Value(), field, markerOf(sel), depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (c *shapeCheck) elements(path provenance.Path, v cue.Value, s *shape, depth int) error {
	if elem := v.LookupPath(cue.MakePath(cue.AnyIndex)); elem.Exists() {
		if err := c.check(path.Index(0), elem, s.elem, optional, depth+1); err != nil {
			return err
		}
	}
	iter, err := v.List()
	if err != nil {
		return nil // its length is open, and its elements are those above
	}
	for i := 0; iter.Next(); i++ {
		if err := c.check(path.Index(i), iter.Value(), s.elem, required, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// bottom checks a value that is an error: one that the author wrote says that
// the field must not be there, one that waits for the item is in order.
func (c *shapeCheck) bottom(path provenance.Path, v cue.Value, mark marker) error {
	if explicit(v) {
		if mark == optional {
			return nil
		}
		segs := path.Segments()
		name := segs[len(segs)-1].Name
		return c.problem(path, v, fmt.Sprintf("write %s?: _|_ if the field must not be there", name), "no pod can have it")
	}
	if err := v.Validate(); err != nil {
		return c.rule.cueProblem(string(path), err)
	}
	if mark == regular {
		return c.filledIn(path, v)
	}
	return nil
}

func (c *shapeCheck) problem(path provenance.Path, v cue.Value, help, format string, args ...any) error {
	p := &problem{path: path, pos: c.rule.pkg.position(v, policySteps(c.rule.id, path)...), message: fmt.Sprintf(format, args...), help: help}
	if !p.pos.IsValid() {
		p.pos = c.rule.pos
	}
	if p.help == "" {
		p.help = "the items of a view have the fields of the Kubernetes API: podcue policy --help"
	}
	return p
}

// checkParams refuses parameters without a value: there is nothing to check by.
func (r *rule) checkParams() error {
	params := r.field(fieldParams)
	if !params.Exists() {
		return nil
	}
	if params.IncompleteKind() != cue.StructKind {
		return r.problem(fieldParams, "write params: name: type | *default", "is not a struct")
	}
	if err := params.Validate(cue.Concrete(true), cue.Final()); err != nil {
		p := &problem{
			path: fieldParams, pos: r.pkg.errorPosition(err),
			message: "a parameter has no value: " + policyText(r.id, err), help: "give it a default: name: type | *default",
		}
		if !p.pos.IsValid() {
			p.pos = r.pos
		}
		return p
	}
	return r.checkHidden(params)
}

// checkHidden refuses hidden parameters: one of another package would do
// nothing, in silence.
func (r *rule) checkHidden(params cue.Value) error {
	iter, err := params.Fields(cue.Hidden(true), cue.Definitions(true), cue.Optional(true))
	if err != nil {
		return r.cueProblem(fieldParams, err)
	}
	for iter.Next() {
		if sel := iter.Selector(); sel.LabelType() != cue.StringLabel {
			return r.problem(fieldParams, "call it by a name that starts with a letter", "%s is no regular field, so it cannot be set from elsewhere", sel)
		}
	}
	return nil
}

// unknownParam returns the name of a member of given, a JSON object, that
// declared does not have, with what it may have been meant to be.
func unknownParam(at provenance.Path, declared cue.Value, given any) (provenance.Path, string, bool) {
	m, ok := given.(map[string]any)
	if !ok || declared.IncompleteKind() != cue.StructKind {
		return "", "", false
	}
	var names []string
	iter, err := declared.Fields(cue.Optional(true), cue.Patterns(true))
	if err != nil {
		return "", "", false
	}
	fields := map[string]cue.Value{}
	for iter.Next() {
		if iter.Selector().ConstraintType() == cue.PatternConstraint {
			return "", "", false
		}
		name := iter.Selector().Unquoted()
		names, fields[name] = append(names, name), iter.Value()
	}
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		field, ok := fields[k]
		if !ok {
			return at.Child(k), finding.DidYouMean(k, names), true
		}
		if path, hint, found := unknownParam(at.Child(k), field, m[k]); found {
			return path, hint, true
		}
	}
	return "", "", false
}
