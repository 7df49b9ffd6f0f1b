package policies

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

// CapabilitiesDropAll requires that containers give up root's powers.
var CapabilitiesDropAll = &Policy{
	ID: "capabilities-drop-all",
	Doc: `Capabilities not dropped

The runtime leaves a container about a dozen of root's powers that hardly any program needs; each is one more way out. Only NET_BIND_SERVICE may be added again.

The name is ALL, in upper case: another spelling drops nothing in some runtimes. Windows pods are exempt.`,
	Help:       `set securityContext.capabilities.drop: ["ALL"] on the container, and add nothing but NET_BIND_SERVICE`,
	Bad:        `podSpec: containers: [{name: "primary", securityContext: capabilities: drop: ["NET_RAW"]}]`,
	Good:       `podSpec: containers: [{name: "primary", securityContext: capabilities: drop: ["ALL"]}]`,
	Group:      "securityContext",
	Severity:   finding.Error,
	Profiles:   []Profile{PSSRestricted},
	Stage:      Final,
	Frameworks: []string{"pss"},
	Controls:   []string{"capabilities_restricted"},
	Check: func(p *Pass) {
		if p.since(25) && windows(&p.Pod.Spec) {
			return
		}
		for c := range Containers(&p.Pod.Spec) {
			var capabilities corev1.Capabilities
			if c.SecurityContext != nil && c.SecurityContext.Capabilities != nil {
				capabilities = *c.SecurityContext.Capabilities
			}
			if !slices.Contains(capabilities.Drop, "ALL") {
				p.Report(c.securityPath("capabilities.drop"), "%s does not drop ALL capabilities", c)
			}
			for i, capability := range capabilities.Add {
				if capability != "NET_BIND_SERVICE" {
					p.Report(c.securityPath("capabilities.add").Index(i), "%s adds the capability %s; only NET_BIND_SERVICE may be added", c, capability)
				}
			}
		}
	},
}
