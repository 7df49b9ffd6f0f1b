package policies

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

// TaskRestartPolicy reports tasks that the kubelet restarts.
var TaskRestartPolicy = &Policy{
	ID: "task-restart-policy",
	Doc: `restartPolicy not Never

Flyte owns the retries of a task and counts them. A container that the kubelet starts again runs a second time in the same pod, over what the first left behind, and Flyte does not see the failure.

Only tasks and templates are looked at, and of a template only what its author wrote.`,
	Help:     "remove restartPolicy, or set it to Never",
	Bad:      `podSpec: restartPolicy: "OnFailure"`,
	Good:     `podSpec: restartPolicy: "Never"`,
	Group:    "flyte",
	Severity: finding.Warning,
	Default:  true,
	Check: func(p *Pass) {
		policy := p.Pod.Spec.RestartPolicy
		if policy == "" {
			policy = corev1.RestartPolicyAlways
		}
		if policy == corev1.RestartPolicyNever || !p.Subject.isTask() && !p.Subject.isBaseTemplate() {
			return
		}
		if p.Subject.IsTemplate() && policy == corev1.RestartPolicyAlways && !p.Written("spec.restartPolicy") {
			return
		}
		p.Report("spec.restartPolicy", "a task's containers are restarted in place (%s)", policy)
	},
}
