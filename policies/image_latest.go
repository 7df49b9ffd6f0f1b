package policies

import (
	"slices"

	"github.com/podcue/podcue/finding"
)

type imageLatestParams struct {
	BlockTags []string `json:"blockTags" doc:"tags that say nothing about what is in the image"`
}

// ImageLatest reports images whose tag says nothing.
var ImageLatest = &Policy{
	ID: "image-latest",
	Doc: `Image tag missing or latest

The pod runs whatever was pushed last: two runs of one task can run different programs, a node may still hold an older one, and no rollback is possible.

An image with a digest is pinned, whatever its tag.`,
	Help:     "name a version, or better a digest",
	Bad:      `podSpec: containers: [{name: "helper", image: "ghcr.io/acme/helper"}]`,
	Good:     `podSpec: containers: [{name: "helper", image: "ghcr.io/acme/helper:1.4"}]`,
	Group:    "images",
	Severity: finding.Warning,
	Default:  true,
	Params:   &imageLatestParams{BlockTags: []string{"latest"}},
	Check: func(p *Pass) {
		for c := range Containers(&p.Pod.Spec) {
			if c.Image == "" || p.Subject.isBaseTemplate() && p.Subject.completed(c) {
				continue
			}
			r := parseImage(c.Image)
			switch {
			case r.digest != "":
			case r.tag == "":
				p.Report(c.Path().Child("image"), "%s runs image %s without a tag", c, c.Image)
			case slices.Contains(ParamsOf[imageLatestParams](p).BlockTags, r.tag):
				p.Report(c.Path().Child("image"), "%s runs image %s, whose tag can mean anything", c, c.Image)
			}
		}
	},
}
