package policies

import (
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

type envValueFromMissingParams struct {
	Secrets    []string `json:"secrets" doc:"the Secrets that there are"`
	ConfigMaps []string `json:"configMaps" doc:"the ConfigMaps that there are"`
}

func (p *envValueFromMissingParams) idle() string {
	if p.Secrets == nil && p.ConfigMaps == nil {
		return "set secrets or configMaps"
	}
	return ""
}

// EnvValueFromMissing reports references to what is not there.
var EnvValueFromMissing = &Policy{
	ID: "env-value-from-missing",
	Doc: `Referenced Secret or ConfigMap not in the input

The kubelet does not start a container whose variables come from a Secret or ConfigMap that does not exist: it stays in CreateContainerConfigError. References that are optional are skipped.

What exists is only known to the cluster, so it is a parameter; a list that is not set is not compared.`,
	Help:          "create it, correct the name, or make the reference optional",
	Bad:           `podSpec: containers: [{name: "primary", envFrom: [{secretRef: name: "db"}]}]`,
	Good:          `podSpec: containers: [{name: "primary", envFrom: [{secretRef: {name: "db", optional: true}}]}]`,
	ExampleParams: `{"secrets": []}`,
	Group:         "env",
	Severity:      finding.Warning,
	Params:        &envValueFromMissingParams{},
	Check: func(p *Pass) {
		for c := range Containers(&p.Pod.Spec) {
			for i := range c.Env {
				from := c.Env[i].ValueFrom
				if from == nil {
					continue
				}
				at := c.envPath(i).Child("valueFrom")
				if r := from.SecretKeyRef; r != nil {
					checkSource(p, c, at.Child("secretKeyRef"), "Secret", r.Name, r.Optional)
				}
				if r := from.ConfigMapKeyRef; r != nil {
					checkSource(p, c, at.Child("configMapKeyRef"), "ConfigMap", r.Name, r.Optional)
				}
			}
			for i, from := range c.EnvFrom {
				checkEnvFrom(p, c, i, from)
			}
		}
	},
}

func checkEnvFrom(p *Pass, c Container, i int, from corev1.EnvFromSource) {
	at := c.Path().Child("envFrom").Index(i)
	if r := from.SecretRef; r != nil {
		checkSource(p, c, at.Child("secretRef"), "Secret", r.Name, r.Optional)
	}
	if r := from.ConfigMapRef; r != nil {
		checkSource(p, c, at.Child("configMapRef"), "ConfigMap", r.Name, r.Optional)
	}
}

func checkSource(p *Pass, c Container, at provenance.Path, kind, name string, optional *bool) {
	known := ParamsOf[envValueFromMissingParams](p).Secrets
	if kind == "ConfigMap" {
		known = ParamsOf[envValueFromMissingParams](p).ConfigMaps
	}
	if known == nil || optional != nil && *optional || slices.Contains(known, name) {
		return
	}
	p.Report(at, "%s takes variables from %s %s, which is not there", c, kind, name)
}
