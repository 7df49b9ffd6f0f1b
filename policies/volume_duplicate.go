package policies

import "github.com/podcue/podcue/finding"

// VolumeDuplicate forbids two volumes with one name.
var VolumeDuplicate = &Policy{
	ID: "volume-duplicate",
	Doc: `Two volumes with one name

The API server refuses the pod. Flyte appends the volumes of a base PodTemplate to those of the task, so that the same volume in both comes out twice.`,
	Help:     "keep one of the volumes, or give them different names",
	Bad:      `podSpec: volumes: [{name: "data", emptyDir: {}}, {name: "data", emptyDir: {}}]`,
	Good:     `podSpec: volumes: [{name: "data", emptyDir: {}}, {name: "scratch", emptyDir: {}}]`,
	Group:    "volumes",
	Severity: finding.Error,
	Default:  true,
	Check: func(p *Pass) {
		volumes := p.Pod.Spec.Volumes
		for i := range volumes {
			for j := range i {
				if volumes[j].Name == volumes[i].Name {
					p.Report(volumePath(&p.Pod.Spec, i), "there are two volumes with the name %s", volumes[i].Name)
					break
				}
			}
		}
	},
}
