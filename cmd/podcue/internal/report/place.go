package report

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// homeless is the file that formats which cannot do without one name for a
// finding without a position: where a module is configured.
const homeless = "podcue.cue"

// place returns the position of f for formats that cannot do without a file and a
// line.
func place(f finding.Finding) provenance.Position {
	p := f.Position()
	if !p.IsValid() {
		p = provenance.Position{Filename: homeless}
	}
	p.Line = max(p.Line, 1)
	return p
}

// others returns the origins of f that have a position, but for the first one,
// each position once.
func others(f finding.Finding) []provenance.Origin {
	var out []provenance.Origin
	seen := map[provenance.Position]bool{f.Position(): true}
	for _, o := range f.Origins {
		if o.Pos.IsValid() && !seen[o.Pos] {
			seen[o.Pos] = true
			out = append(out, o)
		}
	}
	return out
}

// layer returns the layer of the position that f points at.
func layer(f finding.Finding) string {
	for _, o := range f.Origins {
		if o.Pos.IsValid() {
			return o.Layer
		}
	}
	return ""
}

// subject names what f is about: "PodTemplate ./train:gpu (final)".
func subject(o finding.Object) string {
	s := o.Kind
	name := o.Name
	if o.Package != "" {
		name = o.Package + ":" + o.Name
	}
	if name != "" {
		s = strings.TrimSpace(s + " " + name)
	}
	if o.Stage != "" && o.Stage != finding.StageManifest {
		s = strings.TrimSpace(s + " (" + o.Stage + ")")
	}
	return oneLine(s)
}

// where names the subject of f and the path in it.
func where(f finding.Finding) string {
	parts := []string{subject(f.Object), oneLine(string(f.Path))}
	return strings.Trim(strings.Join(parts, ": "), ": ")
}

// oneLine returns s on one line that does nothing to a terminal: control
// characters and what is not UTF-8 are written as escapes, line breaks as spaces.
func oneLine(s string) string {
	if isTame(s) {
		return s
	}
	var b strings.Builder
	for i, w := 0, 0; i < len(s); i += w {
		var r rune
		r, w = utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\n' || r == '\t':
			b.WriteByte(' ')
		case r == '\r':
		case r == utf8.RuneError && w == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case isControl(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func isTame(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, isControl)
}

// isControl reports whether r steers what shows it: the control characters, line
// and paragraph separators, and those that reorder text.
func isControl(r rune) bool {
	return r < 0x20 || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 ||
		r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0xfeff
}

// sources are the lines of the files that a report quotes. Findings come file by
// file, so that a few files are all that is kept.
type sources struct {
	read  func(string) []byte
	lines map[string][]string
}

func (r *Run) sources() *sources {
	return &sources{read: r.Source, lines: map[string][]string{}}
}

// maxSources is how many files sources keep.
const maxSources = 32

// line returns the line at p, and whether there is one.
func (s *sources) line(p provenance.Position) (string, bool) {
	if s.read == nil || p.Line < 1 {
		return "", false
	}
	lines, ok := s.lines[p.Filename]
	if !ok {
		if len(s.lines) >= maxSources {
			clear(s.lines)
		}
		if data := s.read(p.Filename); data != nil {
			lines = strings.Split(string(data), "\n")
		}
		s.lines[p.Filename] = lines
	}
	if p.Line > len(lines) {
		return "", false
	}
	return strings.TrimSuffix(lines[p.Line-1], "\r"), true
}

// column returns the column of p in characters; 0 where it is unknown. Positions
// count bytes; where the source cannot be read, that has to do.
func (s *sources) column(p provenance.Position) int {
	line, ok := s.line(p)
	if !ok || p.Column < 1 || p.Column > len(line)+1 {
		return p.Column
	}
	return utf8.RuneCountInString(line[:p.Column-1]) + 1
}

// fingerprints returns the fingerprint of each finding, made different where two
// have the same, since their readers drop the second.
func fingerprints(l finding.List) []string {
	out := make([]string, len(l))
	seen := map[string]int{}
	for i, f := range l {
		fp := f.Fingerprint()
		if seen[fp]++; seen[fp] > 1 {
			out[i] = fmt.Sprintf("%s-%d", fp, seen[fp])
		} else {
			out[i] = fp
		}
	}
	return out
}
