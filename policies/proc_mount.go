package policies

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

// ProcMount forbids showing the container all of /proc.
var ProcMount = &Policy{
	ID: "proc-mount",
	Doc: `procMount not Default

The runtime no longer hides the files of /proc and /sys that tell about the node and can change it.

A pod with a user namespace (hostUsers: false) is exempt since Kubernetes 1.35, except from the restricted standard.`,
	Help:       "remove procMount; nested containers also need hostUsers: false",
	Bad:        `podSpec: containers: [{name: "primary", securityContext: procMount: "Unmasked"}]`,
	Good:       `podSpec: containers: [{name: "primary", securityContext: procMount: "Default"}]`,
	Group:      "securityContext",
	Severity:   finding.Error,
	Default:    true,
	Profiles:   []Profile{PSSBaseline, PSSRestricted},
	Frameworks: []string{"pss"},
	Controls:   []string{"procMount", "procMount_restricted"},
	Check: func(p *Pass) {
		if p.since(35) && userNamespace(&p.Pod.Spec) && p.control != "procMount_restricted" {
			return
		}
		for c := range Containers(&p.Pod.Spec) {
			if sc := c.SecurityContext; sc != nil && sc.ProcMount != nil && *sc.ProcMount != corev1.DefaultProcMount {
				p.Report(c.securityPath("procMount"), "%s sees /proc %s", c, *sc.ProcMount)
			}
		}
	},
}
