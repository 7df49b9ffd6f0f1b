package policies

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

// A Standard is a Pod Security Standard at one level and version, as package
// policies/pss makes it from the code that judges pods in a cluster.
type Standard struct {
	Level   string // "baseline" or "restricted"
	Version string // the Kubernetes minor: "1.37"
	Minor   int    // its number: 37
	// Refuse returns the controls that refuse the pod, in a stable order.
	Refuse func(pod *corev1.PodTemplateSpec) []Refusal
}

// A Refusal is one control of a standard that refuses a pod.
type Refusal struct {
	Control string // its id: "hostPathVolumes"
	Reason  string // why, in the words of the check
	// Policies are the built-in ones that know the fields that the control is
	// about. With their default parameters they find something exactly when the
	// control refuses.
	Policies []*Policy
}

// IDPodSecurity is the id of what a standard refuses and no policy knows.
const IDPodSecurity = "pod-security"

// checkStandard adds what the standard of set refuses to r.found: a finding that
// a policy made already is marked, others are added.
func (r *run) checkStandard(set *Set) {
	for _, refusal := range set.standard.Refuse(r.subject.Pod) {
		pss := &finding.PSS{Level: set.standard.Level, Version: set.standard.Version, Control: refusal.Control}
		places, skipped := r.places(set, refusal)
		if len(places) == 0 && !skipped {
			p := &Pass{Policy: unknownControl, Subject: r.subject, run: &run{subject: r.subject}}
			p.Report("spec", "%s", refusal.Reason)
			places = p.run.found
		}
		for _, f := range places {
			f.PSS = pss
			r.merge(f)
		}
	}
}

// places returns the findings of the policies that know the control, and whether
// one of them was left out on purpose.
func (r *run) places(set *Set, refusal Refusal) (found finding.List, skipped bool) {
	for _, p := range refusal.Policies {
		if set.disabled[p.ID] || !p.runsOn(r.subject) {
			skipped = true
			continue
		}
		each := &run{subject: r.subject, cached: r.cached, asked: r.asked}
		each.check(&Pass{
			Policy: p, Subject: r.subject, Pod: r.subject.Pod, params: p.Params,
			severity: set.severities[p.ID], minor: set.standard.Minor, control: refusal.Control, run: each,
		})
		r.cached, r.asked = each.cached, each.asked
		for _, f := range each.found {
			if set.severities[p.ID] == 0 {
				f.Severity = finding.Error
			}
			found = append(found, f)
		}
	}
	return found, skipped
}

// unknownControl stands for a control that no policy knows: one that came with a
// newer version of the standard's own code.
var unknownControl = &Policy{
	ID: IDPodSecurity,
	Doc: `Pod Security Standard

The standard refuses the pod, and so would a namespace that enforces it.`,
	Help:     "see the Pod Security Standards in the documentation of Kubernetes",
	Severity: finding.Error,
}

// merge adds f, or marks the finding that is already there.
func (r *run) merge(f finding.Finding) {
	seen := false
	for i := range r.found {
		if g := &r.found[i]; g.ID == f.ID && g.Path == f.Path {
			g.PSS, g.Severity, seen = f.PSS, min(g.Severity, f.Severity), true
		}
	}
	if !seen {
		r.found = append(r.found, f)
	}
}
