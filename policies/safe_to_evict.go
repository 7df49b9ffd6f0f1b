package policies

import "github.com/podcue/podcue/finding"

// SafeToEvict reports tasks that an autoscaler may move.
var SafeToEvict = &Policy{
	ID: "safe-to-evict",
	Doc: `Not protected from eviction

To save a node, the cluster autoscaler or Karpenter may evict the pod in the middle of its work, and hours are lost.`,
	Help:     `add the annotation cluster-autoscaler.kubernetes.io/safe-to-evict: "false" or karpenter.sh/do-not-disrupt: "true"`,
	Bad:      `podSpec: containers: [{name: "primary"}]`,
	Good:     `annotations: "cluster-autoscaler.kubernetes.io/safe-to-evict": "false"`,
	Group:    "flyte",
	Severity: finding.Info,
	Stage:    Final,
	Check: func(p *Pass) {
		if !p.Subject.RunsToCompletion() {
			return
		}
		const autoscaler, karpenter = "cluster-autoscaler.kubernetes.io/safe-to-evict", "karpenter.sh/do-not-disrupt"
		if a := p.Pod.Annotations; a[autoscaler] == "false" || a[karpenter] == "true" {
			return
		}
		p.Report("metadata.annotations", "an autoscaler may evict the pod")
	},
}
