package explanation

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/podcue/podcue/provenance"
)

// WriteText prints f for people.
func (s *Subject) WriteText(w io.Writer, f *Field, color bool) error {
	paint := painter(color)
	var b strings.Builder
	fmt.Fprintf(&b, "%s = %s\n", paint("1", string(f.Path)), indentJSON(f.Value))
	for i, o := range f.Origins {
		verdict, code := "lost", "31"
		switch {
		case f.Parts:
			verdict, code = "part", "32"
		case i == 0:
			verdict, code = "wins", "32"
		case f.Shares[i]:
			verdict, code = "also", "32"
		}
		fmt.Fprintf(&b, "\n  %s  %s", paint(code, verdict), o.Layer)
		if o.Value != "" {
			fmt.Fprintf(&b, "  %s", cut(o.Value, 60))
		}
		if o.Rule != "" {
			fmt.Fprintf(&b, "  (%s)", o.Rule)
		}
		b.WriteString("\n")
		if o.Pos.IsValid() {
			fmt.Fprintf(&b, "        %s\n", o.Pos)
			b.WriteString(s.excerpt(o.Pos))
		}
	}
	if len(f.Origins) == 1 && f.Origins[0].Rule == RuleAPIDefault {
		b.WriteString("\n  nobody sets it: the API server adds it when the Pod is created\n")
	}
	if len(f.Origins) == 0 {
		b.WriteString("\n  no origin is recorded\n")
	}
	if f.Hidden != "" {
		fmt.Fprintf(&b, "\n  %s the container gets the last variable of this name: %s\n", paint("33", "hidden:"), f.Hidden)
	}
	for _, h := range f.Hazards {
		fmt.Fprintf(&b, "\n  %s %s [%s]\n", paint("33", h.Severity.String()+":"), h.Message, h.ID)
		if h.Help != "" {
			fmt.Fprintf(&b, "  help: %s\n", h.Help)
		}
	}
	fmt.Fprintf(&b, "\n%s %s, merged by %s\n", s.Object.Kind, s.Object.Name, s.Profile)
	_, err := io.WriteString(w, b.String())
	return err
}

// excerpt quotes the line at pos with a caret under the column.
func (s *Subject) excerpt(pos provenance.Position) string {
	if s.Source == nil || pos.Line == 0 {
		return ""
	}
	lines := strings.Split(string(s.Source(pos.Filename)), "\n")
	if pos.Line > len(lines) {
		return ""
	}
	line := strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return '?' // one byte, as columns count, and nothing to a terminal
		}
		return r
	}, strings.TrimRight(lines[pos.Line-1], "\r"))
	number := fmt.Sprint(pos.Line)
	var b strings.Builder
	fmt.Fprintf(&b, "        %s | %s\n", number, strings.ReplaceAll(line, "\t", "    "))
	if pos.Column > 0 && pos.Column <= len(line)+1 {
		before := strings.ReplaceAll(line[:pos.Column-1], "\t", "    ")
		fmt.Fprintf(&b, "        %s | %s^\n", strings.Repeat(" ", len(number)), strings.Repeat(" ", len([]rune(before))))
	}
	return b.String()
}

func painter(color bool) func(code, s string) string {
	return func(code, s string) string {
		if !color {
			return s
		}
		return "\x1b[" + code + "m" + s + "\x1b[0m"
	}
}

// indentJSON prints a value that fits on a line on one, others on several.
func indentJSON(v any) string {
	if s := provenance.JSON(v); len(s) <= 72 {
		return s
	}
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

func cut(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "") + "…"
	}
	return s
}
