package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

var text = Format{
	Name:  "text",
	Doc:   "for people: the source line with a caret, what the cluster would do, how to mend it",
	Write: writeText,
}

func writeText(w io.Writer, r *Run) error {
	t := &textWriter{run: r, sources: r.sources(), b: bufio.NewWriter(w)}
	found := r.told()
	for _, f := range found {
		t.finding(f)
	}
	if !r.Brief {
		t.waived(r.waived())
		t.separate()
		t.b.WriteString(t.paint(bold, summaryLine(r.summary(found))) + "\n")
	}
	return t.b.Flush()
}

// textWriter prints findings, those at one position under one excerpt.
type textWriter struct {
	run     *Run
	sources *sources
	b       *bufio.Writer
	begun   bool                // something is printed
	last    provenance.Position // of the finding before
}

// The codes of the terminal.
const (
	bold   = "1"
	red    = "1;31"
	yellow = "1;33"
	cyan   = "1;36"
	blue   = "34"
	green  = "32"
	grey   = "90"
)

var severityColors = map[finding.Severity]string{finding.Error: red, finding.Warning: yellow, finding.Info: cyan}

func (t *textWriter) paint(code, s string) string {
	if !t.run.Color {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// separate puts an empty line before what comes, unless it is the first thing.
func (t *textWriter) separate() {
	if t.begun {
		t.b.WriteString("\n")
	}
	t.begun = true
}

func (t *textWriter) finding(f finding.Finding) {
	t.separate()
	tag := tag(f)
	if f.PSS != nil {
		tag += ", " + f.PSS.Level + ":" + f.PSS.Version
	}
	fmt.Fprintf(t.b, "%s: %s %s\n", t.paint(severityColors[f.Severity], f.Severity.String()),
		t.paint(bold, oneLine(f.Message)), t.paint(grey, "["+oneLine(tag)+"]"))
	t.place(f)
	if s := where(f); s != "" {
		t.b.WriteString("  in " + s + "\n")
	}
	for _, line := range wrap(oneLine(f.Detail), textWidth) {
		t.b.WriteString("  " + line + "\n")
	}
	for _, o := range others(f) {
		t.b.WriteString("  also " + t.at(o) + "\n")
	}
	if f.Help != "" {
		t.b.WriteString("  " + t.paint(green, "help:") + " " + oneLine(f.Help) + "\n")
	}
}

// place prints where f is, and the line there unless the finding before quoted
// it.
func (t *textWriter) place(f finding.Finding) {
	pos := f.Position()
	quoted := pos == t.last
	t.last = pos
	if !pos.IsValid() {
		return
	}
	fmt.Fprintf(t.b, "  %s %s\n", t.paint(blue, "-->"), t.at(provenance.Origin{Pos: pos, Layer: layer(f)}))
	line, ok := t.sources.line(pos)
	if quoted || !ok || strings.TrimSpace(line) == "" {
		return
	}
	excerpt, caret := excerpt(line, pos.Column)
	number := fmt.Sprint(pos.Line)
	fmt.Fprintf(t.b, "  %s %s\n", t.paint(blue, number+" |"), excerpt)
	if caret >= 0 {
		fmt.Fprintf(t.b, "  %s %s%s\n", t.paint(blue, strings.Repeat(" ", len(number))+" |"), strings.Repeat(" ", caret), t.paint(severityColors[f.Severity], "^"))
	}
}

// at returns a position with the layer that it is of.
func (t *textWriter) at(o provenance.Origin) string {
	s := oneLine(o.Pos.String())
	if o.Layer != "" {
		s += " (" + oneLine(o.Layer) + ")"
	}
	return s
}

func (t *textWriter) waived(all []finding.Waived) {
	if len(all) > 0 {
		t.separate()
	}
	for _, w := range all {
		s := oneLine(w.Finding.Message) + " " + t.paint(grey, "["+oneLine(w.Finding.ID)+"]")
		if p := w.Finding.Position(); p.IsValid() {
			s += " at " + oneLine(p.String())
		} else if about := where(w.Finding); about != "" {
			s += " in " + about
		}
		fmt.Fprintf(t.b, "%s %s\n  %s\n", t.paint(grey, "waived:"), s, because(w))
	}
}

// The widths of the text form, in characters: what is told is wrapped, and of a
// longer source line only the part around the column is shown.
const (
	textWidth    = 96
	excerptWidth = 120
	tabWidth     = 4
)

// excerpt returns the source line, and how many characters of it stand before
// column (in bytes), -1 if the column is unknown. Tabs are widened, so that the
// caret stands below its character on every terminal.
func excerpt(line string, column int) (shown string, caret int) {
	caret = -1
	var cells []rune
	at := 0
	for i, r := range line {
		if i <= column-1 {
			at = len(cells)
		}
		if r == '\t' {
			cells = append(cells, []rune(strings.Repeat(" ", tabWidth))...)
			continue
		}
		if isControl(r) {
			r = '\uFFFD'
		}
		cells = append(cells, r)
	}
	if column > 0 && column <= len(line) {
		caret = at
	} else if column == len(line)+1 {
		caret = len(cells)
	}
	return window(cells, caret)
}

// window cuts cells down to the part around caret.
func window(cells []rune, caret int) (string, int) {
	if len(cells) <= excerptWidth {
		return strings.TrimRight(string(cells), " "), caret
	}
	from := min(max(caret-excerptWidth/2, 0), len(cells)-excerptWidth)
	part := cells[from : from+excerptWidth]
	shown := string(part)
	if from > 0 {
		shown = "…" + string(part[1:])
	}
	if from+excerptWidth < len(cells) {
		shown += "…"
	}
	if caret >= 0 {
		caret -= from
	}
	return shown, caret
}

// wrap breaks s between words into lines of at most width characters; a longer
// word has a line of its own.
func wrap(s string, width int) []string {
	var lines []string
	line, n := "", 0
	for word := range strings.FieldsSeq(s) {
		size := len([]rune(word))
		if n > 0 && n+1+size > width {
			lines, line, n = append(lines, line), "", 0
		}
		if n > 0 {
			line, n = line+" ", n+1
		}
		line, n = line+word, n+size
	}
	if n > 0 {
		lines = append(lines, line)
	}
	return lines
}
