package policies

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

type nodeShapeParams struct {
	Shapes []nodeShape `json:"shapes" doc:"the kinds of nodes that there are: what pods can have of one (allocatable goes before cpu, memory and gpu), its labels, and the keys of its taints"`
}

func (p *nodeShapeParams) idle() string {
	if len(p.Shapes) == 0 {
		return "set shapes"
	}
	return ""
}

// NodeShape forbids pods that no node has room for.
var NodeShape = &Policy{
	ID: "node-shape",
	Doc: `Fits no node shape

No kind of node that the platform declared has what the pod asks for under its selectors and tolerations: it stays Pending for ever, or the autoscaler refuses to make a node for it.

What it asks for is the sum over its containers and sidecars, or the peak of its init containers, and the overhead.`,
	Help:          "ask for less, or select another kind of node",
	Bad:           `podSpec: containers: [{name: "primary", resources: requests: cpu: "128"}]`,
	Good:          `podSpec: containers: [{name: "primary", resources: requests: cpu: "16"}]`,
	ExampleParams: `{"shapes": [{"name": "large", "cpu": "31", "memory": "120Gi"}]}`,
	Group:         "ml",
	Severity:      finding.Error,
	Stage:         Final,
	Params:        &nodeShapeParams{},
	Check: func(p *Pass) {
		shapes := ParamsOf[nodeShapeParams](p).Shapes
		if len(shapes) == 0 {
			return
		}
		wanted := podRequests(&p.Pod.Spec)
		var reasons []string
		for i := range shapes {
			why := shapes[i].refuses(&p.Pod.Spec, wanted)
			if why == "" {
				return
			}
			reasons = append(reasons, shapes[i].Name+" ("+why+")")
		}
		p.Report(requestPath(&p.Pod.Spec), "the pod fits no kind of node: %s", strings.Join(reasons, ", "))
	},
}

// requestPath returns the path of what a finding about the sum of all requests
// points at: the pod's resources, or those of its first container.
func requestPath(spec *corev1.PodSpec) provenance.Path {
	if spec.Resources != nil {
		return "spec.resources"
	}
	for c := range Containers(spec) {
		if c.Role == RoleMain {
			return c.Path().Child("resources")
		}
	}
	return "spec.containers"
}
