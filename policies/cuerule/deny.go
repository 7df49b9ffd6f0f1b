package cuerule

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"cuelang.org/go/cue"

	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/provenance"
)

// A unit is one or more policies with a deny list, which are evaluated at once:
// one input is filled in for all of them. When the evaluation of several does
// not end or crashes, they are evaluated one by one from then on, so that only
// the culprit fails.
type unit struct {
	pkg   *pack
	ids   []string
	split func(id string) (*unit, error) // the unit of one policy alone

	mu    sync.Mutex
	root  cue.Value           // with the policies, and input beside or in them
	alone map[string]*unit    // once the unit is split
	dead  map[string]*failure // policies that are not tried again
	known memo[*outcome]
}

// newUnit returns a unit of no policies so far.
func (p *pack) newUnit() *unit {
	return &unit{pkg: p, root: p.root, split: func(id string) (*unit, error) {
		root, err := p.buildPart(pruning{keep: only(id)})
		return &unit{pkg: p, ids: []string{id}, root: root}, err
	}}
}

// An outcome is what the policies of a unit say about one pod.
type outcome struct {
	denied map[string][]denial
	failed map[string]*failure
}

type denial struct {
	path    provenance.Path
	message string
}

func (r *rule) runDeny(pass *policies.Pass, v *views) {
	for _, d := range r.denied(v) {
		pass.Report(canonical(v.pod, d.path), "%s", d.message)
	}
}

// denied returns what the policy has against the pod of v.
func (r *rule) denied(v *views) []denial {
	if r.program != nil {
		if denied, ok := r.program.run(v); ok {
			return denied
		}
	}
	o := r.unit.outcome(v)
	if f := o.failed[r.id]; f != nil {
		panic(f)
	}
	return o.denied[r.id]
}

// outcome returns the outcome for the pod of v, which it remembers.
func (u *unit) outcome(v *views) *outcome {
	if o := v.results[u]; o != nil {
		return o
	}
	o := u.evaluate(v)
	v.results[u] = o
	return o
}

func (u *unit) evaluate(v *views) *outcome {
	u.mu.Lock()
	alone, dead := u.alone, u.dead
	u.mu.Unlock()
	if dead != nil {
		return &outcome{failed: dead}
	}
	if alone != nil {
		return u.each(v, alone)
	}
	return u.known.at(v.digest(), func() *outcome {
		in := v.input(u.pkg.inputViews)
		var o *outcome
		failed := within(u.pkg.eval.timeout, func() { o = u.fill(in) })
		switch {
		case failed == nil:
			return o
		case len(u.ids) > 1:
			return u.each(v, u.apart())
		}
		u.mu.Lock()
		defer u.mu.Unlock()
		u.dead = map[string]*failure{u.ids[0]: failed}
		return &outcome{failed: u.dead}
	})
}

// apart returns the units of the policies alone.
func (u *unit) apart() map[string]*unit {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.alone != nil {
		return u.alone
	}
	u.alone = map[string]*unit{}
	for _, id := range u.ids {
		one, err := u.split(id)
		if err != nil {
			one = &unit{pkg: u.pkg, ids: []string{id}, dead: map[string]*failure{id: {message: "it cannot be evaluated alone", err: err}}}
		}
		u.alone[id] = one
	}
	return u.alone
}

// each evaluates the policies one by one.
func (u *unit) each(v *views, alone map[string]*unit) *outcome {
	o := &outcome{denied: map[string][]denial{}, failed: map[string]*failure{}}
	for _, id := range u.ids {
		one := alone[id].outcome(v)
		o.denied[id] = one.denied[id]
		if f := one.failed[id]; f != nil {
			o.failed[id] = f
		}
	}
	return o
}

// fill evaluates the policies with in as their input.
func (u *unit) fill(in map[string]any) *outcome {
	input := u.pkg.eval.value(in)
	root := u.root
	if root.LookupPath(cue.MakePath(cue.Str(fieldInput))).Exists() {
		root = root.FillPath(cue.MakePath(cue.Str(fieldInput)), input)
	}
	for _, id := range u.ids {
		own := cue.MakePath(cue.Str("policies"), cue.Str(id), cue.Str(fieldInput))
		if u.root.LookupPath(own).Exists() {
			root = root.FillPath(own, input)
		}
	}
	o := &outcome{denied: map[string][]denial{}, failed: map[string]*failure{}}
	for _, id := range u.ids {
		denied, failed := readDeny(root.LookupPath(cue.MakePath(cue.Str("policies"), cue.Str(id), cue.Str(fieldDeny))))
		o.denied[id] = denied
		if failed != nil {
			o.failed[id] = failed
		}
	}
	return o
}

// readDeny reads a deny list. A list that is an error or not complete is a
// failure: what it would have said is not known.
func readDeny(v cue.Value) ([]denial, *failure) {
	const help = "guard what may be absent: if x.y != _|_"
	if err := v.Validate(cue.Concrete(true)); err != nil {
		return nil, &failure{message: "its deny list has no value for this pod", help: help, err: err}
	}
	iter, err := v.List()
	if err != nil {
		return nil, &failure{message: "its deny is no list", help: `write deny: [if … {path: "…", message: "…"}]`, err: err}
	}
	var denied []denial
	for i := 0; iter.Next(); i++ {
		var path string
		var perr error
		if p := iter.Value().LookupPath(cue.ParsePath("path")); p.Exists() {
			path, perr = p.String()
		}
		message, merr := iter.Value().LookupPath(cue.ParsePath(fieldMessage)).String()
		if err := cmp.Or(perr, merr); err != nil {
			return nil, &failure{message: fmt.Sprintf("element %d of its deny list has no message, or no path, that is a string", i), help: "write both as strings", err: err}
		}
		denied = append(denied, denial{provenance.Path(path), oneLine(message)})
	}
	return denied, nil
}

// input returns the named views as the input of deny lists. The other lists are
// empty.
func (v *views) input(names []string) map[string]any {
	in := map[string]any{}
	for _, name := range Views() {
		switch {
		case slices.Contains(names, name):
			in[name] = v.values(name)
		case name != viewPod:
			in[name] = []any{}
		}
	}
	return in
}
