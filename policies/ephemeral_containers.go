package policies

import "github.com/podcue/podcue/finding"

// EphemeralContainers reports ephemeral containers in what somebody wrote.
var EphemeralContainers = &Policy{
	ID: "ephemeral-containers",
	Doc: `Ephemeral containers in a template

They are for debugging a pod that runs, and can only be added to one: the API server refuses to create a pod that has them.`,
	Help:     "remove ephemeralContainers; use kubectl debug",
	Bad:      `podSpec: ephemeralContainers: [{name: "debug"}]`,
	Good:     `podSpec: containers: []`,
	Group:    "metadata",
	Severity: finding.Warning,
	Check: func(p *Pass) {
		if len(p.Pod.Spec.EphemeralContainers) > 0 {
			p.Report("spec.ephemeralContainers", "ephemeral containers can only be added to a running pod")
		}
	},
}
