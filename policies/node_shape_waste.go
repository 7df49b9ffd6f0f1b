package policies

import (
	"math"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

type nodeShapeWasteParams struct {
	Shapes  []nodeShape `json:"shapes" doc:"the kinds of nodes that there are, as for node-shape"`
	MaxSkew float64     `json:"maxSkew" doc:"how much larger the share of CPU or memory may be than the share of GPUs, from 0 to 1"`
}

func (p *nodeShapeWasteParams) idle() string {
	if len(p.Shapes) == 0 {
		return "set shapes"
	}
	return ""
}

// NodeShapeWaste reports pods that leave GPUs stranded.
var NodeShapeWaste = &Policy{
	ID: "node-shape-waste",
	Doc: `Lopsided share of a node

The pod takes a small part of a node's GPUs and a large part of its CPU or memory: the other GPUs stay idle, because no pod that wants them fits any more.`,
	Help:          "ask for the same share of CPU and memory as of GPUs",
	Bad:           `podSpec: containers: [{name: "primary", resources: {requests: cpu: "90", limits: "nvidia.com/gpu": "1"}}]`,
	Good:          `podSpec: containers: [{name: "primary", resources: {requests: cpu: "12", limits: "nvidia.com/gpu": "1"}}]`,
	ExampleParams: `{"shapes": [{"name": "a100", "cpu": "96", "memory": "1000Gi", "gpu": 8}]}`,
	Group:         "ml",
	Severity:      finding.Info,
	Stage:         Final,
	Params:        &nodeShapeWasteParams{MaxSkew: 0.25},
	Check: func(p *Pass) {
		params := ParamsOf[nodeShapeWasteParams](p)
		if len(params.Shapes) == 0 {
			return
		}
		wanted := podRequests(&p.Pod.Spec)
		best := waste{skew: math.Inf(1)}
		for i := range params.Shapes {
			if s := &params.Shapes[i]; s.refuses(&p.Pod.Spec, wanted) == "" {
				if w := wasteOn(s, wanted); w.skew < best.skew {
					best = w
				}
			}
		}
		if best.shape != nil && best.skew > params.MaxSkew {
			p.Report(requestPath(&p.Pod.Spec), "the pod takes %.0f%% of the GPUs and %.0f%% of the %s of a node %s",
				100*best.gpu, 100*(best.gpu+best.skew), best.resource, best.shape.Name)
		}
	},
}

type waste struct {
	shape     *nodeShape
	gpu, skew float64
	resource  corev1.ResourceName
}

// wasteOn compares the shares of a node that a pod takes. The skew is infinite
// where it asks for no GPU, or the node has none.
func wasteOn(s *nodeShape, wanted corev1.ResourceList) waste {
	share := func(name corev1.ResourceName) float64 {
		q, have := wanted[name], s.has(name)
		if have.IsZero() {
			return 0
		}
		return q.AsApproximateFloat64() / have.AsApproximateFloat64()
	}
	w := waste{skew: math.Inf(1), gpu: share("nvidia.com/gpu")}
	if w.gpu == 0 {
		return w
	}
	w.shape, w.resource = s, corev1.ResourceCPU
	if share(corev1.ResourceMemory) > share(corev1.ResourceCPU) {
		w.resource = corev1.ResourceMemory
	}
	w.skew = share(w.resource) - w.gpu
	return w
}
