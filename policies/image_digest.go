package policies

import (
	"slices"

	"github.com/podcue/podcue/finding"
)

type imageDigestParams struct {
	Except []string `json:"except" doc:"registries, with or without the start of a repository, whose tags never move"`
}

// ImageDigest reports images that are not pinned.
var ImageDigest = &Policy{
	ID: "image-digest",
	Doc: `Image not pinned by digest

A tag can be moved: what runs is what the registry says at that moment, not what was tested.`,
	Help:     "name the image by its digest: name@sha256:…",
	Bad:      `podSpec: containers: [{name: "helper", image: "ghcr.io/acme/helper:1.4"}]`,
	Good:     `podSpec: containers: [{name: "helper", image: "ghcr.io/acme/helper@sha256:0000000000000000000000000000000000000000000000000000000000000000"}]`,
	Group:    "images",
	Severity: finding.Warning,
	Stage:    Final,
	Params:   &imageDigestParams{},
	Check: func(p *Pass) {
		for c := range Containers(&p.Pod.Spec) {
			if c.Image == "" || p.Subject.completed(c) {
				continue
			}
			r := parseImage(c.Image)
			if !pinned(r) && !slices.ContainsFunc(ParamsOf[imageDigestParams](p).Except, r.within) {
				p.Report(c.Path().Child("image"), "%s runs image %s, which is not pinned by digest", c, c.Image)
			}
		}
	},
}

// pinned reports whether r has a whole digest.
func pinned(r imageRef) bool {
	const prefix = "sha256:"
	return len(r.digest) == len(prefix)+64 && r.digest[:len(prefix)] == prefix
}
