package policies

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

// CPULimitMissing reports containers without a CPU limit.
var CPULimitMissing = &Policy{
	ID: "cpu-limit-missing",
	Doc: `No CPU limit

The container may use all the CPU that is left on the node, so that its speed depends on its neighbours. The opposite school is cpu-limit-set.`,
	Help:       "set resources.limits.cpu",
	Bad:        `podSpec: containers: [{name: "helper", resources: requests: cpu: "1"}]`,
	Good:       `podSpec: containers: [{name: "helper", resources: limits: cpu: "1"}]`,
	Group:      "resources",
	Severity:   finding.Info,
	Stage:      Final,
	Frameworks: []string{"nsa"},
	Check:      func(p *Pass) { limitMissing(p, corev1.ResourceCPU) },
}
