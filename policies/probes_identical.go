package policies

import (
	"reflect"

	"github.com/podcue/podcue/finding"
)

// ProbesIdentical reports liveness probes that only repeat the readiness probe.
var ProbesIdentical = &Policy{
	ID: "probes-identical",
	Doc: `Liveness and readiness identical

When the container is too busy to answer, it is taken out of service and restarted at the same moment, instead of being given time to catch up.`,
	Help:     "make the liveness probe more patient than the readiness probe, or remove it",
	Bad:      `podSpec: containers: [{name: "primary", livenessProbe: httpGet: port: 80, readinessProbe: httpGet: port: 80}]`,
	Good:     `podSpec: containers: [{name: "primary", livenessProbe: {httpGet: port: 80, failureThreshold: 10}, readinessProbe: httpGet: port: 80}]`,
	Group:    "probes",
	Severity: finding.Info,
	Check: func(p *Pass) {
		for c := range Containers(&p.Pod.Spec) {
			if c.LivenessProbe != nil && reflect.DeepEqual(c.LivenessProbe, c.ReadinessProbe) {
				p.Report(c.Path().Child("livenessProbe"), "%s has the same liveness and readiness probe", c)
			}
		}
	},
}
