package policies

import (
	"iter"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

type hostProbeAddressParams struct {
	Allow []string `json:"allow" doc:"hosts that may be named"`
}

// HostProbeAddress forbids probes and hooks that name a host.
var HostProbeAddress = &Policy{
	ID: "host-probe-address",
	Doc: `Probe or lifecycle hook names a host

The kubelet makes the request itself, from the node's network: with a host, whoever writes the pod can have it call any address the node reaches, the cloud's metadata service among them.`,
	Help:       "remove host: the kubelet uses the pod's own address",
	Bad:        `podSpec: containers: [{name: "primary", livenessProbe: httpGet: {host: "169.254.169.254", port: 80}}]`,
	Good:       `podSpec: containers: [{name: "primary", livenessProbe: httpGet: port: 80}]`,
	Group:      "host",
	Severity:   finding.Error,
	Profiles:   []Profile{PSSBaseline, PSSRestricted},
	Frameworks: []string{"pss"},
	Controls:   []string{"hostProbesAndHostLifecycle"},
	Params:     &hostProbeAddressParams{},
	Check: func(p *Pass) {
		allow := ParamsOf[hostProbeAddressParams](p).Allow
		for c := range Containers(&p.Pod.Spec) {
			for h := range handlers(c) {
				if host := httpHost(h.http); host != "" && !slices.Contains(allow, host) {
					p.Report(join(c.Path(), h.name+".httpGet.host"), "the %s of %s calls host %s from the node", h.name, c, host)
				}
				if host := tcpHost(h.tcp); host != "" && !slices.Contains(allow, host) {
					p.Report(join(c.Path(), h.name+".tcpSocket.host"), "the %s of %s calls host %s from the node", h.name, c, host)
				}
			}
		}
	},
}

// A handler is what a probe or a lifecycle hook does.
type handler struct {
	name provenance.Path // livenessProbe, lifecycle.preStop
	http *corev1.HTTPGetAction
	tcp  *corev1.TCPSocketAction
}

// handlers yields the probes and hooks of a container that call something.
func handlers(c Container) iter.Seq[handler] {
	return func(yield func(handler) bool) {
		for name, probe := range probes(c) {
			if !yield(handler{name, probe.HTTPGet, probe.TCPSocket}) {
				return
			}
		}
		if c.Lifecycle == nil {
			return
		}
		if h := c.Lifecycle.PostStart; h != nil && !yield(handler{"lifecycle.postStart", h.HTTPGet, h.TCPSocket}) {
			return
		}
		if h := c.Lifecycle.PreStop; h != nil {
			yield(handler{"lifecycle.preStop", h.HTTPGet, h.TCPSocket})
		}
	}
}
