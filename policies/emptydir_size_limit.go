package policies

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

type emptyDirSizeLimitParams struct {
	MemoryOnly bool `json:"memoryOnly" doc:"whether only those in memory are looked at"`
}

// EmptyDirSizeLimit reports emptyDirs that may grow without bound.
var EmptyDirSizeLimit = &Policy{
	ID: "emptydir-size-limit",
	Doc: `emptyDir without a size limit

The volume may fill the node's disk, and pods are evicted until there is room; in memory, what is written there counts as the memory of the container that wrote it.`,
	Help:     "set emptyDir.sizeLimit",
	Bad:      `podSpec: volumes: [{name: "scratch", emptyDir: {}}]`,
	Good:     `podSpec: volumes: [{name: "scratch", emptyDir: sizeLimit: "10Gi"}]`,
	Group:    "volumes",
	Severity: finding.Warning,
	Params:   &emptyDirSizeLimitParams{},
	Check: func(p *Pass) {
		spec := &p.Pod.Spec
		for i := range spec.Volumes {
			v := &spec.Volumes[i]
			if volumeType(v) != "emptyDir" {
				continue
			}
			medium := corev1.StorageMediumDefault
			limited := false
			if v.EmptyDir != nil {
				medium = v.EmptyDir.Medium
				limited = v.EmptyDir.SizeLimit != nil && !v.EmptyDir.SizeLimit.IsZero()
			}
			switch at := volumePath(spec, i).Child("emptyDir").Child("sizeLimit"); {
			case limited:
			case medium == corev1.StorageMediumMemory:
				p.Report(at, "volume %s is kept in memory and has no size limit", v.Name)
			case !ParamsOf[emptyDirSizeLimitParams](p).MemoryOnly:
				p.Report(at, "volume %s has no size limit", v.Name)
			}
		}
	},
}
