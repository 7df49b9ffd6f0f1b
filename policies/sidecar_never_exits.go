package policies

import "github.com/podcue/podcue/finding"

type sidecarNeverExitsParams struct {
	Known []string `json:"known" doc:"programs that never end, by the last part of their image's name or by their container's name"`
}

// SidecarNeverExits forbids servers beside a task.
var SidecarNeverExits = &Policy{
	ID: "sidecar-never-exits",
	Doc: `Sidecar keeps the pod running

The pod ends when all its ordinary containers have ended. A server among them keeps it running, and the node with it, long after the task is done.

Servers are known by their image or container name, or by a command that waits for ever.`,
	Help: "make it a sidecar: an init container with restartPolicy: Always, which Kubernetes ends with the task",
	Bad:  `podSpec: containers: [{name: "primary"}, {name: "proxy", image: "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.14"}]`,
	Good: `podSpec: {
	initContainers: [{name: "proxy", image: "gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.14", restartPolicy: "Always"}]
	containers: [{name: "primary"}]
}`,
	Group:    "flyte",
	Severity: finding.Error,
	Default:  true,
	Params:   &sidecarNeverExitsParams{Known: longRunning},
	Check: func(p *Pass) {
		primary := p.Subject.Primary
		if !p.Subject.RunsToCompletion() || len(p.Pod.Spec.Containers) < 2 && primary == "" {
			return
		}
		for c := range Containers(&p.Pod.Spec) {
			if c.Role != RoleMain || c.Name == primary || p.Subject.completed(c) {
				continue
			}
			if why := runsForEver(c, ParamsOf[sidecarNeverExitsParams](p).Known); why != "" {
				p.Report(c.Path(), "%s keeps the pod running after the task: %s", c, why)
			}
		}
	},
}
