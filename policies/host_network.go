package policies

import "github.com/podcue/podcue/finding"

// HostNetwork forbids sharing the node's network namespace.
var HostNetwork = &Policy{
	ID: "host-network",
	Doc: `Host network

The pod shares the node's network: it reaches services that listen on the node's loopback, sees the node's traffic, and no NetworkPolicy applies to it.`,
	Help:       "remove hostNetwork",
	Bad:        `podSpec: hostNetwork: true`,
	Good:       `podSpec: hostNetwork: false`,
	Group:      "host",
	Severity:   finding.Error,
	Default:    true,
	Profiles:   []Profile{PSSBaseline, PSSRestricted},
	Frameworks: []string{"cis-1.12", "nsa", "pss"},
	Controls:   []string{"hostNamespaces"},
	Check: func(p *Pass) {
		if p.Pod.Spec.HostNetwork {
			p.Report("spec.hostNetwork", "hostNetwork puts the pod on the node's network")
		}
	},
}
