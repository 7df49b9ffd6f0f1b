package policies

import "github.com/podcue/podcue/finding"

// DuplicateEnv reports variables that are set twice.
var DuplicateEnv = &Policy{
	ID: "duplicate-env",
	Doc: `Environment variable set twice

The API server takes both, and the last one wins without a word; controllers of some task types refuse such a pod.

Flyte appends the variables of a base PodTemplate, of the task and of its own to one another.`,
	Help:     "set the variable in one place",
	Bad:      `podSpec: containers: [{name: "primary", env: [{name: "A", value: "1"}, {name: "A", value: "2"}]}]`,
	Good:     `podSpec: containers: [{name: "primary", env: [{name: "A", value: "1"}, {name: "B", value: "2"}]}]`,
	Group:    "env",
	Severity: finding.Warning,
	Default:  true,
	Check: func(p *Pass) {
		for c := range Containers(&p.Pod.Spec) {
			for i := range c.Env {
				for j := range i {
					if c.Env[j].Name == c.Env[i].Name {
						p.Report(c.envPath(i), "variable %s of %s is set again; the last one wins", c.Env[i].Name, c)
						break
					}
				}
			}
		}
	},
}
