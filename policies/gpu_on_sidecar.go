package policies

import "github.com/podcue/podcue/finding"

type gpuOnSidecarParams struct {
	Resources []string `json:"resources" doc:"the resources that are GPUs; one that ends with * stands for all that start so"`
}

// GPUOnSidecar reports GPUs that the task itself does not get.
var GPUOnSidecar = &Policy{
	ID: "gpu-on-sidecar",
	Doc: `GPU on a secondary container

Each container gets the GPUs that it asks for itself: those of a sidecar are lost to the task for as long as the pod runs, and those of an init container are kept for the pod although nothing uses them afterwards.`,
	Help: "ask for the GPUs in the container that does the work",
	Bad: `podSpec: containers: [
	{name: "primary", resources: limits: "nvidia.com/gpu": "1"},
	{name: "helper", resources: limits: "nvidia.com/gpu": "1"},
]`,
	Good:     `podSpec: containers: [{name: "primary", resources: limits: "nvidia.com/gpu": "2"}, {name: "helper"}]`,
	Group:    "ml",
	Severity: finding.Warning,
	Default:  true,
	Params:   &gpuOnSidecarParams{Resources: gpuResources},
	Check: func(p *Pass) {
		first := ""
		for r := range extended(&p.Pod.Spec) {
			if !matchesAny(string(r.name), ParamsOf[gpuOnSidecarParams](p).Resources) {
				continue
			}
			main := p.Subject.Primary
			if main == "" {
				main = first
			}
			switch {
			case r.Role != RoleMain:
				p.Report(r.at(), "%s asks for %s, which only the task's own container can use", r.Container, r.name)
			case main == "":
				first = r.Name
			case r.Name != main && !p.Subject.completed(r.Container):
				p.Report(r.at(), "%s asks for %s, and is not the container that does the work, %s", r.Container, r.name, main)
			}
		}
	},
}
