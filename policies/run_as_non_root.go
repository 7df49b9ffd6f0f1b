package policies

import "github.com/podcue/podcue/finding"

// RunAsNonRoot requires runAsNonRoot: true.
var RunAsNonRoot = &Policy{
	ID: "run-as-non-root",
	Doc: `May run as root

Unless runAsNonRoot is true on the pod or on the container, the container runs as whatever user its image names, root by default, and a hole in the runtime or the kernel makes that root on the node.

A container's own value goes before the pod's. A pod with a user namespace (hostUsers: false) is exempt since Kubernetes 1.35.`,
	Help: "set securityContext.runAsNonRoot: true on the pod, and a user other than 0 in the image or in runAsUser",
	Bad:  `podSpec: containers: [{name: "primary"}]`,
	Good: `podSpec: {
	securityContext: runAsNonRoot: true
	containers: [{name: "primary"}]
}`,
	Group:      "securityContext",
	Severity:   finding.Error,
	Profiles:   []Profile{PSSRestricted},
	Stage:      Final,
	Frameworks: []string{"nsa", "pss"},
	Controls:   []string{"runAsNonRoot"},
	Check: func(p *Pass) {
		spec := &p.Pod.Spec
		if p.since(35) && userNamespace(spec) {
			return
		}
		set := false
		if sc := spec.SecurityContext; sc != nil && sc.RunAsNonRoot != nil {
			if set = *sc.RunAsNonRoot; !set {
				p.Report("spec.securityContext.runAsNonRoot", "runAsNonRoot is false: containers may run as root")
			}
		}
		for c := range Containers(spec) {
			switch sc := c.SecurityContext; {
			case sc != nil && sc.RunAsNonRoot != nil:
				if !*sc.RunAsNonRoot {
					p.Report(c.securityPath("runAsNonRoot"), "%s may run as root: runAsNonRoot is false", c)
				}
			case !set:
				p.Report(c.securityPath("runAsNonRoot"), "%s may run as root: runAsNonRoot is not set", c)
			}
		}
	},
}
