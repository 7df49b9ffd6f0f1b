package policies

import (
	"iter"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

// EnvRefOrder reports $(VAR) that is not replaced.
var EnvRefOrder = &Policy{
	ID: "env-ref-order",
	Doc: `$(VAR) refers to a later or missing variable

The kubelet replaces $(VAR) in a variable's value only by variables that stand before it; any other is left as it is, and the program sees the text $(VAR).

A missing one is not reported where envFrom may bring it, nor the variables that Kubernetes makes for Services. Whatever a merge prepends or appends changes the order.`,
	Help:     "set the variable before the one that uses it; write $$(VAR) for the text itself",
	Bad:      `podSpec: containers: [{name: "primary", env: [{name: "URL", value: "http://$(HOST)"}, {name: "HOST", value: "db"}]}]`,
	Good:     `podSpec: containers: [{name: "primary", env: [{name: "HOST", value: "db"}, {name: "URL", value: "http://$(HOST)"}]}]`,
	Group:    "env",
	Severity: finding.Warning,
	Default:  true,
	Stage:    Final,
	Check: func(p *Pass) {
		for c := range Containers(&p.Pod.Spec) {
			for i := range c.Env {
				for name := range references(c.Env[i].Value) {
					checkReference(p, c, i, name)
				}
			}
		}
	},
}

func checkReference(p *Pass, c Container, i int, name string) {
	isName := func(e corev1.EnvVar) bool { return e.Name == name }
	if slices.ContainsFunc(c.Env[:i], isName) {
		return
	}
	at := c.envPath(i).Child("value")
	if c.Env[i].Name == name {
		p.Report(at, "variable %s of %s refers to itself, and nothing sets it before", name, c)
	} else if slices.ContainsFunc(c.Env[i:], isName) {
		p.Report(at, "variable %s of %s refers to $(%s), which is set after it", c.Env[i].Name, c, name)
	} else if len(c.EnvFrom) == 0 && !serviceVariable(name) && !p.Subject.IsTemplate() {
		p.Report(at, "variable %s of %s refers to $(%s), which is not set", c.Env[i].Name, c, name)
	}
}

// serviceVariable reports whether Kubernetes may make the variable for a Service.
func serviceVariable(name string) bool {
	return strings.Contains(name, "_SERVICE_") || strings.Contains(name, "_PORT")
}

// references yields the names in the $(NAME) of value; $$(NAME) is text.
func references(value string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for {
			i := strings.IndexByte(value, '$')
			if i < 0 || i+1 >= len(value) {
				return
			}
			if value[i+1] != '(' {
				value = value[i+2:]
				continue
			}
			name, rest, ok := strings.Cut(value[i+2:], ")")
			if !ok {
				return
			}
			if variableName(name) && !yield(name) {
				return
			}
			value = rest
		}
	}
}

func variableName(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool {
		return r != '_' && r != '-' && r != '.' && (r < '0' || r > '9') && (r|0x20 < 'a' || r|0x20 > 'z')
	}) < 0
}
