package policies

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

// CPURequestMissing reports containers without a CPU request.
var CPURequestMissing = &Policy{
	ID: "cpu-request-missing",
	Doc: `No CPU request

The scheduler puts the pod on a node as if the container needed no CPU, and where others want it the container gets almost none.

Where only a limit is set, the API server makes it the request. The pod's own request covers all its containers.`,
	Help:     "set resources.requests.cpu",
	Bad:      `podSpec: containers: [{name: "helper"}]`,
	Good:     `podSpec: containers: [{name: "helper", resources: requests: cpu: "500m"}]`,
	Group:    "resources",
	Severity: finding.Warning,
	Default:  true,
	Stage:    Final,
	Check:    func(p *Pass) { requestMissing(p, corev1.ResourceCPU) },
}
