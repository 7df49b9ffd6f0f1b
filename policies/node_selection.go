package policies

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

type nodeSelectionParams struct {
	Labels []string `json:"labels" doc:"the labels that pods may select nodes by; one that ends with * stands for all that start so; empty for any"`
}

// NodeSelection reports pods that choose their node past the scheduler.
var NodeSelection = &Policy{
	ID: "node-selection",
	Doc: `Node selection

With nodeName the pod goes to that node past the scheduler, its taints and its free resources; when the node is gone, the pod never starts.

When labels are set as parameters, selectors by other labels are reported too, those of the control plane among them.`,
	Help:     "select nodes by labels that the platform promises",
	Bad:      `podSpec: nodeName: "node-7"`,
	Good:     `podSpec: nodeSelector: "example.com/pool": "gpu"`,
	Group:    "scheduling",
	Severity: finding.Warning,
	Default:  true,
	Params:   &nodeSelectionParams{},
	Check: func(p *Pass) {
		spec := &p.Pod.Spec
		if spec.NodeName != "" {
			p.Report("spec.nodeName", "the pod goes to node %s past the scheduler", spec.NodeName)
		}
		if len(ParamsOf[nodeSelectionParams](p).Labels) == 0 {
			return
		}
		for _, key := range sortedKeys(spec.NodeSelector) {
			checkNodeLabel(p, provenance.Path("spec.nodeSelector").Key(key), key)
		}
		if spec.Affinity != nil && spec.Affinity.NodeAffinity != nil {
			checkNodeAffinity(p, spec.Affinity.NodeAffinity)
		}
	},
}

func checkNodeLabel(p *Pass, at provenance.Path, key string) {
	if !matchesAny(key, ParamsOf[nodeSelectionParams](p).Labels) {
		p.Report(at, "the pod selects nodes by label %s", key)
	}
}

func checkNodeAffinity(p *Pass, a *corev1.NodeAffinity) {
	at := provenance.Path("spec.affinity.nodeAffinity")
	terms := func(at provenance.Path, t *corev1.NodeSelectorTerm) {
		for i, e := range t.MatchExpressions {
			checkNodeLabel(p, at.Child("matchExpressions").Index(i).Child("key"), e.Key)
		}
	}
	if required := a.RequiredDuringSchedulingIgnoredDuringExecution; required != nil {
		for i := range required.NodeSelectorTerms {
			terms(at.Child("requiredDuringSchedulingIgnoredDuringExecution").Child("nodeSelectorTerms").Index(i), &required.NodeSelectorTerms[i])
		}
	}
	for i := range a.PreferredDuringSchedulingIgnoredDuringExecution {
		terms(at.Child("preferredDuringSchedulingIgnoredDuringExecution").Index(i).Child("preference"),
			&a.PreferredDuringSchedulingIgnoredDuringExecution[i].Preference)
	}
}
