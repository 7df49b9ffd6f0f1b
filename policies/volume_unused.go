package policies

import "github.com/podcue/podcue/finding"

// VolumeUnused reports volumes that no container mounts.
var VolumeUnused = &Policy{
	ID: "volume-unused",
	Doc: `Volume never mounted

The kubelet attaches and mounts the volume all the same: the pod waits for it, and fails to start when it cannot be had. Often a merge dropped the container that used it.

Templates are not looked at, because the task's own containers may use their volumes.`,
	Help: "mount the volume in a container, or remove it",
	Bad:  `podSpec: volumes: [{name: "data", persistentVolumeClaim: claimName: "data"}]`,
	Good: `podSpec: {
	volumes: [{name: "data", persistentVolumeClaim: claimName: "data"}]
	containers: [{name: "primary", volumeMounts: [{name: "data", mountPath: "/data"}]}]
}`,
	Group:    "volumes",
	Severity: finding.Warning,
	Default:  true,
	Stage:    Final,
	Check: func(p *Pass) {
		if p.Subject.IsTemplate() {
			return
		}
		for i := range p.Pod.Spec.Volumes {
			if v := &p.Pod.Spec.Volumes[i]; !mounted(p, v.Name) {
				p.Report(volumePath(&p.Pod.Spec, i), "no container mounts volume %s", v.Name)
			}
		}
	},
}

func mounted(p *Pass, volume string) bool {
	for c := range Containers(&p.Pod.Spec) {
		for i := range c.VolumeMounts {
			if c.VolumeMounts[i].Name == volume {
				return true
			}
		}
		for i := range c.VolumeDevices {
			if c.VolumeDevices[i].Name == volume {
				return true
			}
		}
	}
	return false
}
