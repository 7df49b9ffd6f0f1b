package policies

import "github.com/podcue/podcue/finding"

// ImageVolumeDigest reports image volumes that can change.
var ImageVolumeDigest = &Policy{
	ID: "image-volume-digest",
	Doc: `Image volume by tag

The volume's content is whatever the tag points at when the kubelet pulls it: two nodes, or two runs, can see different files.`,
	Help:     "name the image by its digest: name@sha256:…",
	Bad:      `podSpec: volumes: [{name: "model", image: reference: "ghcr.io/acme/model:v1"}]`,
	Good:     `podSpec: volumes: [{name: "model", image: reference: "ghcr.io/acme/model@sha256:0000000000000000000000000000000000000000000000000000000000000000"}]`,
	Group:    "volumes",
	Severity: finding.Warning,
	Check: func(p *Pass) {
		spec := &p.Pod.Spec
		for i := range spec.Volumes {
			v := &spec.Volumes[i]
			if v.Image != nil && v.Image.Reference != "" && parseImage(v.Image.Reference).digest == "" {
				p.Report(volumePath(spec, i).Child("image").Child("reference"), "volume %s is image %s, which is not pinned by digest", v.Name, v.Image.Reference)
			}
		}
	},
}
