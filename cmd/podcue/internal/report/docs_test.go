package report_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/cmd/podcue/internal/report"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

const docsFile = "../../../../docs/reports.md"

// example is the run of the documentation: one finding, and one that is waived.
func example() *report.Run {
	return &report.Run{
		Report: &finding.Report{
			Checked: 1,
			Findings: finding.List{{
				ID: "hostpath-runtime-socket", Severity: finding.Error,
				Object:  finding.Object{Kind: "PodTemplate", Name: "gpu", Package: "./train", Stage: finding.StageAuthored},
				Path:    "spec.volumes[sock].hostPath.path",
				Message: "hostPath /var/run/docker.sock is a container runtime socket",
				Detail:  "Whoever writes to the socket is root on the node.",
				Help:    "mount a PersistentVolumeClaim",
				Origins: []provenance.Origin{origin(provenance.LayerTemplate, "train/gpu.cue", 4, 34)},
			}},
			Waived: []finding.Waived{{
				Finding: finding.Finding{ID: "host-network", Severity: finding.Error, Object: finding.Object{Kind: "Task", Name: "sync", Package: "./train"},
					Path: "spec.hostNetwork", Message: "the pod is on the network of the node", Origins: []provenance.Origin{origin(provenance.LayerBase, "base.yaml", 5, 5)}},
				By: "waiver", Reason: "the CNI needs it", Owner: "net-team", Expires: "2027-01-31",
			}},
		},
		Rules:   []report.Rule{{ID: "hostpath-runtime-socket", Title: "Container runtime socket reachable", Severity: finding.Error}},
		Version: "v0.1.0",
		Source:  source,
	}
}

// languages are how Markdown marks the examples up.
var languages = map[string]string{"checkstyle": "xml", "gitlab": "json", "json": "json", "junit": "xml", "markdown": "markdown", "sarif": "json"}

func docs(t *testing.T) string {
	var b strings.Builder
	b.WriteString(`# Reports

` + "`podcue vet --report FORMAT[=FILE]`" + ` prints what it found; several at once come from one run, one of them on standard
output, and their counts agree. This page is generated from the formats themselves.

Findings are sorted by file, line and column. Columns count bytes in the JSON report and the text, as compilers do;
formats whose readers count characters get characters. A finding without a position is shown at the first line of
` + "`podcue.cue`" + ` where a format cannot do without one. A fingerprint survives moved lines
and does not depend on where podcue is run: packages are named from the root of their CUE module. Files are relative to the
working directory.

A mistake that the merge's hazards, a policy and the API server see is a finding of each of them: waivers, the baseline and
` + "`--disable`" + ` work on each under its own id. People are told once: ` + "`text`, `markdown` and `github`" + ` have the one that says it
best, with the ids of all, the worst severity and what the API server says. The other formats have every finding; in JSON,
` + "`sameAs`" + ` names the one that says it better.

` + "`podcue diff`" + ` has a text, a JSON and a Markdown form of its own. In the other formats every difference is a finding: a warning
` + "`diff-weaker-…`" + ` where it weakens security, else an info ` + "`diff`" + `.

| format | |
|---|---|
`)
	for _, f := range report.Formats() {
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s |\n", f.Name, f.Name, f.Doc)
	}
	b.WriteString("\nThe JSON report is versioned: within a version, members are added only. Its schema is [report.schema.json](report.schema.json).\n")
	for _, f := range report.Formats() {
		fmt.Fprintf(&b, "\n## %s\n\n````%s\n%s````\n", f.Name, languages[f.Name], write(t, f.Name, example()))
	}
	return b.String()
}

// The documentation shows what the formats write.
func TestDocs(t *testing.T) {
	t.Parallel()
	got := docs(t)
	if *update {
		if err := os.WriteFile(docsFile, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(docsFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("run the test with -update: -want +got:\n%s", diff)
	}
}
