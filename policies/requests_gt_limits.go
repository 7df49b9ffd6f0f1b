package policies

import "github.com/podcue/podcue/finding"

// RequestsGTLimits forbids requests above limits.
var RequestsGTLimits = &Policy{
	ID: "requests-gt-limits",
	Doc: `Request above limit

The API server refuses the pod. Merges make such pods out of two valid ones: the request of one layer and the limit of another.`,
	Help:     "raise the limit, or lower the request; set both in one layer",
	Bad:      `podSpec: containers: [{name: "helper", resources: {requests: memory: "2Gi", limits: memory: "1Gi"}}]`,
	Good:     `podSpec: containers: [{name: "helper", resources: {requests: memory: "1Gi", limits: memory: "2Gi"}}]`,
	Group:    "resources",
	Severity: finding.Error,
	Default:  true,
	Check: func(p *Pass) {
		for r := range requirements(&p.Pod.Spec) {
			for _, name := range resourceNames(r.Requests) {
				limit, ok := r.Limits[name]
				if q := r.Requests[name]; ok && q.Cmp(limit) > 0 {
					p.Report(r.path().Child("requests").Key(string(name)), "%s requests %s %s, above its limit of %s", r, q.String(), name, limit.String())
				}
			}
		}
	},
}
