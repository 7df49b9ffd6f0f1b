package policies

import "github.com/podcue/podcue/finding"

// HostAliases reports entries in the pod's hosts file.
var HostAliases = &Policy{
	ID: "host-aliases",
	Doc: `hostAliases set

The kubelet writes the entries into the containers' /etc/hosts: they go before DNS, redirect names without a trace, and are forgotten when the addresses change.`,
	Help:     "remove hostAliases, and use a Service or a DNS record",
	Bad:      `podSpec: hostAliases: [{ip: "10.0.0.1", hostnames: ["db"]}]`,
	Good:     `podSpec: hostAliases: []`,
	Group:    "host",
	Severity: finding.Info,
	Check: func(p *Pass) {
		if len(p.Pod.Spec.HostAliases) > 0 {
			p.Report("spec.hostAliases", "hostAliases change what names resolve to")
		}
	},
}
