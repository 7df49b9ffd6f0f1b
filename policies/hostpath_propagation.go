package policies

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

type hostPathPropagationParams struct {
	Allow []string `json:"allow" doc:"modes that are allowed: HostToContainer, Bidirectional"`
}

// HostPathPropagation forbids mount propagation on hostPath volumes.
var HostPathPropagation = &Policy{
	ID: "hostpath-propagation",
	Doc: `Mount propagation on a host mount

With Bidirectional, what the container mounts appears on the node and in every other pod that shares the directory; with HostToContainer, what is mounted on the node later appears in the container, other pods' volumes among them.`,
	Help: "remove mountPropagation; only storage drivers need it, and they can be allowed in the parameters",
	Bad: `podSpec: {
	volumes: [{name: "data", hostPath: path: "/data"}]
	containers: [{name: "primary", volumeMounts: [{name: "data", mountPath: "/data", mountPropagation: "HostToContainer"}]}]
}`,
	Good: `podSpec: {
	volumes: [{name: "data", hostPath: path: "/data"}]
	containers: [{name: "primary", volumeMounts: [{name: "data", mountPath: "/data"}]}]
}`,
	Group:    "hostpath",
	Severity: finding.Error,
	Default:  true,
	Params:   &hostPathPropagationParams{},
	Check: func(p *Pass) {
		for m := range hostMounts(&p.Pod.Spec) {
			mode := m.mount.MountPropagation
			if mode == nil || *mode == corev1.MountPropagationNone || slices.Contains(ParamsOf[hostPathPropagationParams](p).Allow, string(*mode)) {
				continue
			}
			p.Report(m.path().Child("mountPropagation"), "%s mounts hostPath %s with %s propagation", m.Container, m.volume.HostPath.Path, *mode)
		}
	},
}
