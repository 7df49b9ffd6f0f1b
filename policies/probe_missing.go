package policies

import (
	"slices"

	"github.com/podcue/podcue/finding"
)

type probeMissingParams struct {
	Probes []string `json:"probes" doc:"the probes that are asked for: liveness, readiness"`
	Kinds  []string `json:"kinds" doc:"the kinds that are looked at; empty for all services"`
}

// ProbeMissing reports services without probes.
var ProbeMissing = &Policy{
	ID: "probe-missing",
	Doc: `No probe

Kubernetes sends requests to the container before it can answer, and does not notice when it hangs.

Only containers of services are looked at: for a run-to-completion task, probes mean nothing.`,
	Help:     "add a readinessProbe and a livenessProbe",
	Bad:      `podSpec: containers: [{name: "server"}]`,
	Good:     `podSpec: containers: [{name: "server", livenessProbe: httpGet: port: 80, readinessProbe: httpGet: port: 8080}]`,
	Group:    "probes",
	Severity: finding.Info,
	Stage:    Final,
	Params:   &probeMissingParams{Probes: []string{"liveness", "readiness"}},
	Check: func(p *Pass) {
		params := ParamsOf[probeMissingParams](p)
		kinds := params.Kinds
		if p.Subject.RunsToCompletion() && len(kinds) == 0 || len(kinds) > 0 && !slices.Contains(kinds, p.Subject.kind()) {
			return
		}
		for c := range Containers(&p.Pod.Spec) {
			if c.Role != RoleMain {
				continue
			}
			if c.LivenessProbe == nil && slices.Contains(params.Probes, "liveness") {
				p.Report(c.Path().Child("livenessProbe"), "%s has no liveness probe", c)
			}
			if c.ReadinessProbe == nil && slices.Contains(params.Probes, "readiness") {
				p.Report(c.Path().Child("readinessProbe"), "%s has no readiness probe", c)
			}
		}
	},
}
