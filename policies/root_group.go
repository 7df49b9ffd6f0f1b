package policies

import (
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// RootGroup reports the group 0.
var RootGroup = &Policy{
	ID: "root-group",
	Doc: `Root group

Processes and volumes belong to group 0, which on the node, and in many images, may read and write more than others.`,
	Help:     "use a group other than 0",
	Bad:      `podSpec: securityContext: fsGroup: 0`,
	Good:     `podSpec: securityContext: fsGroup: 10001`,
	Group:    "securityContext",
	Severity: finding.Warning,
	Check: func(p *Pass) {
		if sc := p.Pod.Spec.SecurityContext; sc != nil {
			at := provenance.Path("spec.securityContext")
			if isZero(sc.RunAsGroup) {
				p.Report(at.Child("runAsGroup"), "the pod runs as group 0")
			}
			if isZero(sc.FSGroup) {
				p.Report(at.Child("fsGroup"), "the pod's volumes belong to group 0")
			}
			for i := range sc.SupplementalGroups {
				if sc.SupplementalGroups[i] == 0 {
					p.Report(at.Child("supplementalGroups").Index(i), "the pod is in group 0")
				}
			}
		}
		for c := range Containers(&p.Pod.Spec) {
			if sc := c.SecurityContext; sc != nil && isZero(sc.RunAsGroup) {
				p.Report(c.securityPath("runAsGroup"), "%s runs as group 0", c)
			}
		}
	},
}
