package policies

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// ProbePort reports probes of ports that the container does not have.
var ProbePort = &Policy{
	ID: "probe-port",
	Doc: `Probe port not exposed

A probe that names a port which the container does not declare fails for ever: the container is restarted, or never becomes ready. A number that is not among the declared ports is most often a slip.

Numbers are not compared where the container declares no ports at all.`,
	Help:     "name a port that the container declares",
	Bad:      `podSpec: containers: [{name: "primary", livenessProbe: httpGet: port: "http"}]`,
	Good:     `podSpec: containers: [{name: "primary", ports: [{name: "http", containerPort: 80}], livenessProbe: httpGet: port: "http"}]`,
	Group:    "probes",
	Severity: finding.Warning,
	Default:  true,
	Check: func(p *Pass) {
		for c := range Containers(&p.Pod.Spec) {
			for name, probe := range probes(c) {
				at := join(c.Path(), name)
				if a := probe.HTTPGet; a != nil {
					checkProbePort(p, c, at.Child("httpGet").Child("port"), a.Port)
				}
				if a := probe.TCPSocket; a != nil {
					checkProbePort(p, c, at.Child("tcpSocket").Child("port"), a.Port)
				}
				if a := probe.GRPC; a != nil {
					checkProbePort(p, c, at.Child("grpc").Child("port"), intstr.FromInt32(a.Port))
				}
			}
		}
	},
}

func checkProbePort(p *Pass, c Container, at provenance.Path, port intstr.IntOrString) {
	if port.Type == intstr.Int && len(c.Ports) == 0 {
		return
	}
	for _, declared := range c.Ports {
		same := port.Type == intstr.Int && declared.ContainerPort == port.IntVal || port.Type == intstr.String && declared.Name == port.StrVal
		if same && protocol(declared) == corev1.ProtocolTCP {
			return
		}
	}
	p.Report(at, "%s has no TCP port %s", c, port.String())
}
