package policies

import (
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

type privilegedPortParams struct {
	Ports  []int32 `json:"ports" doc:"ports that are reported beside those below 1024"`
	Except []int32 `json:"except" doc:"ports below 1024 that may be used"`
}

// PrivilegedPort reports low ports.
var PrivilegedPort = &Policy{
	ID: "privileged-port",
	Doc: `Privileged port

To listen below 1024 the container runs as root or has NET_BIND_SERVICE; port 22 most often means that there is an SSH server in it.`,
	Help:       "listen on a port from 1024 on, and map it in the Service",
	Bad:        `podSpec: containers: [{name: "primary", ports: [{containerPort: 80}]}]`,
	Good:       `podSpec: containers: [{name: "primary", ports: [{containerPort: 8080}]}]`,
	Group:      "ports",
	Severity:   finding.Info,
	Frameworks: []string{"mitre"},
	Params:     &privilegedPortParams{},
	Check: func(p *Pass) {
		params := ParamsOf[privilegedPortParams](p)
		for c := range Containers(&p.Pod.Spec) {
			for i := range c.Ports {
				n := c.Ports[i].ContainerPort
				if n > 0 && n < 1024 && !slices.Contains(params.Except, n) || slices.Contains(params.Ports, n) {
					p.Report(c.portPath(i).Child("containerPort"), "%s listens on port %s", c, portName(&c.Ports[i]))
				}
			}
		}
	},
}

func portName(port *corev1.ContainerPort) string {
	return strconv.Itoa(int(port.ContainerPort)) + "/" + string(protocol(*port))
}
