package policies

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

type primaryMissingParams struct {
	Name string `json:"name" doc:"the primary container's name where nothing else says it"`
}

// PrimaryMissing forbids pods whose primary container is not there.
var PrimaryMissing = &Policy{
	ID: "primary-missing",
	Doc: `Primary container missing

Flyte watches the primary container to know when the task is done: without it the task never completes. In a template, containers of other names are not the task's, and what is set on them does not reach it.

A template may leave the primary container out: Flyte adds it. One that has a container without an image instead is reported, because that is most often meant to be it. A cluster's PodTemplate names it default or primary.`,
	Help: "give the container the primary's name, or name it in primaryContainerName",
	Bad:  `podSpec: containers: [{name: "main", resources: limits: "nvidia.com/gpu": "1"}]`,
	Good: `primaryContainerName: "main"
podSpec: containers: [{name: "main", resources: limits: "nvidia.com/gpu": "1"}]`,
	Group:    "flyte",
	Severity: finding.Error,
	Default:  true,
	Params:   &primaryMissingParams{},
	Check: func(p *Pass) {
		s, containers := p.Subject, p.Pod.Spec.Containers
		name := s.Primary
		if name == "" {
			name = ParamsOf[primaryMissingParams](p).Name
		}
		named := func(c corev1.Container) bool { return c.Name == name }
		switch {
		case s.isBaseTemplate():
			magic := func(c corev1.Container) bool { return c.Name == "default" || c.Name == "primary" || named(c) }
			if len(containers) > 0 && !placeholder(containers) && !slices.ContainsFunc(containers, magic) {
				p.Report("spec.containers", "no container is called default or primary, so nothing here reaches a task's container")
			}
		case name == "" || slices.ContainsFunc(containers, named):
		case s.Object.Stage == finding.StageAuthored:
			if i := slices.IndexFunc(containers, func(c corev1.Container) bool { return c.Image == "" }); i >= 0 {
				p.ReportAs(finding.Warning, "spec.containers", "no container is called %s, and %s has no image of its own: Flyte adds an empty primary container beside it", name, containers[i].Name)
			}
		default:
			p.Report("spec.containers", "no container is called %s: the task never completes", name)
		}
	},
}

// placeholder reports whether containers are only there because the API server
// wants one: a single one that says nothing but its name and image.
func placeholder(containers []corev1.Container) bool {
	if len(containers) != 1 {
		return false
	}
	c := containers[0]
	bare := corev1.Container{
		Name: c.Name, Image: c.Image, ImagePullPolicy: c.ImagePullPolicy,
		TerminationMessagePath: c.TerminationMessagePath, TerminationMessagePolicy: c.TerminationMessagePolicy,
	}
	return len(c.Resources.Limits) == 0 && len(c.Resources.Requests) == 0 && equalContainers(c, bare)
}

// saysPlaceholder reports whether a container's name or image says that it is
// not meant to run.
func saysPlaceholder(text string) bool {
	return slices.ContainsFunc([]string{"noop", "no-op", "placeholder", "dummy", "unused", "/pause"}, func(word string) bool {
		return strings.Contains(text, word)
	})
}
