package policies

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// TolerationWildcard reports tolerations of everything.
var TolerationWildcard = &Policy{
	ID: "toleration-wildcard",
	Doc: `Toleration of everything

The pod may go to any tainted node: to those of the control plane, to GPU nodes that are kept for others, and to nodes that are being drained or are out of disk.`,
	Help:     "name the key of the taint that is meant",
	Bad:      `podSpec: tolerations: [{operator: "Exists"}]`,
	Good:     `podSpec: tolerations: [{key: "nvidia.com/gpu", operator: "Exists"}]`,
	Group:    "scheduling",
	Severity: finding.Warning,
	Default:  true,
	Check: func(p *Pass) {
		for i, t := range p.Pod.Spec.Tolerations {
			if t.Key != "" || t.Operator != corev1.TolerationOpExists {
				continue
			}
			effect := "every taint"
			if t.Effect != "" {
				effect = "every " + string(t.Effect) + " taint"
			}
			p.Report(provenance.Path("spec.tolerations").Index(i), "the pod tolerates %s", effect)
		}
	},
}
