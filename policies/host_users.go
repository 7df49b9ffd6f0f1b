package policies

import "github.com/podcue/podcue/finding"

// HostUsers reports pods without a user namespace.
var HostUsers = &Policy{
	ID: "host-users",
	Doc: `No user namespace

User 0 in the container is user 0 on the node: a process that breaks out of the container is root there. With hostUsers: false it is nobody.`,
	Help:     "set hostUsers: false where the nodes' kernel and runtime support user namespaces",
	Bad:      `podSpec: containers: []`,
	Good:     `podSpec: hostUsers: false`,
	Group:    "host",
	Severity: finding.Info,
	Stage:    Final,
	Check: func(p *Pass) {
		if h := p.Pod.Spec.HostUsers; (h == nil || *h) && !windows(&p.Pod.Spec) {
			p.Report("spec.hostUsers", "the pod has no user namespace of its own")
		}
	},
}
