package policies

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

type resourceRatioParams struct {
	Max map[string]float64 `json:"max" doc:"the highest ratio of limit to request, by resource"`
}

// ResourceRatio reports limits far above requests.
var ResourceRatio = &Policy{
	ID: "resource-ratio",
	Doc: `Limit/request ratio too high

The node sets aside far less than the container may use; several such pods on one node starve each other.

A limit without a request has the ratio 1, because the API server makes it the request.`,
	Help:     "raise the request, or lower the limit",
	Bad:      `podSpec: containers: [{name: "helper", resources: {requests: memory: "1Gi", limits: memory: "8Gi"}}]`,
	Good:     `podSpec: containers: [{name: "helper", resources: {requests: memory: "1Gi", limits: memory: "2Gi"}}]`,
	Group:    "resources",
	Severity: finding.Warning,
	Stage:    Final,
	Params:   &resourceRatioParams{Max: map[string]float64{"cpu": 4, "memory": 2}},
	Check: func(p *Pass) {
		bounds := ParamsOf[resourceRatioParams](p).Max
		for r := range requirements(&p.Pod.Spec) {
			for _, name := range sortedKeys(bounds) {
				limit, ok := r.Limits[corev1.ResourceName(name)]
				q, asked := r.Requests[corev1.ResourceName(name)]
				if !ok || !asked {
					continue
				}
				if limit.AsApproximateFloat64() > bounds[name]*q.AsApproximateFloat64() {
					p.Report(r.path().Child("limits").Key(name), "the %s limit of %s, %s, is more than %g times its request, %s", name, r, limit.String(), bounds[name], q.String())
				}
			}
		}
	},
}
