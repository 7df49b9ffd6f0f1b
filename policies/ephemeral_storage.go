package policies

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

// EphemeralStorage reports containers without a bound on the node's disk.
var EphemeralStorage = &Policy{
	ID: "ephemeral-storage",
	Doc: `No ephemeral-storage request or limit

What the container writes to its file system, its logs and its emptyDirs may fill the node's disk, and the kubelet then evicts pods, those first that asked for nothing.`,
	Help:     "set resources.requests and resources.limits for ephemeral-storage",
	Bad:      `podSpec: containers: [{name: "helper"}]`,
	Good:     `podSpec: containers: [{name: "helper", resources: limits: "ephemeral-storage": "10Gi"}]`,
	Group:    "resources",
	Severity: finding.Info,
	Stage:    Final,
	Check: func(p *Pass) {
		requestMissing(p, corev1.ResourceEphemeralStorage)
		limitMissing(p, corev1.ResourceEphemeralStorage)
	},
}
