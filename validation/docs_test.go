package validation_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/validation"
)

var update = flag.Bool("update", false, "rewrite docs/api.md")

const docsHeader = `# What the API server says

podcue gives the API server's own verdict, as findings with the id ` + "`api`" + `: the server's message unchanged, at the line that
somebody wrote. In the JSON report, ` + "`server.field`" + ` and ` + "`server.message`" + ` are what ` + "`kubectl apply`" + ` would print. These are the
messages that are met most, why they come and what to do. This page is generated from the explanations themselves: edit
those.

Kubernetes versions: %s. Defaults, validation and warnings are Kubernetes' own code; what admission plugins,
webhooks and quotas of a cluster would say is not part of the verdict. A field whose feature gate is off in the version
is reported as a warning: the server accepts it and throws it away.

| the field ends in | the message has | why | what to do |
|---|---|---|---|
`

// TestDocs holds docs/api.md to the explanations.
func TestDocs(t *testing.T) {
	var b strings.Builder
	fmt.Fprintf(&b, docsHeader, strings.Join(validation.Versions(), ", "))
	cell := strings.NewReplacer("|", `\|`, "<", `\<`)
	for _, e := range validation.Explanations() {
		var fields, messages []string
		for _, f := range strings.Fields(e.Field) {
			fields = append(fields, "`"+f+"`")
		}
		for _, m := range strings.Split(e.Message, "|") {
			messages = append(messages, cell.Replace(m))
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", strings.Join(fields, ", "), strings.Join(messages, " *or* "), cell.Replace(e.Doc), cell.Replace(e.Help))
	}
	const file = "../docs/api.md"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b.String(), string(got)); diff != "" {
		t.Errorf("docs/api.md is not what -update writes (-want +got):\n%s", diff)
	}
}
