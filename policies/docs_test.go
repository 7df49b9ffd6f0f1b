package policies_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"

	"github.com/podcue/podcue/policies"
)

const docsHeader = `# Policies

podcue's built-in policies. They are checked by ` + "`podcue vet`" + `, on the authored templates and on the final Pods,
and listed by ` + "`podcue policy list`" + `. This page is generated from the policies themselves: edit those.

In the platform configuration, ` + "`policies: ID: {…}`" + ` switches a policy on, or off with ` + "`enabled: false`" + `, sets its
` + "`severity`" + ` and its ` + "`params`" + `. On the command line, ` + "`--enable`" + ` and ` + "`--disable`" + ` take an id, or the name of a profile:
` + "`pss-baseline`, `pss-restricted`, `tasks`" + `.

A Pod Security Standard is held by ` + "`--pss LEVEL[:VERSION]`" + ` or ` + "`pss: {level, version}`" + `, with the code of Kubernetes itself. What a
policy and the standard both see is one finding. Parameters do not weaken the standard; an id that is disabled is not
reported for the standard either, so prefer a waiver.

`

const differencesHeader = `
## Where other tools judge otherwise

The policies are held against the tests of gatekeeper-library, kube-linter, kubescape, polaris and trivy-checks: %d of %d
cases get the same verdict. The others are differences of definition:

| rule | why it is judged otherwise here |
|---|---|
`

// writeDifferences lists the corpus's differences, by rule.
func writeDifferences(b *strings.Builder, reasons map[string]string, cases int) {
	fmt.Fprintf(b, differencesHeader, cases-len(reasons), cases)
	rows := map[string]bool{}
	for file, why := range reasons {
		tool, rest, _ := strings.Cut(file, "/")
		rule, _, _ := strings.Cut(rest, "/")
		rows["| "+tool+" "+rule+" | "+why+" |\n"] = true
	}
	for _, row := range slices.Sorted(maps.Keys(rows)) {
		b.WriteString(row)
	}
}

// docs renders docs/policies.md.
func docs(t *testing.T) string {
	var b strings.Builder
	b.WriteString(docsHeader)
	b.WriteString("| id | reports | severity | on | stage |\n|---|---|---|---|---|\n")
	for _, group := range policies.Groups() {
		for _, p := range inGroup(group) {
			fmt.Fprintf(&b, "| [`%s`](#%s) | %s | %s | %s | %s |\n", p.ID, p.ID, p.Title(), p.Severity, whenOn(p), p.Stage)
		}
	}
	for _, group := range policies.Groups() {
		if len(inGroup(group)) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n", group)
		for _, p := range inGroup(group) {
			writePolicy(&b, p)
		}
	}
	cases, _ := corpus(t)
	cases = slices.DeleteFunc(cases, func(c *corpusCase) bool { return !c.judged() })
	writeDifferences(&b, differences(t), len(cases))
	return b.String()
}

func inGroup(group string) []*policies.Policy {
	return slices.DeleteFunc(policies.All(), func(p *policies.Policy) bool { return p.Group != group })
}

func whenOn(p *policies.Policy) string {
	var on []string
	if p.Default {
		on = append(on, "by default")
	}
	for _, profile := range p.Profiles {
		on = append(on, string(profile))
	}
	if len(on) == 0 {
		return "when asked for"
	}
	return strings.Join(on, ", ")
}

func writePolicy(b *strings.Builder, p *policies.Policy) {
	_, body, _ := strings.Cut(p.Doc, "\n\n")
	fmt.Fprintf(b, "\n### %s\n\n**%s.** %s\n\nHow to mend it: %s.\n", p.ID, p.Title(), body, p.Help)
	if p.Replaces != "" {
		fmt.Fprintf(b, "\nReplaces `%s`.\n", p.Replaces)
	}
	if p.Bad != "" {
		fmt.Fprintf(b, "\n```cue\n// found\n%s\n\n// fine\n%s\n```\n", p.Bad, p.Good)
	}
	if params := p.ParamsCUE(); params != "" {
		fmt.Fprintf(b, "\nParameters:\n\n```cue\npolicies: %q: params: %s\n```\n", p.ID, params)
	}
	var tags []string
	if len(p.Frameworks) > 0 {
		tags = append(tags, "Frameworks: "+strings.Join(p.Frameworks, ", ")+".")
	}
	if len(p.Controls) > 0 {
		tags = append(tags, "Pod Security Standards: "+strings.Join(p.Controls, ", ")+".")
	}
	if len(tags) > 0 {
		fmt.Fprintf(b, "\n%s\n", strings.Join(tags, " "))
	}
}

// The reference in docs is what the policies say; -update writes it.
func TestDocs(t *testing.T) {
	t.Parallel()
	golden(t, "../docs/policies.md", docs(t))
}

// The CUE type of every policy's parameters takes the defaults and the example,
// and refuses an unknown parameter.
func TestParamsCUE(t *testing.T) {
	t.Parallel()
	ctx := cuecontext.New()
	for _, d := range policies.Definitions() {
		p, err := policies.Lookup(d.ID)
		if err != nil {
			t.Fatal(err)
		}
		if (d.Params == "") != (p.Params == nil) {
			t.Errorf("%s: the type is %q", d.ID, d.Params)
		}
		if d.Params == "" {
			continue
		}
		closed := ctx.CompileString("#P: " + d.Params).LookupPath(cue.ParsePath("#P"))
		defaults, err := json.Marshal(p.Params)
		if err != nil {
			t.Fatal(err)
		}
		var set map[string]json.RawMessage
		if err := json.Unmarshal(defaults, &set); err != nil {
			t.Fatal(err)
		}
		for k, v := range set { // what is not set is left out
			if string(v) == "null" {
				delete(set, k)
			}
		}
		if defaults, err = json.Marshal(set); err != nil {
			t.Fatal(err)
		}
		if err := closed.Unify(ctx.CompileBytes(defaults)).Validate(cue.Concrete(true)); err != nil {
			t.Errorf("%s: the defaults do not fit: %v\n%s", d.ID, err, d.Params)
		}
		if p.ExampleParams != "" {
			if err := closed.Unify(ctx.CompileString(p.ExampleParams)).Validate(cue.Concrete(true)); err != nil {
				t.Errorf("%s: the example does not fit: %v\n%s", d.ID, err, d.Params)
			}
		}
		if err := closed.Unify(ctx.CompileString(`{"no-such": 1}`)).Validate(); err == nil {
			t.Errorf("%s: an unknown parameter is accepted", d.ID)
		}
	}
}
