package policies

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

// SHMTooBig reports memory volumes that cannot be filled.
var SHMTooBig = &Policy{
	ID: "shm-too-big",
	Doc: `Shared memory above the memory limit

What is in a memory volume counts as memory of the container that wrote it: long before the volume is full, the container is killed for running over its limit.

A volume without a sizeLimit is as large as the pod's memory limit, so there is nothing to compare.`,
	Help: "raise the container's memory limit, or lower the volume's sizeLimit",
	Bad: `podSpec: {
	volumes: [{name: "shm", emptyDir: {medium: "Memory", sizeLimit: "16Gi"}}]
	containers: [{name: "primary", resources: limits: memory: "8Gi", volumeMounts: [{name: "shm", mountPath: "/dev/shm"}]}]
}`,
	Good: `podSpec: {
	volumes: [{name: "shm", emptyDir: {medium: "Memory", sizeLimit: "8Gi"}}]
	containers: [{name: "primary", resources: limits: memory: "32Gi", volumeMounts: [{name: "shm", mountPath: "/dev/shm"}]}]
}`,
	Group:    "ml",
	Severity: finding.Warning,
	Default:  true,
	Stage:    Final,
	Check: func(p *Pass) {
		spec := &p.Pod.Spec
		for i := range spec.Volumes {
			v := &spec.Volumes[i]
			if v.EmptyDir == nil || v.EmptyDir.Medium != corev1.StorageMediumMemory || v.EmptyDir.SizeLimit == nil {
				continue
			}
			for c := range Containers(spec) {
				limit, ok := c.Resources.Limits[corev1.ResourceMemory]
				if ok && v.EmptyDir.SizeLimit.Cmp(limit) > 0 && mounts(c, v.Name) {
					p.Report(volumePath(spec, i).Child("emptyDir").Child("sizeLimit"), "volume %s may take %s of memory, and %s has %s",
						v.Name, v.EmptyDir.SizeLimit.String(), c, limit.String())
				}
			}
		}
	},
}

func mounts(c Container, volume string) bool {
	for i := range c.VolumeMounts {
		if c.VolumeMounts[i].Name == volume {
			return true
		}
	}
	return false
}
