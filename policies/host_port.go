package policies

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

type hostPortParams struct {
	Allow  []int32     `json:"allow" doc:"ports of the node that may be taken"`
	Ranges []portRange `json:"ranges" doc:"ranges of ports that may be taken, ends included"`
}

type portRange struct {
	Min int32 `json:"min" cue:"required"`
	Max int32 `json:"max" cue:"required"`
}

// HostPort forbids taking ports of the node.
var HostPort = &Policy{
	ID: "host-port",
	Doc: `Host port

The pod takes a port of the node: only one such pod fits on a node, it is reachable from outside past Services, and it can stand in for a service of the node.

Where hostNetwork is set, the API server itself sets every hostPort to the container's port; those are not reported, since host-network is, unless certain ports are allowed.`,
	Help:       "remove hostPort, and use a Service to reach the pod",
	Bad:        `podSpec: containers: [{name: "primary", ports: [{containerPort: 8080, hostPort: 8080}]}]`,
	Good:       `podSpec: containers: [{name: "primary", ports: [{containerPort: 8080}]}]`,
	Group:      "host",
	Severity:   finding.Error,
	Default:    true,
	Profiles:   []Profile{PSSBaseline, PSSRestricted},
	Frameworks: []string{"nsa", "pss"},
	Controls:   []string{"hostPorts"},
	Params:     &hostPortParams{},
	Check: func(p *Pass) {
		params := ParamsOf[hostPortParams](p)
		for c := range Containers(&p.Pod.Spec) {
			for i, port := range c.Ports {
				switch {
				case port.HostPort == 0 || params.allows(port.HostPort):
				case params.byHostNetwork(p, port):
				default:
					p.Report(c.portPath(i).Child("hostPort"), "%s takes port %d of the node", c, port.HostPort)
				}
			}
		}
	},
}

// byHostNetwork reports whether the API server may have set the host port, and
// nobody asked for certain ports.
func (params *hostPortParams) byHostNetwork(p *Pass, port corev1.ContainerPort) bool {
	return p.Pod.Spec.HostNetwork && port.HostPort == port.ContainerPort && p.control == "" && params.Allow == nil && params.Ranges == nil
}

func (params *hostPortParams) allows(port int32) bool {
	return slices.Contains(params.Allow, port) ||
		slices.ContainsFunc(params.Ranges, func(r portRange) bool { return r.Min <= port && port <= r.Max })
}
