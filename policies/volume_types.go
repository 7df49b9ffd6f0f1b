package policies

import (
	"slices"

	"github.com/podcue/podcue/finding"
)

type volumeTypesParams struct {
	Allow []string `json:"allow" doc:"types of volumes that may be used, as the pod names them"`
}

// VolumeTypes forbids volumes that reach beyond what the cluster manages.
var VolumeTypes = &Policy{
	ID: "volume-types",
	Doc: `Volume type not allowed

The kubelet mounts what the pod names, a directory of the node or a network file system with whatever rights its server gives, past the cluster's storage classes and quotas.`,
	Help:       "use a PersistentVolumeClaim, or one of the types that are allowed",
	Bad:        `podSpec: volumes: [{name: "data", nfs: {server: "nfs.example.com", path: "/"}}]`,
	Good:       `podSpec: volumes: [{name: "data", persistentVolumeClaim: claimName: "data"}]`,
	Group:      "volumes",
	Severity:   finding.Error,
	Profiles:   []Profile{PSSRestricted},
	Frameworks: []string{"pss"},
	Controls:   []string{"restrictedVolumes"},
	Params: &volumeTypesParams{Allow: []string{
		"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret",
	}},
	Check: func(p *Pass) {
		spec := &p.Pod.Spec
		for i := range spec.Volumes {
			v := &spec.Volumes[i]
			if t := volumeType(v); !slices.Contains(ParamsOf[volumeTypesParams](p).Allow, t) {
				p.Report(volumePath(spec, i).Child(t), "volume %s is of type %s", v.Name, t)
			}
		}
	},
}
