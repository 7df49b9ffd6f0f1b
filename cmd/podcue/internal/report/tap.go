package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/podcue/podcue/finding"
)

var tap = Format{
	Name:  "tap",
	Doc:   "the Test Anything Protocol, version 14: errors are not ok, waived findings are skipped",
	Write: writeTAP,
}

// tapDescription escapes what starts a directive.
var tapDescription = strings.NewReplacer(`\`, `\\`, "#", `\#`)

// writeTAP makes a test point of every finding, after one that stands for the
// run.
func writeTAP(w io.Writer, r *Run) error {
	var b strings.Builder
	found, waived := r.findings(), r.waived()
	fmt.Fprintf(&b, "TAP version 14\n1..%d\n", 1+len(found)+len(waived))
	fmt.Fprintf(&b, "ok 1 - %s\n", summaryLine(r.Report.Summary()))
	n := 1
	for _, f := range found {
		severity, err := f.Severity.MarshalText()
		if err != nil {
			return err
		}
		n++
		ok := "ok"
		if f.Severity == finding.Error {
			ok = "not ok"
		}
		fmt.Fprintf(&b, "%s %d - %s\n", ok, n, tapTitle(f))
		writeTAPBlock(&b, f, string(severity))
	}
	for _, w := range waived {
		n++
		fmt.Fprintf(&b, "ok %d - %s # SKIP %s\n", n, tapTitle(w.Finding), because(w))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func tapTitle(f finding.Finding) string {
	title := oneLine(f.ID) + ": " + oneLine(f.Message)
	if about := where(f); about != "" {
		title += " (" + about + ")"
	}
	return tapDescription.Replace(title)
}

// writeTAPBlock writes the YAML block of a test point. Its strings are between
// double quotes, with escapes that YAML has too.
func writeTAPBlock(b *strings.Builder, f finding.Finding, severity string) {
	b.WriteString("  ---\n")
	member := func(name, value string) {
		if value != "" {
			fmt.Fprintf(b, "  %s: %s\n", name, strconv.Quote(strings.ToValidUTF8(value, "\uFFFD")))
		}
	}
	member("severity", severity)
	if p := f.Position(); p.IsValid() {
		member("at", p.String())
	}
	member("detail", f.Detail)
	member("help", f.Help)
	b.WriteString("  ...\n")
}
