package policies

import (
	"slices"

	"github.com/podcue/podcue/finding"
)

type automountTokenParams struct {
	Except []string `json:"except" doc:"service accounts whose pods need the token"`
}

// AutomountToken reports pods that get a token they may not need.
var AutomountToken = &Policy{
	ID: "automount-token",
	Doc: `Service account token mounted

Every container finds a token of the pod's service account in its file system; whoever gets into one of them can speak to the API server with that account's rights.`,
	Help:       "set automountServiceAccountToken: false, unless the program speaks to the API server",
	Bad:        `podSpec: containers: [{name: "primary"}]`,
	Good:       `podSpec: automountServiceAccountToken: false`,
	Group:      "identity",
	Severity:   finding.Warning,
	Profiles:   []Profile{Tasks},
	Stage:      Final,
	Frameworks: []string{"cis-1.12", "nsa"},
	Params:     &automountTokenParams{},
	Check: func(p *Pass) {
		spec := &p.Pod.Spec
		if a := spec.AutomountServiceAccountToken; a != nil && !*a {
			return
		}
		if !slices.Contains(ParamsOf[automountTokenParams](p).Except, serviceAccount(spec)) {
			p.Report("spec.automountServiceAccountToken", "the token of service account %s is mounted in every container", serviceAccount(spec))
		}
	},
}
