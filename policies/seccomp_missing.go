package policies

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

type seccompMissingParams struct {
	Allow []string `json:"allow" doc:"types of profiles that are good enough"`
}

// SeccompMissing requires a seccomp profile.
var SeccompMissing = &Policy{
	ID: "seccomp-missing",
	Doc: `Seccomp profile missing

Without a profile on the pod or on the container most nodes run the container unconfined: it may make every system call.

Windows pods are exempt.`,
	Help: "set securityContext.seccompProfile.type: RuntimeDefault on the pod",
	Bad:  `podSpec: containers: [{name: "primary"}]`,
	Good: `podSpec: {
	securityContext: seccompProfile: type: "RuntimeDefault"
	containers: [{name: "primary"}]
}`,
	Group:      "securityContext",
	Severity:   finding.Error,
	Profiles:   []Profile{PSSRestricted},
	Stage:      Final,
	Frameworks: []string{"cis-1.12", "nsa", "pss"},
	Controls:   []string{"seccompProfile_restricted"},
	Params:     &seccompMissingParams{Allow: []string{"RuntimeDefault", "Localhost"}},
	Check: func(p *Pass) {
		spec := &p.Pod.Spec
		if p.since(25) && windows(spec) {
			return
		}
		allow := ParamsOf[seccompMissingParams](p).Allow
		set := false
		if sc := spec.SecurityContext; sc != nil && sc.SeccompProfile != nil {
			if set = seccompAllowed(sc.SeccompProfile, allow); !set {
				p.Report("spec.securityContext.seccompProfile.type", "the pod's seccomp profile is %s", sc.SeccompProfile.Type)
			}
		}
		for c := range Containers(spec) {
			switch sc := c.SecurityContext; {
			case sc != nil && sc.SeccompProfile != nil:
				if !seccompAllowed(sc.SeccompProfile, allow) {
					p.Report(c.securityPath("seccompProfile.type"), "the seccomp profile of %s is %s", c, sc.SeccompProfile.Type)
				}
			case !set:
				p.Report(c.securityPath("seccompProfile"), "%s has no seccomp profile", c)
			}
		}
	},
}

func seccompAllowed(profile *corev1.SeccompProfile, allow []string) bool {
	return slices.Contains(allow, string(profile.Type))
}
