package policies

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

type gpuTolerationUnusedParams struct {
	Taints map[string]string `json:"taints" doc:"the taint of the nodes that have a resource, by the resource; a key that ends with * stands for all that start so"`
	Labels []string          `json:"labels" doc:"labels that only nodes with accelerators have; one that ends with * stands for all that start so"`
}

// GPUTolerationUnused reports pods that may take the place of GPU pods.
var GPUTolerationUnused = &Policy{
	ID: "gpu-toleration-unused",
	Doc: `GPU toleration without GPU

The pod asks for no GPU but may go to the nodes that have them, or selects them: it takes their CPU and memory, and the GPUs stay idle because no pod that wants them fits any more.

A pod with resource claims is not looked at, because its devices are not resources.`,
	Help: "remove the toleration or the node selector, or ask for the GPU",
	Bad: `podSpec: {
	tolerations: [{key: "nvidia.com/gpu", operator: "Exists"}]
	containers: [{name: "primary"}]
}`,
	Good: `podSpec: {
	tolerations: [{key: "nvidia.com/gpu", operator: "Exists"}]
	containers: [{name: "primary", resources: limits: "nvidia.com/gpu": "1"}]
}`,
	Group:    "ml",
	Severity: finding.Warning,
	Default:  true,
	Stage:    Final,
	Params: &gpuTolerationUnusedParams{
		Taints: acceleratorTaints,
		Labels: []string{"cloud.google.com/gke-accelerator", "k8s.amazonaws.com/accelerator", "nvidia.com/gpu*", "amd.com/gpu*"},
	},
	Check: func(p *Pass) {
		spec := &p.Pod.Spec
		if len(spec.ResourceClaims) > 0 || p.Subject.IsTemplate() {
			return
		}
		params := ParamsOf[gpuTolerationUnusedParams](p)
		for i, t := range spec.Tolerations {
			if t.Key != "" && params.taint(t.Key) && !asksFor(spec, params.Taints, t.Key) {
				p.Report(provenance.Path("spec.tolerations").Index(i), "the pod tolerates the taint %s, and asks for nothing that its nodes are for", t.Key)
			}
		}
		for _, key := range sortedKeys(spec.NodeSelector) {
			if matchesAny(key, params.Labels) && !asksFor(spec, params.Taints, "") {
				p.Report(provenance.Path("spec.nodeSelector").Key(key), "the pod selects nodes by %s, and asks for no accelerator", key)
			}
		}
	},
}

func (p *gpuTolerationUnusedParams) taint(key string) bool {
	for _, taint := range p.Taints {
		if taint == key {
			return true
		}
	}
	return false
}

// asksFor reports whether a container asks for a resource of nodes with the
// taint; "" stands for any.
func asksFor(spec *corev1.PodSpec, taints map[string]string, taint string) bool {
	for r := range extended(spec) {
		if t, ok := lookupGlob(taints, string(r.name)); ok && (taint == "" || t == taint) {
			return true
		}
	}
	return false
}
