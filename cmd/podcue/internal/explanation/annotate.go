package explanation

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/podcue/podcue/provenance"
)

// The widths of annotated YAML: origins start at originColumn, or after a longer
// line, and a line is cut down to lineWidth where shortening the file name does.
const (
	originColumn = 52
	lineWidth    = 100
)

// Annotate prints the Pod's YAML with the origin of every line that has a value
// at its end. lines tells which node starts on which line of yaml (1-based).
func (s *Subject) Annotate(w io.Writer, yaml []byte, lines map[int]provenance.Path, color bool) error {
	paint := painter(color)
	var b strings.Builder
	n := 0
	for line := range strings.Lines(string(yaml)) {
		n++
		line = strings.TrimRight(line, "\n")
		b.WriteString(line)
		if path, ok := lines[n]; ok {
			if o, ok := s.Fields.Winner(path); ok {
				width := utf8.RuneCountInString(line)
				pad := max(originColumn-width, 2)
				b.WriteString(strings.Repeat(" ", pad))
				b.WriteString(paint(colours[o.Layer], "# "+describe(o, losers(s.Fields[path]), lineWidth-width-pad-2)))
			}
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// losers is how many of the origins have no share in the value.
func losers(origins []provenance.Origin) int {
	n := 0
	for _, share := range provenance.Shares(origins) {
		if !share {
			n++
		}
	}
	return n
}

// colours of the layers, as ANSI codes.
var colours = map[string]string{
	provenance.LayerTask:        "36",
	provenance.LayerTemplate:    "32",
	provenance.LayerOverride:    "35",
	provenance.LayerBase:        "34",
	provenance.LayerDeviceClass: "34",
	provenance.LayerConfig:      "33",
	provenance.LayerExecution:   "90",
	provenance.LayerFlyte:       "90",
	provenance.LayerKubernetes:  "90",
}

// describe tells an origin in about width characters: the layer, the place or
// the rule, and how many lost. The file name gives way first.
func describe(o provenance.Origin, losers, width int) string {
	what := o.Layer
	place := o.Pos.String()
	if !o.Pos.IsValid() {
		place = o.Rule
	}
	lost := ""
	if losers > 0 {
		lost = fmt.Sprintf(" (%d lost)", losers)
	}
	if room := width - len(what) - 1 - len(lost); o.Pos.IsValid() && len(place) > room && room > 8 {
		place = "…" + place[len(place)-room+1:]
	}
	if place != "" {
		what += " " + place
	}
	return what + lost
}
