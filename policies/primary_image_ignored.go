package policies

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

// PrimaryImageIgnored reports fields of a template that do not do what they say.
var PrimaryImageIgnored = &Policy{
	ID: "primary-image-ignored",
	Doc: `Template field the task overrides or appends to

In a task's own template, flytekit replaces command and args of the primary container by the task's without a word. In a cluster's PodTemplate, Flyte puts command and args in front of the task's own, which then does not start, and never reads CPU and memory, which every task has already.

An image that a template sets on the primary container is kept, so it is not reported; in a cluster's PodTemplate the image is a placeholder that the API server asks for.`,
	Help:     "remove the field from the template, and set it on the task or in the platform's configuration",
	Bad:      `podSpec: containers: [{name: "primary", command: ["python"]}]`,
	Good:     `podSpec: containers: [{name: "primary", env: [{name: "A", value: "1"}]}]`,
	Group:    "flyte",
	Severity: finding.Warning,
	Default:  true,
	Stage:    Authored,
	Check: func(p *Pass) {
		for c := range Containers(&p.Pod.Spec) {
			switch {
			case c.Role != RoleMain || !p.Subject.completed(c):
			case p.Subject.isBaseTemplate():
				checkBaseContainer(p, c)
			case c.Name == p.Subject.Primary:
				if len(c.Command) > 0 {
					p.Report(c.Path().Child("command"), "the command of %s is replaced by the task's", c)
				}
				if len(c.Args) > 0 {
					p.Report(c.Path().Child("args"), "the args of %s are replaced by the task's", c)
				}
			}
		}
	},
}

func checkBaseContainer(p *Pass, c Container) {
	if len(c.Command) > 0 {
		p.Report(c.Path().Child("command"), "the command of %s is put in front of the task's", c)
	}
	if len(c.Args) > 0 {
		p.Report(c.Path().Child("args"), "the args of %s are put in front of the task's", c)
	}
	for _, r := range []struct {
		field string
		list  corev1.ResourceList
	}{{"requests", c.Resources.Requests}, {"limits", c.Resources.Limits}} {
		for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
			if _, ok := r.list[name]; ok {
				p.Report(c.Path().Child("resources").Child(r.field).Key(string(name)), "the %s %s of %s never reach a task", name, r.field, c)
			}
		}
	}
}
