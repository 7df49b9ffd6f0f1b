package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/podcue/podcue/finding"
)

var github = Format{
	Name:  "github",
	Doc:   "GitHub workflow commands, which become annotations of the changed lines",
	Write: writeGithub,
}

// githubCommands are the commands that make an annotation.
var githubCommands = map[finding.Severity]string{finding.Error: "error", finding.Warning: "warning", finding.Info: "notice"}

// What would end a command's message, or a property of it.
var (
	githubData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	githubProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func writeGithub(w io.Writer, r *Run) error {
	var b strings.Builder
	sources := r.sources()
	found := r.told()
	for _, f := range found {
		if _, err := f.Severity.MarshalText(); err != nil {
			return err
		}
		b.WriteString("::" + githubCommands[f.Severity] + " ")
		if p := f.Position(); p.IsValid() {
			fmt.Fprintf(&b, "file=%s,line=%d,", githubProperty.Replace(p.Filename), max(p.Line, 1))
			if p.Column > 0 {
				fmt.Fprintf(&b, "col=%d,", sources.column(p))
			}
		}
		fmt.Fprintf(&b, "title=%s::%s\n", githubProperty.Replace(oneLine(tag(f))), githubData.Replace(githubMessage(f)))
	}
	for _, w := range r.waived() {
		// No command: GitHub shows few annotations a step, and they are for what
		// counts.
		fmt.Fprintf(&b, "waived: %s [%s]: %s\n", longMessage(w.Finding), oneLine(w.Finding.ID), because(w))
	}
	fmt.Fprintf(&b, "podcue: %s\n", summaryLine(r.summary(found)))
	_, err := io.WriteString(w, b.String())
	return err
}

// githubMessage is the text of an annotation, which may have several lines.
func githubMessage(f finding.Finding) string {
	lines := []string{oneLine(f.Message)}
	if about := where(f); about != "" {
		lines = append(lines, "in "+about)
	}
	if f.Detail != "" {
		lines = append(lines, oneLine(f.Detail))
	}
	for _, o := range others(f) {
		lines = append(lines, oneLine(fmt.Sprintf("also %s (%s)", o.Pos, o.Layer)))
	}
	if f.Help != "" {
		lines = append(lines, "help: "+oneLine(f.Help))
	}
	return strings.Join(lines, "\n")
}
