package policies

import "github.com/podcue/podcue/finding"

// ReadOnlyRootFS requires a read-only root file system.
var ReadOnlyRootFS = &Policy{
	ID: "read-only-root-fs",
	Doc: `Root file system writable

A process can change the programs and libraries of its own container, so that an intruder's tools stay for as long as it runs.

Windows pods are exempt.`,
	Help:       "set securityContext.readOnlyRootFilesystem: true, and mount an emptyDir where the program writes",
	Bad:        `podSpec: containers: [{name: "primary"}]`,
	Good:       `podSpec: containers: [{name: "primary", securityContext: readOnlyRootFilesystem: true}]`,
	Group:      "securityContext",
	Severity:   finding.Warning,
	Stage:      Final,
	Frameworks: []string{"nsa"},
	Check: func(p *Pass) {
		if windows(&p.Pod.Spec) {
			return
		}
		for c := range Containers(&p.Pod.Spec) {
			if sc := c.SecurityContext; sc == nil || sc.ReadOnlyRootFilesystem == nil || !*sc.ReadOnlyRootFilesystem {
				p.Report(c.securityPath("readOnlyRootFilesystem"), "%s can write to its root file system", c)
			}
		}
	},
}
