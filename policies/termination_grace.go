package policies

import "github.com/podcue/podcue/finding"

type terminationGraceParams struct {
	Min int64 `json:"min" doc:"the seconds that a task needs to save its state"`
	Max int64 `json:"max" doc:"the seconds between the notice and the end of a node"`
}

// TerminationGrace reports grace periods that do not fit vanishing nodes.
var TerminationGrace = &Policy{
	ID: "termination-grace",
	Doc: `Termination grace period

When an interruptible node is taken away, the task has the grace period to save its state. With too little it is killed before it is done; more than the cloud's notice (two minutes, or less) it does not get.

Only interruptible tasks are looked at.`,
	Help:     "set terminationGracePeriodSeconds between the bounds",
	Group:    "flyte",
	Severity: finding.Info,
	Stage:    Final,
	Params:   &terminationGraceParams{Min: 30, Max: 120},
	Check: func(p *Pass) {
		if i := p.Subject.Interruptible; i == nil || !*i {
			return
		}
		seconds := int64(30)
		if g := p.Pod.Spec.TerminationGracePeriodSeconds; g != nil {
			seconds = *g
		}
		params := ParamsOf[terminationGraceParams](p)
		switch {
		case seconds < params.Min:
			p.Report("spec.terminationGracePeriodSeconds", "an interruptible task has %d seconds to save its state, less than %d", seconds, params.Min)
		case seconds > params.Max:
			p.Report("spec.terminationGracePeriodSeconds", "an interruptible task is given %d seconds, and its node at most %d", seconds, params.Max)
		}
	},
}
