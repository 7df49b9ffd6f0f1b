// Package explanation says of a final Pod where its values came from: of one
// field the winner, the losers and the rule, or of the whole Pod an origin for
// every line.
package explanation

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// A Subject is a finished object with its provenance.
type Subject struct {
	Object  finding.Object
	Profile string // the merge that made it
	Pod     map[string]any
	Fields  provenance.Map
	Hazards finding.List // of the merge; those about a field are told with it
	// Source returns the content of a file, nil if it cannot be read. May be nil.
	Source func(file string) []byte
}

// A Field is the explanation of one node of a Pod.
type Field struct {
	Path    provenance.Path
	Value   any
	Origins []provenance.Origin // the winner first, then the losers, the strongest first
	// Parts says that the node has no origin of its own: Origins are those of what
	// is in it, and none of them lost.
	Parts   bool
	Hazards finding.List
	// Hidden is the element that counts in place of the one that Path leads
	// through, because a container's last variable of a name wins; "" for none.
	Hidden provenance.Path
}

// UnknownFieldError says that the Pod has no such field.
type UnknownFieldError struct {
	Path    provenance.Path
	Parent  provenance.Path // the deepest node on the way that is there
	Nearest provenance.Path // a field that may be meant; "" if none is near
	Setters []string        // what could set it
}

func (e *UnknownFieldError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the Pod has no %s", e.Path)
	if e.Nearest != "" {
		fmt.Fprintf(&b, "; did you mean %s?", e.Nearest)
	}
	if e.Nearest == "" && len(e.Setters) == 0 {
		b.WriteString("\nhelp: Kubernetes knows no such field of a Pod")
	}
	if len(e.Setters) > 0 {
		fmt.Fprintf(&b, "\nhelp: nobody sets it; it would come from %s", strings.Join(e.Setters, ", "))
	}
	return b.String()
}

// Explain returns the explanation of the node that path addresses, which may be
// written with indices or keys. The error is an [*UnknownFieldError].
func (s *Subject) Explain(path provenance.Path) (*Field, error) {
	at, value, ok := provenance.Resolve(s.Pod, path)
	if !ok {
		return nil, s.unknown(path, at)
	}
	f := &Field{Path: at, Value: value, Origins: slices.Clone(s.Fields[at]), Hidden: s.hiddenBy(at)}
	if len(f.Origins) == 0 {
		f.Origins = s.below(at, value)
		f.Parts = len(f.Origins) > 0
	}
	if len(f.Origins) == 0 {
		f.Origins = slices.Clone(s.Fields.Nearest(at))
	}
	slices.Reverse(f.Origins)
	for _, h := range s.Hazards {
		if h.Path.Under(at) || h.Path != "" && at.Under(h.Path) {
			f.Hazards = append(f.Hazards, h)
		}
	}
	return f, nil
}

// hiddenBy returns the last variable of the name that the one on the way to at
// has, if that is another one.
func (s *Subject) hiddenBy(at provenance.Path) provenance.Path {
	for p := at; p != ""; p = p.Parent() {
		segs := p.Segments()
		if len(segs) < 2 || segs[len(segs)-2].Name != "env" || segs[len(segs)-1].Kind == provenance.Field {
			continue
		}
		_, element, _ := provenance.Resolve(s.Pod, p)
		_, list, _ := provenance.Resolve(s.Pod, p.Parent())
		elements, _ := list.([]any)
		paths := provenance.ElementPaths(p.Parent(), "env", elements)
		for i := len(elements) - 1; i >= 0; i-- {
			if name(elements[i]) == name(element) {
				if paths[i] == p {
					return ""
				}
				return paths[i]
			}
		}
	}
	return ""
}

// name is the name of a list's element.
func name(element any) any {
	m, _ := element.(map[string]any)
	return m["name"]
}

// below returns the origins of the leaves under a node that has none of its own,
// each source once.
func (s *Subject) below(at provenance.Path, value any) []provenance.Origin {
	var origins []provenance.Origin
	for p := range provenance.LeavesBelow(at, value) {
		if o, ok := s.Fields.Winner(p); ok {
			o.Value = ""
			if !slices.Contains(origins, o) {
				origins = append(origins, o)
			}
		}
	}
	slices.Reverse(origins)
	return origins
}

func (s *Subject) unknown(path, parent provenance.Path) error {
	e := &UnknownFieldError{Path: path, Parent: parent}
	wanted := parent // path, with keys in place of indices as far as it is there
	for _, seg := range path.Segments()[len(parent.Segments()):] {
		wanted = join(wanted, seg)
	}
	ok, nearest := spelled(wanted)
	if ok {
		e.Setters = []string{"the template (podSpec, labels, annotations)", "the base PodTemplate", "the plugins.k8s configuration"}
		if segs := path.Segments(); segs[len(segs)-1].Kind == provenance.Field {
			return e
		}
	}
	if e.Nearest = nearest; nearest == "" || nearest == parent {
		e.Nearest = s.nearest(wanted)
	}
	return e
}

// nearest returns the field of the Pod whose path is most like p.
func (s *Subject) nearest(p provenance.Path) provenance.Path {
	var names []string
	for name := range provenance.Walk(s.Pod) {
		names = append(names, string(name))
	}
	return provenance.Path(finding.Nearest(string(p), names))
}

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
