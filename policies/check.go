package policies

import (
	"fmt"
	"math"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// run is the state of one Check.
type run struct {
	subject *Subject
	cached  provenance.Map
	asked   bool
	found   finding.List
	shared  map[any]any // see Pass.Shared
}

func (r *run) fields() provenance.Map {
	if !r.asked && r.subject.Fields != nil {
		r.cached = r.subject.Fields()
	}
	r.asked = true
	return r.cached
}

// Check runs the policies of set that make sense for the stage of subject, and
// its Pod Security Standard, and returns what they found, sorted. Neither
// argument is changed; Check may run in several goroutines with one set.
//
// A policy that panics is itself a finding, of severity error, and the others
// run all the same.
func Check(subject *Subject, set *Set) finding.List {
	r := &run{subject: subject}
	passes := make([]Pass, len(set.active))
	for i, a := range set.active {
		if a.policy.runsOn(subject) {
			passes[i] = Pass{
				Policy: a.policy, Subject: subject, Pod: subject.Pod,
				params: a.params, severity: a.severity, minor: math.MaxInt, run: r,
			}
			r.check(&passes[i])
		}
	}
	if set.standard != nil {
		r.checkStandard(set)
	}
	r.found.Sort()
	return r.found
}

// runsOn reports whether p makes sense for s.
func (p *Policy) runsOn(s *Subject) bool {
	switch p.Stage {
	case Authored:
		return s.IsTemplate()
	case Final:
		return s.Object.Stage != finding.StageAuthored
	}
	return true
}

func (r *run) check(p *Pass) {
	defer func() {
		if e := recover(); e != nil {
			r.found = append(r.found, finding.Finding{
				ID: p.Policy.ID, Severity: finding.Error, Object: p.Subject.Object, Path: p.Subject.Root,
				Message: fmt.Sprintf("policy %s failed: %v", p.Policy.ID, e),
				Detail:  "The policy did not finish, so this pod was not checked by it.",
				Help:    "this is an error in the policy itself: report it, and disable the policy until it is mended",
			})
		}
	}()
	p.Policy.Check(p)
}
