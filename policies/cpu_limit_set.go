package policies

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

// CPULimitSet reports CPU limits.
var CPULimitSet = &Policy{
	ID: "cpu-limit-set",
	Doc: `CPU limit set

The kernel stops the container for the rest of each tenth of a second in which it used up its share, even on an idle node. The opposite school is cpu-limit-missing.`,
	Help:     "remove resources.limits.cpu and keep the request",
	Bad:      `podSpec: containers: [{name: "helper", resources: limits: cpu: "1"}]`,
	Good:     `podSpec: containers: [{name: "helper", resources: requests: cpu: "1"}]`,
	Group:    "resources",
	Severity: finding.Info,
	Check: func(p *Pass) {
		for r := range requirements(&p.Pod.Spec) {
			if q, ok := r.Limits[corev1.ResourceCPU]; ok {
				p.Report(r.path().Child("limits").Key("cpu"), "%s is limited to %s CPUs", r, q.String())
			}
		}
	},
}
