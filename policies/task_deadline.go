package policies

import "github.com/podcue/podcue/finding"

// TaskDeadline reports tasks that may run for ever.
var TaskDeadline = &Policy{
	ID: "task-deadline",
	Doc: `No deadline

A task that hangs keeps its node, and its GPUs, until somebody notices.

A Job or CronJob has its deadline elsewhere, and is not looked at.`,
	Help:     "set activeDeadlineSeconds, or a timeout on the task",
	Bad:      `podSpec: containers: [{name: "primary"}]`,
	Good:     `podSpec: activeDeadlineSeconds: 86400`,
	Group:    "flyte",
	Severity: finding.Info,
	Stage:    Final,
	Check: func(p *Pass) {
		if p.Pod.Spec.ActiveDeadlineSeconds != nil || !p.Subject.RunsToCompletion() {
			return
		}
		switch p.Subject.kind() {
		case "Job", "CronJob":
		default:
			p.Report("spec.activeDeadlineSeconds", "the pod has no deadline")
		}
	},
}
