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
	// Policies are the built-in ones that know the fields that the control is
	// about. With their default parameters they find something exactly when the
	// control refuses.
	Policies []*Policy
}

// checkStandard adds what the standard of set refuses to r.found: a finding that
// a policy made already is marked, others are added.
func (r *run) checkStandard(set *Set) {
	std := set.standard
	for _, refusal := range std.Refuse(r.subject.Pod) {
		for _, p := range refusal.Policies {
			if set.disabled[p.ID] || !p.runsOn(r.subject) {
				continue
			}
			places := &run{subject: r.subject, cached: r.cached, asked: r.asked}
			places.check(&Pass{
				Policy: p, Subject: r.subject, Pod: r.subject.Pod, params: p.Params,
				severity: set.severities[p.ID], minor: std.Minor, control: refusal.Control, run: places,
			})
			r.cached, r.asked = places.cached, places.asked
			for _, f := range places.found {
				f.PSS = &finding.PSS{Level: std.Level, Version: std.Version, Control: refusal.Control}
				if set.severities[p.ID] == 0 {
					f.Severity = finding.Error
				}
				r.merge(f)
			}
		}
	}
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
