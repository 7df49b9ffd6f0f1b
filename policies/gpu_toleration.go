package policies

import "github.com/podcue/podcue/finding"

type gpuTolerationParams struct {
	Taints map[string]string `json:"taints" doc:"the taint of the nodes that have a resource, by the resource; a key that ends with * stands for all that start so"`
}

// GPUToleration reports GPUs that a pod asks for and cannot reach.
var GPUToleration = &Policy{
	ID: "gpu-toleration",
	Doc: `GPU without toleration

Nodes with GPUs are usually tainted, so that other pods stay away: without a toleration the pod stays Pending for ever.

A cluster whose API server adds the tolerations (ExtendedResourceToleration), or a Flyte configuration with resource-tolerations, does not need it in the template.`,
	Help: "add a toleration for the taint, or say in the parameters which taints your nodes have",
	Bad:  `podSpec: containers: [{name: "primary", resources: limits: "nvidia.com/gpu": "1"}]`,
	Good: `podSpec: {
	tolerations: [{key: "nvidia.com/gpu", operator: "Exists"}]
	containers: [{name: "primary", resources: limits: "nvidia.com/gpu": "1"}]
}`,
	Group:    "ml",
	Severity: finding.Warning,
	Default:  true,
	Stage:    Final,
	Params:   &gpuTolerationParams{Taints: acceleratorTaints},
	Check: func(p *Pass) {
		for r := range extended(&p.Pod.Spec) {
			taint, ok := lookupGlob(ParamsOf[gpuTolerationParams](p).Taints, string(r.name))
			if ok && taint != "" && !tolerates(&p.Pod.Spec, taint) {
				p.Report(r.at(), "%s asks for %s, and the pod does not tolerate the taint %s", r.Container, r.name, taint)
			}
		}
	},
}
