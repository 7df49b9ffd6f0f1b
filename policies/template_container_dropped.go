package policies

import (
	"slices"

	"github.com/podcue/podcue/finding"
)

type templateContainerDroppedParams struct {
	BaseContainers []string `json:"baseContainers" doc:"names of containers that tasks have themselves"`
}

// TemplateContainerDropped forbids containers that Flyte drops.
var TemplateContainerDropped = &Policy{
	ID: "template-container-dropped",
	Doc: `Template container dropped by the merge

Flyte merges a cluster's PodTemplate into the task's pod: only containers that the task has too, and those called default and primary (default-init and primary-init), have an effect. Any other, a sidecar or an init container, is dropped without a word, and its volumes stay.

A single container that says nothing but its name and image is a placeholder for the API server, and not reported.`,
	Help:     "put the container into the tasks' own templates, or have an admission webhook add it; name it in baseContainers if tasks have it",
	Group:    "flyte",
	Severity: finding.Error,
	Default:  true,
	Stage:    Authored,
	Params:   &templateContainerDroppedParams{},
	Check: func(p *Pass) {
		if !p.Subject.isBaseTemplate() || placeholder(p.Pod.Spec.Containers) && len(p.Pod.Spec.InitContainers) == 0 {
			return
		}
		for c := range Containers(&p.Pod.Spec) {
			if c.Role == RoleEphemeral || p.Subject.completed(c) || slices.Contains(ParamsOf[templateContainerDroppedParams](p).BaseContainers, c.Name) {
				continue
			}
			p.Report(c.Path(), "%s is dropped unless the task has one of that name", c)
		}
	},
}
