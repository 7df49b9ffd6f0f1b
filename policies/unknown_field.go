package policies

import "github.com/podcue/podcue/finding"

// UnknownFieldPolicy forbids fields that Kubernetes does not have.
var UnknownFieldPolicy = &Policy{
	ID: "unknown-field",
	Doc: `Unknown field

The API server drops the field with a warning, or refuses the object, depending on the client: what the author meant to say is not said.

Fields of templates in CUE packages are held against the schema before any policy runs.`,
	Help:     "correct the field's name and its indentation",
	Group:    "metadata",
	Severity: finding.Error,
	Default:  true,
	Check: func(p *Pass) {
		for _, u := range p.Subject.Unknown {
			hint := ""
			if u.Hint != "" {
				hint = "; did you mean " + u.Hint + "?"
			}
			p.reportObject(u.Path, "Kubernetes has no such field%s", hint)
		}
	},
}
