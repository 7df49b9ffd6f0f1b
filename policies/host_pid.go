package policies

import "github.com/podcue/podcue/finding"

// HostPID forbids sharing the node's process namespace.
var HostPID = &Policy{
	ID: "host-pid",
	Doc: `Host PID namespace

The pod sees every process of the node, with its environment and open files, and with enough capabilities can enter them.`,
	Help:       "remove hostPID; containers of one pod can share processes with shareProcessNamespace",
	Bad:        `podSpec: hostPID: true`,
	Good:       `podSpec: shareProcessNamespace: true`,
	Group:      "host",
	Severity:   finding.Error,
	Default:    true,
	Profiles:   []Profile{PSSBaseline, PSSRestricted},
	Frameworks: []string{"cis-1.12", "nsa", "pss"},
	Controls:   []string{"hostNamespaces"},
	Check: func(p *Pass) {
		if p.Pod.Spec.HostPID {
			p.Report("spec.hostPID", "hostPID shows the pod every process of the node")
		}
	},
}
