package policies

import "github.com/podcue/podcue/finding"

// HostPathSubPath reports mounts of a part of a hostPath volume.
var HostPathSubPath = &Policy{
	ID: "hostpath-subpath",
	Doc: `hostPath mounted with a subPath

The kubelet resolves the subPath on the node before it mounts it: whoever can write to the directory can put a symbolic link there in time and get any directory of the node (CVE-2017-1002101, CVE-2021-25741).`,
	Help: "name the whole directory in hostPath and mount it without subPath",
	Bad: `podSpec: {
	volumes: [{name: "data", hostPath: path: "/data"}]
	containers: [{name: "primary", volumeMounts: [{name: "data", mountPath: "/data", subPath: "x"}]}]
}`,
	Good: `podSpec: {
	volumes: [{name: "data", hostPath: path: "/data/x"}]
	containers: [{name: "primary", volumeMounts: [{name: "data", mountPath: "/data"}]}]
}`,
	Group:    "hostpath",
	Severity: finding.Warning,
	Check: func(p *Pass) {
		for m := range hostMounts(&p.Pod.Spec) {
			if sub := m.mount.SubPath + m.mount.SubPathExpr; sub != "" {
				p.Report(m.path(), "%s mounts %s of hostPath %s by subPath", m.Container, sub, m.volume.HostPath.Path)
			}
		}
	},
}
