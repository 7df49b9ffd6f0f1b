package policies

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

// PortDuplicate reports ports that are declared twice.
var PortDuplicate = &Policy{
	ID: "port-duplicate",
	Doc: `Port repeated

The API server refuses two ports of one container with the same name, and warns about the same number twice: a Service that names the port reaches only one of them.`,
	Help:     "remove one of the ports, or give it a name or number of its own",
	Bad:      `podSpec: containers: [{name: "primary", ports: [{containerPort: 80}, {containerPort: 80}]}]`,
	Good:     `podSpec: containers: [{name: "primary", ports: [{containerPort: 80}, {containerPort: 80, protocol: "UDP"}]}]`,
	Group:    "ports",
	Severity: finding.Warning,
	Default:  true,
	Check: func(p *Pass) {
		for c := range Containers(&p.Pod.Spec) {
			for i := range c.Ports {
				for j := range i {
					if what := samePort(&c.Ports[j], &c.Ports[i]); what != "" {
						p.Report(c.portPath(i), "%s declares port %s twice", c, what)
						break
					}
				}
			}
		}
	},
}

// samePort says what two ports have in common, "" if nothing.
func samePort(a, b *corev1.ContainerPort) string {
	switch {
	case a.Name != "" && a.Name == b.Name:
		return a.Name
	case a.ContainerPort == b.ContainerPort && protocol(*a) == protocol(*b) && a.HostPort == b.HostPort && a.HostIP == b.HostIP:
		return portName(a)
	}
	return ""
}
