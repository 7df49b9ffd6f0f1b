package policies

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

// VolumeMissing forbids mounts of volumes that do not exist.
var VolumeMissing = &Policy{
	ID: "volume-missing",
	Doc: `Mount names an undeclared volume

The API server refuses a pod whose container mounts a volume that the pod does not have.`,
	Help: "declare the volume in spec.volumes, or correct the mount's name",
	Bad:  `podSpec: containers: [{name: "primary", volumeMounts: [{name: "data", mountPath: "/data"}]}]`,
	Good: `podSpec: {
	volumes: [{name: "data", emptyDir: {}}]
	containers: [{name: "primary", volumeMounts: [{name: "data", mountPath: "/data"}]}]
}`,
	Group:    "volumes",
	Severity: finding.Error,
	Default:  true,
	Stage:    Final,
	Check: func(p *Pass) {
		declared := func(name string) bool {
			return slices.ContainsFunc(p.Pod.Spec.Volumes, func(v corev1.Volume) bool { return v.Name == name })
		}
		for c := range Containers(&p.Pod.Spec) {
			for i, m := range c.VolumeMounts {
				if !declared(m.Name) {
					p.Report(c.mountPath(i).Child("name"), "%s mounts volume %q, which the pod does not have", c, m.Name)
				}
			}
			for i, d := range c.VolumeDevices {
				if !declared(d.Name) {
					p.Report(c.devicePath(i).Child("name"), "%s uses volume %q as a device, and the pod does not have it", c, d.Name)
				}
			}
		}
	},
}
