package policies

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

type seLinuxOptionsParams struct {
	Types []string `json:"types" doc:"SELinux types that may be set"`
}

// SELinuxOptions forbids SELinux contexts of one's own.
var SELinuxOptions = &Policy{
	ID: "selinux-options",
	Doc: `SELinux options

A user, a role or a type other than those of containers gives the container the SELinux rights of something else on the node, spc_t among them, which has all.`,
	Help:       "remove seLinuxOptions.user and .role, and use container_t or another type for containers",
	Bad:        `podSpec: securityContext: seLinuxOptions: type: "spc_t"`,
	Good:       `podSpec: securityContext: seLinuxOptions: type: "container_t"`,
	Group:      "securityContext",
	Severity:   finding.Error,
	Profiles:   []Profile{PSSBaseline, PSSRestricted},
	Frameworks: []string{"pss"},
	Controls:   []string{"seLinuxOptions"},
	Params:     &seLinuxOptionsParams{Types: []string{"container_t", "container_init_t", "container_kvm_t", "container_engine_t"}},
	Check: func(p *Pass) {
		if sc := p.Pod.Spec.SecurityContext; sc != nil {
			checkSELinux(p, "spec.securityContext.seLinuxOptions", "the pod", sc.SELinuxOptions)
		}
		for c := range Containers(&p.Pod.Spec) {
			if sc := c.SecurityContext; sc != nil && sc.SELinuxOptions != nil {
				checkSELinux(p, c.securityPath("seLinuxOptions"), c.String(), sc.SELinuxOptions)
			}
		}
	},
}

func checkSELinux(p *Pass, at provenance.Path, who string, o *corev1.SELinuxOptions) {
	if o == nil {
		return
	}
	if o.User != "" {
		p.Report(at.Child("user"), "%s sets the SELinux user %s", who, o.User)
	}
	if o.Role != "" {
		p.Report(at.Child("role"), "%s sets the SELinux role %s", who, o.Role)
	}
	known := slices.Contains(ParamsOf[seLinuxOptionsParams](p).Types, o.Type)
	if o.Type == "container_engine_t" && !p.since(31) {
		known = false
	}
	if o.Type != "" && !known {
		p.Report(at.Child("type"), "%s sets the SELinux type %s", who, o.Type)
	}
}
