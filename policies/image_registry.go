package policies

import (
	"slices"

	"github.com/podcue/podcue/finding"
)

type imageRegistryParams struct {
	Allow []string `json:"allow" doc:"registries, with or without the start of a repository, that images may come from; an empty list allows none"`
	Deny  []string `json:"deny" doc:"registries, with or without the start of a repository, that images may not come from"`
}

func (p *imageRegistryParams) idle() string {
	if p.Allow == nil && len(p.Deny) == 0 {
		return "set allow or deny"
	}
	return ""
}

// ImageRegistry forbids images from elsewhere.
var ImageRegistry = &Policy{
	ID: "image-registry",
	Doc: `Image registry not allowed

The node pulls and runs what anybody may have put there: nobody scanned it, and the registry may rate-limit or vanish.

Names are completed first (python is docker.io/library/python) and compared by segments: ghcr.io/acme admits ghcr.io/acme/train, not ghcr.io/acme-labs/train. *.example.com stands for all subdomains. Image volumes are looked at too.`,
	Help:          "use an image from an allowed registry, or mirror it there",
	Bad:           `podSpec: containers: [{name: "helper", image: "python:3.12"}]`,
	Good:          `podSpec: containers: [{name: "helper", image: "ghcr.io/acme/helper:1.4"}]`,
	ExampleParams: `{"allow": ["ghcr.io/acme"]}`,
	Group:         "images",
	Severity:      finding.Error,
	Params:        &imageRegistryParams{},
	Check: func(p *Pass) {
		params := ParamsOf[imageRegistryParams](p)
		for c := range Containers(&p.Pod.Spec) {
			if c.Image == "" || p.Subject.isBaseTemplate() && p.Subject.completed(c) {
				continue
			}
			if params.refuses(c.Image) {
				p.Report(c.Path().Child("image"), "%s runs image %s from %s, which is not allowed", c, c.Image, parseImage(c.Image).registry)
			}
		}
		spec := &p.Pod.Spec
		for i := range spec.Volumes {
			if v := &spec.Volumes[i]; v.Image != nil && v.Image.Reference != "" && params.refuses(v.Image.Reference) {
				p.Report(volumePath(spec, i).Child("image").Child("reference"), "volume %s is image %s from %s, which is not allowed",
					v.Name, v.Image.Reference, parseImage(v.Image.Reference).registry)
			}
		}
	},
}

func (p *imageRegistryParams) refuses(image string) bool {
	r := parseImage(image)
	return p.Allow != nil && !slices.ContainsFunc(p.Allow, r.within) || slices.ContainsFunc(p.Deny, r.within)
}
