package policies

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

type hostPathCreateParams struct {
	Types []string `json:"types" doc:"the types that are reported; the empty one is that of a volume without a type"`
}

// HostPathCreate reports hostPath volumes that the kubelet makes or does not check.
var HostPathCreate = &Policy{
	ID: "hostpath-create",
	Doc: `hostPath created or not verified on the node

With DirectoryOrCreate and FileOrCreate the kubelet makes the path on the node, owned by root, and a slip in the path goes unnoticed. Without a type it does not look at all, and the runtime may make a directory.`,
	Help:     "set hostPath.type to Directory, File, Socket, CharDevice or BlockDevice",
	Bad:      `podSpec: volumes: [{name: "data", hostPath: {path: "/data", type: "DirectoryOrCreate"}}]`,
	Good:     `podSpec: volumes: [{name: "data", hostPath: {path: "/data", type: "Directory"}}]`,
	Group:    "hostpath",
	Severity: finding.Warning,
	Params:   &hostPathCreateParams{Types: []string{"", "DirectoryOrCreate", "FileOrCreate"}},
	Check: func(p *Pass) {
		spec := &p.Pod.Spec
		for i, v := range hostVolumes(spec) {
			kind := corev1.HostPathUnset
			if v.HostPath.Type != nil {
				kind = *v.HostPath.Type
			}
			if !slices.Contains(ParamsOf[hostPathCreateParams](p).Types, string(kind)) {
				continue
			}
			at := volumePath(spec, i).Child("hostPath").Child("type")
			if kind == corev1.HostPathUnset {
				p.Report(at, "hostPath %s has no type: nothing checks that it is there", v.HostPath.Path)
			} else {
				p.Report(at, "hostPath %s is made on the node when it is missing (%s)", v.HostPath.Path, kind)
			}
		}
	},
}
