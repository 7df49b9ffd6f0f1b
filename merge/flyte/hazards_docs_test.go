package flyte_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/podcue/podcue/merge/flyte"
)

const docsIntro = `# Flyte's surprises

Where Flyte's merge, its defaults or its configuration loader do to a Pod what the author of its inputs does not expect,
podcue reproduces it, and a ` + "`merge-…`" + ` finding of ` + "`podcue vet`" + ` says so. A hazard is reported only where it has an effect on the
final Pod (or on those after it), with both sides' positions. This page is generated from the hazards themselves: edit those.

Each example is what the inputs say, in short: ` + "`base`" + ` is the cluster's default PodTemplate, ` + "`config`" + ` is Flyte's configuration file,
` + "`task`" + ` is a #Task. An error is a Pod that the API server refuses, or a protection that silently does not hold; a finding
that does less harm than usual has a lower severity.

| id | what happens | severity | in |
|---|---|---|---|
`

// The reference in docs is made of the hazards.
func TestHazardDocs(t *testing.T) {
	var b strings.Builder
	b.WriteString(docsIntro)
	for _, h := range flyte.Hazards() {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s | %s | %s |\n", h.ID, h.ID, h.Title(), h.Severity, strings.Join(h.Profiles, ", "))
	}
	for _, h := range flyte.Hazards() {
		_, body, _ := strings.Cut(h.Doc, "\n\n")
		fmt.Fprintf(&b, "\n## %s\n\n%s. Severity: %s. In: %s.\n\n%s\n\n**Help**: %s.\n", h.ID, capitalized(h.Title()), h.Severity,
			strings.Join(h.Profiles, ", "), body, h.Help)
		if h.Issue != "" {
			fmt.Fprintf(&b, "\n**Upstream**: <%s>\n", h.Issue)
		}
		fmt.Fprintf(&b, "\nReported:\n\n```yaml\n%s```\n\nNot reported:\n\n```yaml\n%s```\n", h.Bad(), h.Good())
	}
	golden(t, "../../docs/hazards.md", b.String())
}

func capitalized(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
