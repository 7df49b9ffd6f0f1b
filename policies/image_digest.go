package policies

import (
	"slices"
	"strings"

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

// digestLengths are how many hexadecimal digits the digests of the algorithms
// have that the OCI image specification registers.
var digestLengths = map[string]int{"sha256": 64, "sha512": 128, "blake3": 64}

// pinned reports whether r has a whole digest. Of an algorithm that nobody
// registered, any value will do.
func pinned(r imageRef) bool {
	algorithm, value, ok := strings.Cut(r.digest, ":")
	if !ok || algorithm == "" || value == "" {
		return false
	}
	n, registered := digestLengths[algorithm]
	return !registered || len(value) == n && strings.Trim(value, "0123456789abcdef") == ""
}
