package policies

import (
	"path"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

type shmMissingParams struct {
	Resources []string `json:"resources" doc:"the resources whose users need shared memory; one that ends with * stands for all that start so"`
}

// SHMMissing reports GPU containers with 64 MiB of shared memory.
var SHMMissing = &Policy{
	ID: "shm-missing",
	Doc: `No shared memory volume

The runtime gives a container 64 MiB at /dev/shm. Data loaders with workers and NCCL pass their data through it, and die with a bus error when it is full.`,
	Help: "mount an emptyDir with medium Memory at /dev/shm, or ask Flyte for shared memory",
	Bad:  `podSpec: containers: [{name: "primary", resources: limits: "nvidia.com/gpu": "1"}]`,
	Good: `podSpec: {
	volumes: [{name: "shm", emptyDir: medium: "Memory"}]
	containers: [{
		name: "primary"
		resources: limits: "nvidia.com/gpu": "1"
		volumeMounts: [{name: "shm", mountPath: "/dev/shm"}]
	}]
}`,
	Group:    "ml",
	Severity: finding.Warning,
	Default:  true,
	Stage:    Final,
	Params:   &shmMissingParams{Resources: gpuResources},
	Check: func(p *Pass) {
		if p.Pod.Spec.HostIPC {
			return
		}
		for r := range extended(&p.Pod.Spec) {
			if r.Role != RoleMain || !matchesAny(string(r.name), ParamsOf[shmMissingParams](p).Resources) {
				continue
			}
			switch v := sharedMemory(&p.Pod.Spec, r.Container); {
			case v == nil:
				p.Report(r.at(), "%s asks for %s and has only 64 MiB of shared memory", r.Container, r.name)
			case v.EmptyDir == nil || v.EmptyDir.Medium != corev1.StorageMediumMemory:
				p.Report(r.at(), "%s asks for %s, and its shared memory is volume %s, which is not in memory", r.Container, r.name, v.Name)
			}
		}
	},
}

// sharedMemory returns the volume that c mounts at /dev/shm, nil if there is none.
func sharedMemory(spec *corev1.PodSpec, c Container) *corev1.Volume {
	for i := range c.VolumeMounts {
		if path.Clean(c.VolumeMounts[i].MountPath) != "/dev/shm" {
			continue
		}
		for j := range spec.Volumes {
			if spec.Volumes[j].Name == c.VolumeMounts[i].Name {
				return &spec.Volumes[j]
			}
		}
	}
	return nil
}
