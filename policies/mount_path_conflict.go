package policies

import (
	"path"
	"strings"

	"github.com/podcue/podcue/finding"
)

// MountPathConflict forbids two mounts at one path.
var MountPathConflict = &Policy{
	ID: "mount-path-conflict",
	Doc: `Mount paths conflict

The API server refuses two mounts of one container at the same path, and where it does not notice (/data and /data/), one hides the other. A mount that comes after one inside of it hides that one where the runtime mounts in the order of the list.

Flyte appends the mounts of a base PodTemplate to those of the task.`,
	Help: "mount at different paths, and list a directory before what is inside of it",
	Bad: `podSpec: {
	volumes: [{name: "a", emptyDir: {}}, {name: "b", emptyDir: {}}]
	containers: [{name: "primary", volumeMounts: [{name: "a", mountPath: "/data"}, {name: "b", mountPath: "/data/"}]}]
}`,
	Good: `podSpec: {
	volumes: [{name: "a", emptyDir: {}}, {name: "b", emptyDir: {}}]
	containers: [{name: "primary", volumeMounts: [{name: "a", mountPath: "/data"}, {name: "b", mountPath: "/data/b"}]}]
}`,
	Group:    "volumes",
	Severity: finding.Error,
	Default:  true,
	Check: func(p *Pass) {
		for c := range Containers(&p.Pod.Spec) {
			for i := range c.VolumeMounts {
				checkMountPath(p, c, i)
			}
			for i, d := range c.VolumeDevices {
				for _, m := range c.VolumeMounts {
					if path.Clean(m.MountPath) == path.Clean(d.DevicePath) {
						p.Report(c.devicePath(i), "%s mounts volume %s at %s, where volume %s is a device", c, m.Name, m.MountPath, d.Name)
					}
				}
			}
		}
	},
}

// checkMountPath compares mount i of c with those before it.
func checkMountPath(p *Pass, c Container, i int) {
	at := path.Clean(c.VolumeMounts[i].MountPath)
	for j := range i {
		before := &c.VolumeMounts[j]
		switch other := path.Clean(before.MountPath); {
		case other == at:
			p.Report(c.mountPath(i), "%s mounts volumes %s and %s at one path, %s", c, before.Name, c.VolumeMounts[i].Name, at)
			return
		case strings.HasPrefix(other, strings.TrimSuffix(at, "/")+"/"):
			p.ReportAs(finding.Warning, c.mountPath(i), "%s mounts volume %s at %s after %s inside of it", c, c.VolumeMounts[i].Name, at, other)
		}
	}
}
