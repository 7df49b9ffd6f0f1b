package policies

import "github.com/podcue/podcue/finding"

// TaskHasProbes reports probes on tasks.
var TaskHasProbes = &Policy{
	ID: "task-has-probes",
	Doc: `Probe on a run-to-completion container

Nothing sends requests to a task, so readiness means nothing, and a liveness probe that a busy task does not answer kills it in the middle of its work. With restartPolicy Never, it is not started again.`,
	Help:     "remove the probe",
	Bad:      `podSpec: containers: [{name: "primary", livenessProbe: httpGet: port: 80}]`,
	Good:     `podSpec: containers: [{name: "primary"}]`,
	Group:    "probes",
	Severity: finding.Info,
	Check: func(p *Pass) {
		if !p.Subject.RunsToCompletion() {
			return
		}
		for c := range Containers(&p.Pod.Spec) {
			if c.Role != RoleMain {
				continue
			}
			for name := range probes(c) {
				p.Report(join(c.Path(), name), "%s runs to completion and has a %s", c, name)
			}
		}
	},
}
