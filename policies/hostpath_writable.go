package policies

import "github.com/podcue/podcue/finding"

type hostPathWritableParams struct {
	Except []string `json:"except" doc:"directories that may be mounted writable"`
}

// HostPathWritable forbids writable mounts of hostPath volumes.
var HostPathWritable = &Policy{
	ID: "hostpath-writable",
	Doc: `hostPath mounted writable

A mount is writable unless readOnly is true. What a container writes there stays on the node after the pod is gone, other pods see it, and a symbolic link that it makes there can lead the next pod out of the directory.`,
	Help: "set readOnly: true on the mount, or name the directory in the parameter except",
	Bad: `podSpec: {
	volumes: [{name: "data", hostPath: path: "/data"}]
	containers: [{name: "primary", volumeMounts: [{name: "data", mountPath: "/data"}]}]
}`,
	Good: `podSpec: {
	volumes: [{name: "data", hostPath: path: "/data"}]
	containers: [{name: "primary", volumeMounts: [{name: "data", mountPath: "/data", readOnly: true}]}]
}`,
	Group:      "hostpath",
	Severity:   finding.Warning,
	Default:    true,
	Frameworks: []string{"mitre"},
	Params:     &hostPathWritableParams{},
	Check: func(p *Pass) {
		for m := range hostMounts(&p.Pod.Spec) {
			if m.mount.ReadOnly || excepted(m.volume.HostPath.Path, ParamsOf[hostPathWritableParams](p).Except) {
				continue
			}
			p.Report(m.path(), "%s mounts hostPath %s writable at %s", m.Container, m.volume.HostPath.Path, m.mount.MountPath)
		}
	},
}

// excepted reports whether the host's path lies within one of dirs.
func excepted(path string, dirs []string) bool {
	for _, d := range dirs {
		if resolveHost(path).within(resolveHost(d)) {
			return true
		}
	}
	return false
}
