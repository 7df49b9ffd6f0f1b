package policies

import (
	"slices"

	"github.com/podcue/podcue/finding"
)

type imagePullSecretsParams struct {
	Registries []string `json:"registries" doc:"registries, with or without the start of a repository, that ask for credentials"`
}

func (p *imagePullSecretsParams) idle() string {
	if len(p.Registries) == 0 {
		return "set registries"
	}
	return ""
}

// ImagePullSecrets reports private images without credentials.
var ImagePullSecrets = &Policy{
	ID: "image-pull-secrets",
	Doc: `Private registry without pull secret

The kubelet pulls the image without credentials and the pod stays in ImagePullBackOff, unless its service account or its node has some.`,
	Help: "add an imagePullSecret for the registry",
	Bad:  `podSpec: containers: [{name: "helper", image: "registry.example.com/helper:1.4"}]`,
	Good: `podSpec: {
	imagePullSecrets: [{name: "registry"}]
	containers: [{name: "helper", image: "registry.example.com/helper:1.4"}]
}`,
	ExampleParams: `{"registries": ["registry.example.com"]}`,
	Group:         "images",
	Severity:      finding.Info,
	Stage:         Final,
	Params:        &imagePullSecretsParams{},
	Check: func(p *Pass) {
		if len(p.Pod.Spec.ImagePullSecrets) > 0 {
			return
		}
		for c := range Containers(&p.Pod.Spec) {
			r := parseImage(c.Image)
			if c.Image != "" && !p.Subject.completed(c) && slices.ContainsFunc(ParamsOf[imagePullSecretsParams](p).Registries, r.within) {
				p.Report(c.Path().Child("image"), "%s runs image %s, and the pod has no credentials for %s", c, c.Image, r.registry)
			}
		}
	},
}
