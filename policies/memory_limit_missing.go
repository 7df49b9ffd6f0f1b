package policies

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

// MemoryLimitMissing reports containers without a memory limit.
var MemoryLimitMissing = &Policy{
	ID: "memory-limit-missing",
	Doc: `No memory limit

The container may take all the memory of the node, and the kernel then kills processes of any pod there.

The pod's own limit covers all its containers.`,
	Help:       "set resources.limits.memory",
	Bad:        `podSpec: containers: [{name: "helper", resources: requests: memory: "1Gi"}]`,
	Good:       `podSpec: containers: [{name: "helper", resources: limits: memory: "1Gi"}]`,
	Group:      "resources",
	Severity:   finding.Warning,
	Default:    true,
	Stage:      Final,
	Frameworks: []string{"nsa"},
	Check:      func(p *Pass) { limitMissing(p, corev1.ResourceMemory) },
}
