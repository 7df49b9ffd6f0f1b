package policies

import (
	"slices"

	"github.com/podcue/podcue/finding"
)

type capabilitiesAddedParams struct {
	Allow []string `json:"allow" doc:"capabilities that may be added"`
}

// CapabilitiesAdded forbids capabilities beyond the runtimes' default ones.
var CapabilitiesAdded = &Policy{
	ID: "capabilities-added",
	Doc: `Capabilities added

The container gets more of root's powers than the runtime gives by default; several of them (SYS_ADMIN, SYS_PTRACE, NET_RAW) lead out of the container or into other pods' traffic.

Names are compared as Kubernetes writes them: upper case, without CAP_.`,
	Help:       "remove the capability from securityContext.capabilities.add, or name it in the parameter allow",
	Bad:        `podSpec: containers: [{name: "primary", securityContext: capabilities: add: ["SYS_ADMIN"]}]`,
	Good:       `podSpec: containers: [{name: "primary", securityContext: capabilities: add: ["NET_BIND_SERVICE"]}]`,
	Group:      "securityContext",
	Severity:   finding.Error,
	Default:    true,
	Profiles:   []Profile{PSSBaseline, PSSRestricted},
	Frameworks: []string{"nsa", "pss"},
	Controls:   []string{"capabilities_baseline"},
	Params: &capabilitiesAddedParams{Allow: []string{
		"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
		"NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
	}},
	Check: func(p *Pass) {
		allow := ParamsOf[capabilitiesAddedParams](p).Allow
		for c := range Containers(&p.Pod.Spec) {
			if c.SecurityContext == nil || c.SecurityContext.Capabilities == nil {
				continue
			}
			for i, capability := range c.SecurityContext.Capabilities.Add {
				if !slices.Contains(allow, string(capability)) {
					p.Report(c.securityPath("capabilities.add").Index(i), "%s adds the capability %s", c, capability)
				}
			}
		}
	},
}
