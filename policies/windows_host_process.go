package policies

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

// WindowsHostProcess forbids HostProcess containers.
var WindowsHostProcess = &Policy{
	ID: "windows-host-process",
	Doc: `Windows HostProcess container

The container runs as a process of the Windows node, with access to everything on it.`,
	Help:       "remove hostProcess",
	Bad:        `podSpec: securityContext: windowsOptions: hostProcess: true`,
	Good:       `podSpec: securityContext: windowsOptions: hostProcess: false`,
	Group:      "host",
	Severity:   finding.Error,
	Default:    true,
	Profiles:   []Profile{PSSBaseline, PSSRestricted},
	Frameworks: []string{"pss"},
	Controls:   []string{"windowsHostProcess"},
	Check: func(p *Pass) {
		if sc := p.Pod.Spec.SecurityContext; sc != nil && hostProcess(sc.WindowsOptions) {
			p.Report("spec.securityContext.windowsOptions.hostProcess", "the pod runs as processes of the Windows node")
		}
		for c := range Containers(&p.Pod.Spec) {
			if c.SecurityContext != nil && hostProcess(c.SecurityContext.WindowsOptions) {
				p.Report(c.securityPath("windowsOptions.hostProcess"), "%s runs as a process of the Windows node", c)
			}
		}
	},
}

func hostProcess(o *corev1.WindowsSecurityContextOptions) bool {
	return o != nil && o.HostProcess != nil && *o.HostProcess
}
