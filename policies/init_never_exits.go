package policies

import "github.com/podcue/podcue/finding"

type initNeverExitsParams struct {
	Known []string `json:"known" doc:"programs that never end, by the last part of their image's name or by their container's name"`
}

// InitNeverExits reports servers among the init containers.
var InitNeverExits = &Policy{
	ID: "init-never-exits",
	Doc: `Init container never ends

Init containers run one after another, each to its end: one that never ends keeps the pod in Init for ever.`,
	Help:     "set restartPolicy: Always on the init container, which makes it a sidecar",
	Bad:      `podSpec: initContainers: [{name: "proxy", image: "envoyproxy/envoy:v1.31"}]`,
	Good:     `podSpec: initContainers: [{name: "proxy", image: "envoyproxy/envoy:v1.31", restartPolicy: "Always"}]`,
	Group:    "flyte",
	Severity: finding.Warning,
	Params:   &initNeverExitsParams{Known: longRunning},
	Check: func(p *Pass) {
		for c := range Containers(&p.Pod.Spec) {
			if c.Role != RoleInit {
				continue
			}
			if why := runsForEver(c, ParamsOf[initNeverExitsParams](p).Known); why != "" {
				p.Report(c.Path(), "%s never ends: %s", c, why)
			}
		}
	},
}
