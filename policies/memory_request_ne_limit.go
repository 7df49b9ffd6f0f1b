package policies

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

// MemoryRequestNELimit reports memory requests that differ from the limit.
var MemoryRequestNELimit = &Policy{
	ID: "memory-request-ne-limit",
	Doc: `Memory request differs from limit

The container may use more memory than the node set aside for it: when the node runs out, it is killed although it kept its limit.`,
	Help:     "set resources.requests.memory to the limit",
	Bad:      `podSpec: containers: [{name: "helper", resources: {requests: memory: "1Gi", limits: memory: "2Gi"}}]`,
	Good:     `podSpec: containers: [{name: "helper", resources: limits: memory: "2Gi"}]`,
	Group:    "resources",
	Severity: finding.Warning,
	Stage:    Final,
	Check: func(p *Pass) {
		for r := range requirements(&p.Pod.Spec) {
			limit, ok := r.Limits[corev1.ResourceMemory]
			if !ok {
				continue
			}
			if q, ok := r.Requests[corev1.ResourceMemory]; ok && q.Cmp(limit) != 0 {
				p.Report(r.path().Child("requests").Key("memory"), "%s requests %s of memory, and its limit is %s", r, q.String(), limit.String())
			}
		}
	},
}
