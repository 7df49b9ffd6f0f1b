package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/podcue/podcue/finding"
)

var markdown = Format{
	Name:  "markdown",
	Doc:   "a table for a pull request's comment or a job's summary",
	Write: writeMarkdown,
}

// maxMarkdown is the length in bytes at which the table ends: GitHub refuses
// comments of more than 65,536 characters.
const maxMarkdown = 60_000

var severityIcons = map[finding.Severity]string{finding.Error: "❌", finding.Warning: "⚠️", finding.Info: "ℹ️"}

func writeMarkdown(w io.Writer, r *Run) error {
	var b strings.Builder
	found, waived := r.told(), r.waived()
	fmt.Fprintf(&b, "### podcue: %s\n", summaryLine(r.summary(found)))
	if len(found) > 0 {
		b.WriteString("\n| | finding | where |\n|---|---|---|\n")
	}
	for i, f := range found {
		if b.Len() > maxMarkdown {
			fmt.Fprintf(&b, "\nAnd %d more.\n", len(found)-i)
			break
		}
		fmt.Fprintf(&b, "| %s %s | %s | %s |\n", severityIcons[f.Severity], f.Severity, markdownFinding(f), markdownPlace(f))
	}
	if len(waived) > 0 {
		fmt.Fprintf(&b, "\n<details>\n<summary>%d waived</summary>\n\n| finding | where | why |\n|---|---|---|\n", len(waived))
		for i, w := range waived {
			if b.Len() > maxMarkdown {
				fmt.Fprintf(&b, "\nAnd %d more.\n", len(waived)-i)
				break
			}
			fmt.Fprintf(&b, "| %s %s | %s | %s |\n", escapeMarkdown(w.Finding.Message), code(w.Finding.ID), markdownPlace(w.Finding), escapeMarkdown(because(w)))
		}
		b.WriteString("\n</details>\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func markdownFinding(f finding.Finding) string {
	s := "**" + escapeMarkdown(f.Message) + "** " + code(tag(f))
	if f.Detail != "" {
		s += "<br>" + escapeMarkdown(f.Detail)
	}
	if f.Help != "" {
		s += "<br>help: " + escapeMarkdown(f.Help)
	}
	return s
}

func markdownPlace(f finding.Finding) string {
	var parts []string
	if p := f.Position(); p.IsValid() {
		parts = append(parts, code(p.String()))
	}
	if s := subject(f.Object); s != "" {
		parts = append(parts, escapeMarkdown(s))
	}
	if f.Path != "" {
		parts = append(parts, code(string(f.Path)))
	}
	for _, o := range others(f) {
		parts = append(parts, "also "+code(o.Pos.String())+" "+escapeMarkdown(o.Layer))
	}
	return strings.Join(parts, "<br>")
}

// code quotes s as code in a table cell, where a bar would end the cell, and a
// run of backquotes needs a longer one around it.
func code(s string) string {
	s = strings.ReplaceAll(oneLine(s), "|", `\|`)
	if s == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if len(fence) > 1 {
		s = " " + s + " "
	}
	return fence + s + fence
}

// markdownSpecials are the characters that mean something in Markdown, HTML, or
// to those who would be notified.
var markdownSpecials = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "|", `\|`, "~", `\~`, "#", `\#`, "!", `\!`,
	"&", "&amp;", "<", "&lt;", ">", "&gt;", "@", "&#64;", "://", "&#58;//",
)

// escapeMarkdown returns s so that it reads as itself in a table cell.
func escapeMarkdown(s string) string { return markdownSpecials.Replace(oneLine(s)) }
