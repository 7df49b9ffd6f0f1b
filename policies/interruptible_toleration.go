package policies

import (
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

type interruptibleTolerationParams struct {
	Taints []string `json:"taints" doc:"the keys of the taints of nodes that can vanish; one that ends with * stands for all that start so"`
}

// InterruptibleToleration reports tasks that may run where they should not.
var InterruptibleToleration = &Policy{
	ID: "interruptible-toleration",
	Doc: `Spot toleration on a non-interruptible template

The task is not interruptible, but its pod may go to nodes that can vanish at any moment: Flyte then counts the loss against the task's retries.

Only tasks that say whether they are interruptible are looked at.`,
	Help:     "remove the toleration, or make the task interruptible",
	Group:    "flyte",
	Severity: finding.Info,
	Stage:    Final,
	Params: &interruptibleTolerationParams{Taints: []string{
		"cloud.google.com/gke-preemptible", "cloud.google.com/gke-provisioning", "cloud.google.com/gke-spot", "flyte.org/interruptible",
		"interruptible", "karpenter.sh/capacity-type", "kubernetes.azure.com/scalesetpriority", "preemptible", "spot", "x.flyte.org/interruptible",
	}},
	Check: func(p *Pass) {
		if i := p.Subject.Interruptible; i == nil || *i {
			return
		}
		for i, t := range p.Pod.Spec.Tolerations {
			if t.Key != "" && matchesAny(t.Key, ParamsOf[interruptibleTolerationParams](p).Taints) {
				p.Report(provenance.Path("spec.tolerations").Index(i), "the task is not interruptible, and tolerates the taint %s", t.Key)
			}
		}
	},
}
