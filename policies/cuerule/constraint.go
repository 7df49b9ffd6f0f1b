package cuerule

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/errors"

	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/provenance"
)

// A constraint is a definition that the whole pod must fit, as plain cue vet
// holds it against a template or a manifest.
type constraint struct {
	rule  *rule
	value cue.Value
	// fits matches pods that fit, without CUE; CUE decides about the others, and
	// says why they do not. Nil where the definition is more than its fields.
	fits  matcher
	known memo[[]miss]
}

// newConstraint returns the constraint of r. A closed definition is refused: it
// would refuse every field that it does not name.
func newConstraint(r *rule) (*constraint, error) {
	v := r.field(fieldConstraint)
	if v.IncompleteKind() != cue.StructKind {
		return nil, r.problem(fieldConstraint, "write a definition of what a pod must be: {spec?: {…, ...}, ...}", "is not a struct")
	}
	c := &constraint{rule: r, value: v}
	for _, m := range c.evaluate(blank()) {
		if strings.Contains(m.text, "field not allowed") {
			return nil, r.problem(fieldConstraint, "end every struct of the definition with ...", "is closed: it allows no %s", (place{}).name(m.steps))
		}
	}
	if m, err := (&shapeCompiler{eval: r.pkg.eval, present: true}).compile(v); err == nil {
		c.fits = m
	}
	return c, nil
}

// blank is a pod with the least that a pod has.
func blank() map[string]any {
	return templateForm(map[string]any{"metadata": map[string]any{}, "spec": map[string]any{"containers": []any{}}})
}

// templateForm returns pod with what a #PodTemplate calls its parts beside
// their names in a Pod, so that a definition for either is held against it.
func templateForm(pod map[string]any) map[string]any {
	form := maps.Clone(pod)
	form["podSpec"] = pod["spec"]
	for _, name := range []string{"labels", "annotations"} {
		if m := object(object(pod, "metadata"), name); m != nil {
			form[name] = m
		}
	}
	return form
}

func (c *constraint) run(pass *policies.Pass, v *views) {
	pod := v.template()
	if c.fits != nil && c.fits.match(pod) {
		return
	}
	misses := c.known.at(v.digest(), func() []miss {
		var misses []miss
		c.rule.pkg.eval.try(func() { misses = c.evaluate(pod) })
		return misses
	})
	if len(misses) == 0 {
		return
	}
	message := c.rule.message(&item{value: v.pod})
	seen := map[provenance.Path]bool{}
	for _, m := range misses {
		path := descend("", "", v.pod, podSteps(m.steps))
		if seen[path] {
			continue
		}
		seen[path] = true
		text := message
		if text == "" {
			text = m.text
		}
		pass.Report(path, "%s", text)
	}
}

// podSteps returns steps with the names that a Pod has for what a template calls
// podSpec, labels and annotations.
func podSteps(steps []step) []step {
	if len(steps) == 0 {
		return nil
	}
	switch first := steps[0].name; first {
	case "podSpec":
		return append([]step{{name: "spec"}}, steps[1:]...)
	case "labels", "annotations":
		return append([]step{{name: "metadata"}}, steps...)
	}
	return steps
}

// notPresent is what CUE says about a field that is required.
const notPresent = "field is required but not present"

// evaluate holds pod against the constraint.
func (c *constraint) evaluate(pod map[string]any) []miss {
	unified := c.rule.pkg.eval.encode(pod).Unify(c.value)
	if unified.Validate(cue.Concrete(true)) == nil {
		return filledIn(pod, unified, nil)
	}
	return c.misfits(pod, pod, unified, nil)
}

// misfits returns what CUE has against unified, the node of pod with the value v,
// and the nodes below it: an error of one node hides what is missing in others.
func (c *constraint) misfits(pod map[string]any, v any, unified cue.Value, misses []miss) []miss {
	err := unified.Validate(cue.Concrete(true))
	if err == nil {
		return misses
	}
	for _, e := range errors.Errors(err) {
		m := miss{steps: c.steps(pod, e.Path()), text: messageOf(e)}
		if n := len(m.steps); m.text == notPresent && n > 0 {
			m.text = m.steps[n-1].name + " is not set"
		}
		if !slices.ContainsFunc(misses, func(o miss) bool { return slices.Equal(o.steps, m.steps) }) {
			misses = append(misses, m)
		}
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			misses = c.misfits(pod, v[name], unified.LookupPath(cue.MakePath(cue.Str(name))), misses)
		}
	case []any:
		for i, e := range v {
			misses = c.misfits(pod, e, unified.LookupPath(cue.MakePath(cue.Index(i))), misses)
		}
	}
	return misses
}

// steps returns the steps from the pod along the path of an error, which may
// start with the path of the constraint.
func (c *constraint) steps(pod map[string]any, path []string) []step {
	prefix := len(c.value.Path().Selectors())
	for _, skip := range []int{0, prefix} {
		if len(path) < skip {
			break
		}
		steps, ok := reach(pod, path[skip:])
		if ok {
			return steps
		}
	}
	return nil
}

// reach is follow for a path that may end some steps beyond what exists.
func reach(v any, path []string) ([]step, bool) {
	for n := len(path); n > 0; n-- {
		steps, ok := follow(v, path[:n])
		if !ok {
			continue
		}
		for _, name := range path[n:] {
			if unquoted, err := strconv.Unquote(name); err == nil {
				name = unquoted
			}
			steps = append(steps, step{name: name})
		}
		first := path[0]
		return steps, slices.Contains([]string{"metadata", "spec", "podSpec", "labels", "annotations"}, first)
	}
	return nil, false
}

// filledIn returns what unification added to v: the pod leaves it out, and the
// constraint asks for it without saying that it is required.
func filledIn(v any, unified cue.Value, steps []step) []miss {
	var misses []miss
	switch v := v.(type) {
	case map[string]any:
		iter, err := unified.Fields()
		if err != nil {
			return nil
		}
		for iter.Next() {
			name := iter.Selector().Unquoted()
			below := append(slices.Clone(steps), step{name: name})
			member, ok := v[name]
			if !ok {
				misses = append(misses, miss{steps: below, text: name + " is not set"})
				continue
			}
			misses = append(misses, filledIn(member, iter.Value(), below)...)
		}
	case []any:
		for i, e := range v {
			misses = append(misses, filledIn(e, unified.LookupPath(cue.MakePath(cue.Index(i))), append(slices.Clone(steps), step{index: i}))...)
		}
	}
	return misses
}
