package policies

import "github.com/podcue/podcue/finding"

// TTYStdin reports containers that wait for somebody to type.
var TTYStdin = &Policy{
	ID: "tty-stdin",
	Doc: `stdin or tty on a batch pod

The container keeps a terminal or an input open that nobody is at: a program that reads from it waits for ever, and whoever may attach to the pod can type into it.`,
	Help:     "remove stdin and tty",
	Bad:      `podSpec: containers: [{name: "primary", tty: true}]`,
	Good:     `podSpec: containers: [{name: "primary"}]`,
	Group:    "metadata",
	Severity: finding.Info,
	Check: func(p *Pass) {
		for c := range Containers(&p.Pod.Spec) {
			if c.Role == RoleEphemeral {
				continue
			}
			if c.Stdin {
				p.Report(c.Path().Child("stdin"), "%s keeps its input open", c)
			}
			if c.TTY {
				p.Report(c.Path().Child("tty"), "%s has a terminal", c)
			}
		}
	},
}
