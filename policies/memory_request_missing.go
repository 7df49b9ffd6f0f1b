package policies

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

// MemoryRequestMissing reports containers without a memory request.
var MemoryRequestMissing = &Policy{
	ID: "memory-request-missing",
	Doc: `No memory request

The scheduler puts the pod on a node as if the container needed no memory, and when memory runs out there the container is among the first to be killed.

Where only a limit is set, the API server makes it the request. The pod's own request covers all its containers.`,
	Help:     "set resources.requests.memory",
	Bad:      `podSpec: containers: [{name: "helper"}]`,
	Good:     `podSpec: containers: [{name: "helper", resources: requests: memory: "1Gi"}]`,
	Group:    "resources",
	Severity: finding.Warning,
	Default:  true,
	Stage:    Final,
	Check:    func(p *Pass) { requestMissing(p, corev1.ResourceMemory) },
}
