package finding

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/podcue/podcue/provenance"
)

// IDs that stages share. Every other id is that of a policy or, with the prefix
// "merge-", of a hazard.
const (
	IDCUE      = "cue"      // a package does not load or evaluate
	IDSchema   = "schema"   // a value breaks podcue's schema
	IDAPI      = "api"      // the API server would refuse it, or warn
	IDWaiver   = "waiver"   // a waiver is expired, unused or wrong
	IDManifest = "manifest" // a document cannot be decoded
)

// Severity says how bad a finding is. The zero value is invalid, so that
// forgetting it is noticed.
type Severity int

// The severities, worst first.
const (
	Error Severity = iota + 1
	Warning
	Info
)

var severityNames = map[Severity]string{Error: "error", Warning: "warning", Info: "info"}

// String returns "error", "warning" or "info".
func (s Severity) String() string {
	if n, ok := severityNames[s]; ok {
		return n
	}
	return fmt.Sprintf("severity(%d)", int(s))
}

// MarshalText returns the severity's name; the zero value is an error.
func (s Severity) MarshalText() ([]byte, error) {
	if n, ok := severityNames[s]; ok {
		return []byte(n), nil
	}
	return nil, fmt.Errorf("invalid severity %d", int(s))
}

// UnmarshalText accepts the names that MarshalText gives.
func (s *Severity) UnmarshalText(text []byte) error {
	v, err := ParseSeverity(string(text))
	if err == nil {
		*s = v
	}
	return err
}

// ParseSeverity returns the severity called name.
func ParseSeverity(name string) (Severity, error) {
	for s, n := range severityNames {
		if n == name {
			return s, nil
		}
	}
	return 0, fmt.Errorf("unknown severity %q: it is error, warning or info", name)
}

// The stages of an object that a finding can be about.
const (
	StageAuthored = "authored" // the template as its author wrote it
	StageFinal    = "final"    // the Pod that the cluster will run
	StageManifest = "manifest" // a document given with -f
)

// Object names what a finding is about.
type Object struct {
	Kind    string `json:"kind"`              // PodTemplate, Task, Pod, Deployment, Config, …
	Name    string `json:"name"`              // its name; "" when it has none
	Package string `json:"package,omitempty"` // the CUE package ("./train") it was written in, from the module's root
	Module  string `json:"module,omitempty"`  // the path of the CUE module of that package
	Stage   string `json:"stage,omitempty"`   // one of the Stage constants, or ""
}

// String returns kind/name.
func (o Object) String() string {
	if o.Name == "" {
		return o.Kind
	}
	return o.Kind + "/" + o.Name
}

// PSS says which control of the Pod Security Standards asks for a finding.
type PSS struct {
	Level   string `json:"level"`   // baseline or restricted
	Version string `json:"version"` // the Kubernetes minor, "1.37"
	Control string `json:"control"` // the upstream check's id, "hostPathVolumes"
}

// Server is what the API server says, unchanged, so that it can be searched for.
type Server struct {
	Field   string `json:"field,omitempty"` // as the server spells it: spec.containers[0].image
	Message string `json:"message"`
}

// A Finding is one thing that is wrong, or one thing worth knowing.
type Finding struct {
	ID       string
	Severity Severity
	Object   Object
	Path     provenance.Path // "" when the problem has no place in the object
	Message  string          // one line, lower case, no final period, no position
	Detail   string          // what Kubernetes or Flyte would have done; may be ""
	Help     string          // how to mend it, one line; may be ""
	// Origins are the sources of the value, the deciding one first. Only those
	// with a position are printed.
	Origins []provenance.Origin
	PSS     *PSS
	Server  *Server // set for findings of the API server's verdict only
	// SameAs is the id of another finding of the run that is about the same mistake
	// and says it better, "" where there is none. Reports for people leave this one
	// out.
	SameAs string
	// Twins are the findings that have this one in SameAs. They are no part of the
	// JSON form.
	Twins List
}

// A List is the findings of a run. It is an error too: a stage that cannot go on
// returns it.
type List []Finding

