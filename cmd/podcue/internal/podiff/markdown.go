package podiff

import (
	"fmt"
	"io"
	"strings"
)

var markdownFormat = Format{
	Name: "markdown", Doc: "a comment for a pull request",
	Write: writeMarkdown,
}

func writeMarkdown(w io.Writer, r *Report, _ bool) error {
	var b strings.Builder
	fmt.Fprintf(&b, "### Final Pods: %s → %s\n\n", code(r.From), code(r.To))
	if len(r.Objects) == 0 {
		b.WriteString("No differences.\n")
	} else {
		fmt.Fprintf(&b, "%s.\n", r.Summary())
	}
	for _, o := range r.Objects {
		fmt.Fprintf(&b, "\n<details open>\n<summary>%s %s %s</summary>\n\n", o.Status, o.Kind, escape(o.Name))
		b.WriteString("| | field | change | |\n|---|---|---|---|\n")
		for _, c := range o.Changes {
			var notes []string
			if at := o.origin(c.Path); at.IsValid() {
				notes = append(notes, code(at.String()))
			}
			for _, weaker := range c.Weaker {
				notes = append(notes, "⚠️ **weaker**: "+escape(weaker.Doc))
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", c.Kind, code(string(c.Path)), code(c.signed()), strings.Join(notes, "<br>"))
		}
		b.WriteString("\n</details>\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// code quotes s as code in a table cell: a bar would end the cell, and a run of
// backquotes in s needs a longer one around it.
func code(s string) string {
	if s == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	s = strings.NewReplacer("|", "\\|", "\n", " ", "\r", " ").Replace(s)
	if len(fence) > 1 {
		s = " " + s + " "
	}
	return fence + s + fence
}

// escape makes s harmless in Markdown and HTML.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "|", "\\|", "`", "\\`", "*", "\\*", "_", "\\_", "\n", " ", "\r", " ").Replace(s)
}
