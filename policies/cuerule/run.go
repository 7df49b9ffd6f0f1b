package cuerule

import (
	"fmt"
	"strings"

	"cuelang.org/go/cue"

	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/provenance"
)

// viewsKey is the key of the views that all policies of one check share.
type viewsKey struct{}

// run checks the pass's pod. What keeps the policy from being evaluated is
// reported as such: it never passes.
func (r *rule) run(pass *policies.Pass) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *failure:
			r.fail(pass, e)
		default:
			panic(e)
		}
	}()
	v := pass.Shared(viewsKey{}, func() any {
		v, err := newViews(pass.Subject)
		if err != nil {
			panic(&failure{message: "the pod cannot be read: " + err.Error()})
		}
		return v
	}).(*views)
	switch {
	case r.unit != nil:
		r.runDeny(pass, v)
	case r.constraint != nil:
		r.constraint.run(pass, v)
	default:
		r.runItems(pass, v)
	}
}

// fail reports that the policy itself is to blame.
func (r *rule) fail(pass *policies.Pass, f *failure) {
	detail, help := f.detail, f.help
	if detail == "" {
		detail = "The policy could not be evaluated, so this pod was not checked by it."
	}
	if help == "" {
		help = "this is an error in the policy, not in the pod: mend it at the place named"
	}
	message := f.message
	var at provenance.Position
	if f.err != nil {
		at, message = r.pkg.errorPosition(f.err), message+": "+policyText(r.id, f.err)
	}
	pass.Fail(fmt.Sprintf("policy %s cannot be evaluated: %s", r.id, message), detail, help, at)
}

func (r *rule) runItems(pass *policies.Pass, v *views) {
	for _, i := range v.items(r.each) {
		if r.when != nil && !r.when.match(i.value) {
			continue
		}
		switch {
		case r.require != nil && !r.require.match(i.value):
			r.report(pass, i, r.require.misses(i.value))
		case r.forbid != nil && r.forbid.match(i.value):
			r.report(pass, i, r.forbidden(i))
		}
	}
}

// forbidden returns what to say about an item that has the forbidden shape: at
// the one field that the shape is about, or else the nearest common parent.
func (r *rule) forbidden(i *item) []miss {
	steps := focus(r.forbid, i.value)
	text := "has what is forbidden"
	if len(steps) > 0 {
		if v, ok := at(i.value, steps); ok && scalar(v) {
			text = "is " + display(v) + ", which is forbidden"
		} else {
			text = "is set, which is forbidden"
		}
	}
	return []miss{{steps: steps, text: text}}
}

// focus returns the steps to the one field of v that m is about.
func focus(m matcher, v any) []step {
	if d, ok := m.(*dependent); ok {
		m = d.matcher(v)
	}
	switch m := m.(type) {
	case *structMatcher:
		object, _ := v.(map[string]any)
		var present []fieldMatcher
		for _, f := range m.fields {
			if _, ok := object[f.name]; ok {
				present = append(present, f)
			}
		}
		if len(present) != 1 {
			return nil
		}
		f := present[0]
		return append([]step{{name: f.name}}, focus(f.shape, object[f.name])...)
	case anyOf:
		for _, one := range m {
			if one.match(v) {
				return focus(one, v)
			}
		}
	}
	return nil
}

func at(v any, steps []step) (any, bool) {
	for _, s := range steps {
		m, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		v = m[s.name]
	}
	return v, true
}

func scalar(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}

// report adds a finding for each place that misses name, with the author's
// message or else CUE's reason.
func (r *rule) report(pass *policies.Pass, i *item, misses []miss) {
	message := r.message(i)
	seen := map[provenance.Path]bool{}
	for _, m := range misses {
		path := i.place.resolve(i.value, m.steps)
		if seen[path] {
			continue
		}
		seen[path] = true
		text := message
		if text == "" {
			text = place(i.place).name(m.steps) + " " + m.text
		}
		pass.Report(path, "%s", text)
	}
}

// name returns how a message without the author's words calls the node that
// steps lead to.
func (p place) name(steps []step) string {
	var names []string
	for _, s := range steps {
		if s.name != "" {
			names = append(names, s.name)
		}
	}
	if len(names) == 0 {
		segs := p.path.Segments()
		if len(segs) == 0 {
			return "the pod"
		}
		return segs[len(segs)-1].Name
	}
	return strings.Join(names, ".")
}

// message returns the author's message for i; "" when there is none, or it needs
// a field that the item does not have: CUE's own reason takes its place.
func (r *rule) message(i *item) string {
	if !r.has(fieldMessage) {
		return ""
	}
	key, err := i.key()
	if err != nil {
		return ""
	}
	return r.messages.at(key, func() string {
		text := ""
		r.pkg.eval.try(func() {
			v := r.value.FillPath(cue.MakePath(cue.Str(fieldIt)), r.pkg.eval.encode(i.value))
			if s, err := v.LookupPath(cue.MakePath(cue.Str(fieldMessage))).String(); err == nil {
				text = oneLine(s)
			}
		})
		return text
	})
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// A dependent shape is one that refers to the item.
type dependent struct {
	rule  *rule
	name  string
	known memo[matcher]
}

func (d *dependent) match(v any) bool    { return d.matcher(v).match(v) }
func (d *dependent) misses(v any) []miss { return d.matcher(v).misses(v) }

// matcher returns the shape for the item v.
func (d *dependent) matcher(v any) matcher {
	return d.known.get(v, func() matcher {
		var m matcher
		var err error
		d.rule.pkg.eval.try(func() {
			filled := d.rule.value.FillPath(cue.MakePath(cue.Str(fieldIt)), d.rule.pkg.eval.encode(v))
			shape := filled.LookupPath(cue.MakePath(cue.Str(d.name)))
			c := &shapeCompiler{eval: d.rule.pkg.eval}
			m, err = c.shape(shape)
		})
		if err != nil {
			panic(&failure{message: "its " + d.name + " has no value for an item", err: err})
		}
		return m
	})
}
