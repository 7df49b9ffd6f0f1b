package policies

import (
	"slices"
	"strings"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

type secretInEnvValueParams struct {
	Names  []string `json:"names" doc:"words in the names of variables and options that say that it is a secret, in lower case, beside the built-in ones"`
	Values []string `json:"values" doc:"texts that only secrets have in them, beside the built-in ones"`
	Allow  []string `json:"allow" doc:"names of variables that may have any value"`
}

// SecretInEnvValue forbids secrets that everybody can read.
var SecretInEnvValue = &Policy{
	ID: "secret-in-env-value",
	Doc: `Literal secret

The secret stands in the pod itself: in the repository, in etcd, in kubectl get pod -o yaml, and in the logs of whatever prints a pod. Whoever may read pods has it.

A variable or a --option is taken for a secret by the words of its name (DB_PASSWORD, --api-key), unless its value is a switch, a number, a reference or a path; and any value by its looks: private keys, tokens of well-known services, passwords in URLs.`,
	Help:       "put it into a Secret and use valueFrom.secretKeyRef, or mount it as a file",
	Bad:        `podSpec: containers: [{name: "primary", env: [{name: "DB_PASSWORD", value: "hunter2"}]}]`,
	Good:       `podSpec: containers: [{name: "primary", env: [{name: "DB_PASSWORD", valueFrom: secretKeyRef: {name: "db", key: "password"}}]}]`,
	Group:      "env",
	Severity:   finding.Error,
	Default:    true,
	Frameworks: []string{"mitre", "nsa"},
	Params:     &secretInEnvValueParams{},
	Check: func(p *Pass) {
		params := ParamsOf[secretInEnvValueParams](p)
		for c := range Containers(&p.Pod.Spec) {
			for i := range c.Env {
				e := &c.Env[i]
				if e.Value == "" || slices.Contains(params.Allow, e.Name) {
					continue
				}
				if what := params.secret(e.Name, e.Value); what != "" {
					p.Report(c.envPath(i).Child("value"), "variable %s of %s has %s in it", e.Name, c, what)
				}
			}
			checkSecretArgs(p, c, "command", c.Command)
			checkSecretArgs(p, c, "args", c.Args)
		}
	},
}

// secret says what secret a value under a name is, "" if it is none.
func (p *secretInEnvValueParams) secret(name, value string) string {
	if what := secretValue(value, p.Values); what != "" {
		return what
	}
	if literalSecret(value) && secretName(name, p.Names) {
		return "a literal secret"
	}
	return ""
}

// checkSecretArgs looks for --password=x, --password x and NAME=x among the
// arguments, and for secrets by their looks.
func checkSecretArgs(p *Pass, c Container, field string, args []string) {
	params := ParamsOf[secretInEnvValueParams](p)
	for i, arg := range args {
		at := func() provenance.Path { return c.Path().Child(field).Index(i) }
		option, value, ok := strings.Cut(arg, "=")
		if !ok && i > 0 && isOption(args[i-1]) && !strings.HasPrefix(arg, "-") {
			option, value, ok = args[i-1], arg, true
		}
		if slices.Contains(params.Allow, option) || strings.ContainsAny(option, " \n") {
			ok = false
		}
		if what := secretValue(arg, params.Values); what != "" {
			p.Report(at(), "an argument of %s has %s in it", c, what)
		} else if ok && literalSecret(value) && secretName(strings.TrimLeft(option, "-"), params.Names) {
			p.Report(at(), "argument %s of %s has a literal secret in it", option, c)
		}
	}
}

func isOption(arg string) bool { return strings.HasPrefix(arg, "--") && !strings.Contains(arg, "=") }
