package policies

import "github.com/podcue/podcue/finding"

// RunAsUserZero forbids runAsUser: 0.
var RunAsUserZero = &Policy{
	ID: "run-as-user-zero",
	Doc: `Runs as UID 0

The container runs as root, and a hole in the runtime or the kernel makes that root on the node.

A pod with a user namespace (hostUsers: false) is exempt since Kubernetes 1.35.`,
	Help:       "set runAsUser to a user other than 0, or remove it",
	Bad:        `podSpec: securityContext: runAsUser: 0`,
	Good:       `podSpec: securityContext: runAsUser: 10001`,
	Group:      "securityContext",
	Severity:   finding.Error,
	Profiles:   []Profile{PSSRestricted},
	Frameworks: []string{"pss"},
	Controls:   []string{"runAsUser"},
	Check: func(p *Pass) {
		spec := &p.Pod.Spec
		if p.since(35) && userNamespace(spec) {
			return
		}
		if sc := spec.SecurityContext; sc != nil && isZero(sc.RunAsUser) {
			p.Report("spec.securityContext.runAsUser", "the pod runs as user 0, root")
		}
		for c := range Containers(spec) {
			if sc := c.SecurityContext; sc != nil && isZero(sc.RunAsUser) {
				p.Report(c.securityPath("runAsUser"), "%s runs as user 0, root", c)
			}
		}
	},
}

func isZero(id *int64) bool { return id != nil && *id == 0 }
