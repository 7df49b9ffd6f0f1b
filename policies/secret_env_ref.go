package policies

import "github.com/podcue/podcue/finding"

// SecretEnvRef reports secrets that reach the program as variables.
var SecretEnvRef = &Policy{
	ID: "secret-env-ref",
	Doc: `Secret passed by environment

Every process of the container inherits the variable, crash reports and debug pages print it, and it does not change when the Secret does. A mounted file has none of that.`,
	Help:       "mount the Secret as a volume and read the file",
	Bad:        `podSpec: containers: [{name: "primary", envFrom: [{secretRef: name: "db"}]}]`,
	Good:       `podSpec: volumes: [{name: "db", secret: secretName: "db"}]`,
	Group:      "env",
	Severity:   finding.Info,
	Frameworks: []string{"cis-1.12"},
	Check: func(p *Pass) {
		for c := range Containers(&p.Pod.Spec) {
			for i := range c.Env {
				if e := &c.Env[i]; e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil {
					p.Report(c.envPath(i).Child("valueFrom").Child("secretKeyRef"), "variable %s of %s holds Secret %s", e.Name, c, e.ValueFrom.SecretKeyRef.Name)
				}
			}
			for i := range c.EnvFrom {
				if ref := c.EnvFrom[i].SecretRef; ref != nil {
					p.Report(c.Path().Child("envFrom").Index(i).Child("secretRef"), "%s has all of Secret %s in its environment", c, ref.Name)
				}
			}
		}
	},
}
