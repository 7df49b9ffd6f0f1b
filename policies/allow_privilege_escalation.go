package policies

import "github.com/podcue/podcue/finding"

// AllowPrivilegeEscalation requires that processes cannot gain privileges.
var AllowPrivilegeEscalation = &Policy{
	ID: "allow-privilege-escalation",
	Doc: `Privilege escalation allowed

Unless allowPrivilegeEscalation is false, a process in the container can gain more privileges than its parent, through a set-user-ID program such as sudo.

Windows pods are exempt: the field does not exist there.`,
	Help:       "set securityContext.allowPrivilegeEscalation: false on the container",
	Bad:        `podSpec: containers: [{name: "primary"}]`,
	Good:       `podSpec: containers: [{name: "primary", securityContext: allowPrivilegeEscalation: false}]`,
	Group:      "securityContext",
	Severity:   finding.Error,
	Profiles:   []Profile{PSSRestricted},
	Stage:      Final,
	Frameworks: []string{"nsa", "pss"},
	Controls:   []string{"allowPrivilegeEscalation"},
	Check: func(p *Pass) {
		if p.since(25) && windows(&p.Pod.Spec) {
			return
		}
		for c := range Containers(&p.Pod.Spec) {
			if sc := c.SecurityContext; sc == nil || sc.AllowPrivilegeEscalation == nil || *sc.AllowPrivilegeEscalation {
				p.Report(c.securityPath("allowPrivilegeEscalation"), "%s can gain privileges: allowPrivilegeEscalation is not false", c)
			}
		}
	},
}
