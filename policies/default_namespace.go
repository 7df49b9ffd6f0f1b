package policies

import (
	"github.com/podcue/podcue/finding"
)

// DefaultNamespace reports objects that nobody gave a place.
var DefaultNamespace = &Policy{
	ID: "default-namespace",
	Doc: `Default namespace

The object lands in whatever namespace the client happens to use, most often default, where no quota, no network policy and no pod security level is set.

Templates and tasks of CUE packages have no namespace; Flyte chooses it.`,
	Help:       "set metadata.namespace",
	Group:      "metadata",
	Severity:   finding.Warning,
	Frameworks: []string{"cis-1.12"},
	Check: func(p *Pass) {
		switch ns := p.Subject.Namespace; {
		case ns == "" && p.Subject.isTask():
		case ns == "":
			p.reportObject("metadata.namespace", "no namespace is set")
		case ns == "default":
			p.reportObject("metadata.namespace", "the namespace is default")
		}
	},
}
