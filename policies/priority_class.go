package policies

import (
	"slices"

	"github.com/podcue/podcue/finding"
)

type priorityClassParams struct {
	Allow []string `json:"allow" doc:"the priority classes that may be named; empty for any"`
}

// PriorityClass reports pods without a priority, or with one that is not theirs.
var PriorityClass = &Policy{
	ID: "priority-class",
	Doc: `Priority class

Without a priority class the pod has the cluster's default priority, and is among the first to be preempted; with one that is too high, it preempts others.`,
	Help:     "set priorityClassName to a class that is meant for such pods",
	Bad:      `podSpec: containers: [{name: "primary"}]`,
	Good:     `podSpec: priorityClassName: "batch"`,
	Group:    "scheduling",
	Severity: finding.Info,
	Stage:    Final,
	Params:   &priorityClassParams{},
	Check: func(p *Pass) {
		name := p.Pod.Spec.PriorityClassName
		allow := ParamsOf[priorityClassParams](p).Allow
		switch {
		case slices.Contains(allow, name):
		case name == "":
			p.Report("spec.priorityClassName", "the pod has no priority class")
		case len(allow) > 0:
			p.Report("spec.priorityClassName", "the pod's priority class is %s, which is not for it", name)
		}
	},
}
