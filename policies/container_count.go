package policies

import "github.com/podcue/podcue/finding"

type containerCountParams struct {
	Max int `json:"max" doc:"how many containers a pod may have, sidecars among them"`
}

// ContainerCount reports pods with many containers.
var ContainerCount = &Policy{
	ID: "container-count",
	Doc: `Too many containers

The containers of a pod start, move and end together, and the pod needs a node that has room for all of them at once.

Init containers that end are not counted.`,
	Help:          "split the pod, or raise the parameter max",
	Bad:           `podSpec: containers: [{name: "a"}, {name: "b"}]`,
	Good:          `podSpec: containers: [{name: "a"}]`,
	ExampleParams: `{"max": 1}`,
	Group:         "metadata",
	Severity:      finding.Info,
	Params:        &containerCountParams{Max: 5},
	Check: func(p *Pass) {
		n := 0
		for c := range Containers(&p.Pod.Spec) {
			if c.Role == RoleMain || c.Role == RoleSidecar {
				n++
			}
		}
		if highest := ParamsOf[containerCountParams](p).Max; n > highest {
			p.Report("spec.containers", "the pod has %d containers, more than %d", n, highest)
		}
	},
}
