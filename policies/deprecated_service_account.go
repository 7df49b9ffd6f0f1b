package policies

import "github.com/podcue/podcue/finding"

// DeprecatedServiceAccount reports the old name of serviceAccountName.
var DeprecatedServiceAccount = &Policy{
	ID: "deprecated-service-account",
	Doc: `Deprecated serviceAccount field

The API server reads serviceAccount only where serviceAccountName is empty: when the two differ, the pod runs as another account than the one that is written there.

The API server itself fills the field in; one that equals serviceAccountName and that nobody wrote is not reported.`,
	Help:     "use serviceAccountName alone",
	Bad:      `podSpec: serviceAccount: "train"`,
	Good:     `podSpec: serviceAccountName: "train"`,
	Group:    "identity",
	Severity: finding.Warning,
	Default:  true,
	Check: func(p *Pass) {
		spec := &p.Pod.Spec
		switch old := spec.DeprecatedServiceAccount; {
		case old == "":
		case spec.ServiceAccountName == "":
			p.Report("spec.serviceAccount", "serviceAccount is deprecated")
		case spec.ServiceAccountName != old:
			p.Report("spec.serviceAccount", "serviceAccount %s is ignored: serviceAccountName is %s", old, spec.ServiceAccountName)
		case p.Written("spec.serviceAccount"):
			p.Report("spec.serviceAccount", "serviceAccount is deprecated")
		}
	},
}
