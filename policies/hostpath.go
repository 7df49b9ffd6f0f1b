package policies

import "github.com/podcue/podcue/finding"

// HostPath forbids every hostPath volume, mounted or not.
var HostPath = &Policy{
	ID: "hostpath",
	Doc: `hostPath volume

The kubelet mounts a directory of the node into the pod: its content differs from node to node, outlives the pod, and a container that can write there, or read secrets there, can take over the node.

A volume that no container mounts is reported too: an ephemeral container or another layer of the template may mount it. Generic ephemeral and inline CSI volumes are not hostPath volumes.`,
	Help:       "use a PersistentVolumeClaim, an emptyDir or a CSI volume; or list the directories that are allowed in the parameters of hostpath-allowed",
	Bad:        `podSpec: volumes: [{name: "data", hostPath: path: "/data"}]`,
	Good:       `podSpec: volumes: [{name: "data", persistentVolumeClaim: claimName: "data"}]`,
	Group:      "hostpath",
	Severity:   finding.Error,
	Default:    true,
	Profiles:   []Profile{PSSBaseline, PSSRestricted},
	Frameworks: []string{"mitre", "pss"},
	Controls:   []string{"hostPathVolumes"},
	Check: func(p *Pass) {
		for i, v := range hostVolumes(&p.Pod.Spec) {
			p.Report(volumePath(&p.Pod.Spec, i).Child("hostPath"), "volume %s mounts the node's directory %s", v.Name, v.HostPath.Path)
		}
	},
}