// Error returns the messages of l with their first positions, a line each.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, f := range l {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// String returns "position: path: message" on one line, for logs and tests.
func (f Finding) String() string {
	var b strings.Builder
	if p := f.Position(); p.IsValid() {
		b.WriteString(p.String() + ": ")
	}
	if f.Path != "" {
		b.WriteString(string(f.Path) + ": ")
	}
	b.WriteString(f.Message)
	return b.String()
}

// Position returns the position that the finding points at, zero if it has none.
func (f Finding) Position() provenance.Position {
	for _, o := range f.Origins {
		if o.Pos.IsValid() {
			return o.Pos
		}
	}
	return provenance.Position{}
}

// Count returns how many findings have severity s.
func (l List) Count(s Severity) int {
	n := 0
	for _, f := range l {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// AtLeast reports whether l has a finding as bad as s, or worse.
func (l List) AtLeast(s Severity) bool {
	return slices.ContainsFunc(l, func(f Finding) bool { return f.Severity != 0 && f.Severity <= s })
}

// Sort orders l by file, line, column, severity, id, object and path, so that
// the same findings always come out in the same order. Findings without a
// position come last.
func (l List) Sort() {
	slices.SortStableFunc(l, compare)
}

func compare(a, b Finding) int {
	pa, pb := a.Position(), b.Position()
	if pa.IsValid() != pb.IsValid() {
		if pa.IsValid() {
			return -1
		}
		return 1
	}
	return cmp.Or(
		cmp.Compare(pa.Filename, pb.Filename), cmp.Compare(pa.Line, pb.Line), cmp.Compare(pa.Column, pb.Column),
		cmp.Compare(a.Severity, b.Severity), cmp.Compare(a.ID, b.ID),
		cmp.Compare(a.Object.Kind, b.Object.Kind), cmp.Compare(a.Object.Name, b.Object.Name),
		cmp.Compare(a.Object.Stage, b.Object.Stage), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Message, b.Message),
	)
}

// jsonFinding is the published form of a Finding.
type jsonFinding struct {
	ID        string         `json:"id"`
	Severity  Severity       `json:"severity"`
	Object    Object         `json:"object"`
	Path      string         `json:"path,omitempty"`
	Message   string         `json:"message"`
	Detail    string         `json:"detail,omitempty"`
	Positions []jsonPosition `json:"positions"`
	Help      string         `json:"help,omitempty"`
	PSS       *PSS           `json:"pss,omitempty"`
	Server    *Server        `json:"server,omitempty"`
	SameAs    string         `json:"sameAs,omitempty"`
}

type jsonPosition struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Layer  string `json:"layer,omitempty"`
}

// MarshalJSON returns the published form: id, severity, object, path, message,
// detail, positions (file, line, column, layer; those without a file are left
// out), help, pss, server, sameAs. Empty members are left out, but positions is always a
// list.
func (f Finding) MarshalJSON() ([]byte, error) {
	j := jsonFinding{
		ID: f.ID, Severity: f.Severity, Object: f.Object, Path: string(f.Path),
		Message: f.Message, Detail: f.Detail, Help: f.Help, PSS: f.PSS, Server: f.Server, SameAs: f.SameAs, Positions: []jsonPosition{},
	}
	for _, o := range f.Origins {
		if o.Pos.IsValid() {
			j.Positions = append(j.Positions, jsonPosition{o.Pos.Filename, o.Pos.Line, o.Pos.Column, o.Layer})
		}
	}
	return json.Marshal(j)
}

// UnmarshalJSON reads what MarshalJSON writes; rules and values of origins are
// not part of it.
func (f *Finding) UnmarshalJSON(data []byte) error {
	var j jsonFinding
	if err := json.Unmarshal(data, &j); err != nil {
		return err
	}
	*f = Finding{
		ID: j.ID, Severity: j.Severity, Object: j.Object, Path: provenance.Path(j.Path),
		Message: j.Message, Detail: j.Detail, Help: j.Help, PSS: j.PSS, Server: j.Server, SameAs: j.SameAs,
	}
	for _, p := range j.Positions {
		f.Origins = append(f.Origins, provenance.Origin{
			Layer: p.Layer, Pos: provenance.Position{Filename: p.File, Line: p.Line, Column: p.Column},
		})
	}
	return nil
}
