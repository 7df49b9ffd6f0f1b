package policies

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

// DefaultServiceAccount reports pods that nobody gave an identity.
var DefaultServiceAccount = &Policy{
	ID: "default-service-account",
	Doc: `Default service account

The pod runs as the service account that every pod of the namespace shares: rights that one of them needs are given to all.`,
	Help:     "set serviceAccountName to an account of the workload's own",
	Bad:      `podSpec: containers: [{name: "primary"}]`,
	Good:     `podSpec: serviceAccountName: "train"`,
	Group:    "identity",
	Severity: finding.Warning,
	Stage:    Final,
	Check: func(p *Pass) {
		if serviceAccount(&p.Pod.Spec) == "default" {
			p.Report("spec.serviceAccountName", "the pod runs as the namespace's default service account")
		}
	},
}

// serviceAccount returns the name of the pod's service account.
func serviceAccount(spec *corev1.PodSpec) string {
	switch {
	case spec.ServiceAccountName != "":
		return spec.ServiceAccountName
	case spec.DeprecatedServiceAccount != "":
		return spec.DeprecatedServiceAccount
	}
	return "default"
}
