package policies

import "github.com/podcue/podcue/finding"

// SecurityContextMissing reports containers that nobody thought about.
var SecurityContextMissing = &Policy{
	ID: "security-context-missing",
	Doc: `No securityContext

Neither the pod nor the container says what the container may do, so it gets everything that the runtime gives by default.`,
	Help: "set a securityContext on the pod or on the container",
	Bad:  `podSpec: containers: [{name: "primary"}]`,
	Good: `podSpec: {
	securityContext: runAsNonRoot: true
	containers: [{name: "primary"}]
}`,
	Group:      "securityContext",
	Severity:   finding.Info,
	Stage:      Final,
	Frameworks: []string{"cis-1.12"},
	Check: func(p *Pass) {
		if sc := p.Pod.Spec.SecurityContext; sc != nil && !isEmpty(sc) {
			return
		}
		for c := range Containers(&p.Pod.Spec) {
			if c.SecurityContext == nil || isEmpty(c.SecurityContext) {
				p.Report(c.securityPath(""), "%s has no securityContext, and neither has the pod", c)
			}
		}
	},
}
