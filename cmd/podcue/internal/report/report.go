package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// A Run is what a report is made from. Formats change nothing in it.
type Run struct {
	Report *finding.Report
	// Rules are the rules that were checked, whether they found something or not.
	Rules []Rule
	// Version is podcue's own; "" when unknown.
	Version string
	// Source returns the content of a file as positions name it, nil if it cannot
	// be read. May be nil.
	Source func(file string) []byte
	// Color is whether the text format has colours.
	Color bool
	// Brief leaves out of the text format what is not a finding: waived ones and
	// the summary.
	Brief bool
}

// A Rule is what findings of one id have in common.
type Rule struct {
	ID       string
	Title    string // one line, no final period
	Doc      string // why it matters, in paragraphs; may be ""
	Help     string // how to mend it, one line; may be ""
	Severity finding.Severity
	Tags     []string // the group and the frameworks that ask for it; may be empty
}

// A Format is one form of a report.
type Format struct {
	Name string
	Doc  string // one line, no final period
	// Write prints the whole report. The error is that of the writer, or says that
	// a finding has no severity.
	Write func(w io.Writer, r *Run) error
}

// formats is sorted by name. To add one, write its file and put its variable here.
var formats = []Format{
	checkstyle,
	github,
	gitlab,
	jsonFormat,
	junit,
	markdown,
	sarif,
	tap,
	text,
}

// Formats returns the formats, sorted by name. The result is fresh.
func Formats() []Format { return slices.Clone(formats) }

// Names returns the names of the formats, sorted.
func Names() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.Name
	}
	return names
}

// Lookup returns the format called name. The error lists the formats.
func Lookup(name string) (Format, error) {
	for _, f := range formats {
		if f.Name == name {
			return f, nil
		}
	}
	return Format{}, fmt.Errorf("unknown format %q%s (formats: %s)",
		name, finding.DidYouMean(name, Names()), strings.Join(Names(), ", "))
}

// findings returns the findings of r in the order of every report.
func (r *Run) findings() finding.List {
	l := slices.Clone(r.Report.Findings)
	l.Sort()
	return l
}

// told returns the findings for people, who are told of a mistake once: those that
// say the same as another one, and less, are in that one. It has the worst
// severity of them, and what the API server says.
func (r *Run) told() finding.List {
	var l finding.List
	for _, f := range r.Report.Findings {
		if f.SameAs != "" {
			continue
		}
		for _, twin := range f.Twins {
			f = with(f, twin)
		}
		l = append(l, f)
	}
	l.Sort()
	return l
}

// with returns f with what its twin has to add.
func with(f, twin finding.Finding) finding.Finding {
	f.Severity = min(f.Severity, twin.Severity)
	f.PSS = cmp.Or(f.PSS, twin.PSS)
	f.Help = cmp.Or(f.Help, twin.Help)
	if s := twin.Server; s != nil {
		verb := "refuses it"
		if twin.Severity != finding.Error {
			verb = "warns"
		}
		f.Detail = strings.TrimSpace(f.Detail + " The API server " + verb + ": " + s.Field + ": " + strings.TrimSuffix(s.Message, ".") + ".")
	}
	return f
}

// tag names the rules that a finding is of: its own, and those of its twins.
func tag(f finding.Finding) string {
	ids := []string{f.ID}
	for _, twin := range f.Twins {
		if !slices.Contains(ids, twin.ID) {
			ids = append(ids, twin.ID)
		}
	}
	return strings.Join(ids, ", ")
}

// waived returns the waived findings of r in the order of every report.
func (r *Run) waived() []finding.Waived {
	sorted := make(finding.List, len(r.Report.Waived))
	for i, w := range r.Report.Waived {
		sorted[i] = w.Finding
	}
	sorted.Sort()
	rank := make(map[identity]int, len(sorted))
	for i, f := range sorted {
		rank[identityOf(f)] = i
	}
	all := slices.Clone(r.Report.Waived)
	slices.SortStableFunc(all, func(a, b finding.Waived) int {
		return rank[identityOf(a.Finding)] - rank[identityOf(b.Finding)]
	})
	return all
}

// identity is what the order of findings depends on.
type identity struct {
	id, message string
	severity    finding.Severity
	object      finding.Object
	path        provenance.Path
	pos         provenance.Position
}

func identityOf(f finding.Finding) identity {
	return identity{f.ID, f.Message, f.Severity, f.Object, f.Path, f.Position()}
}

// summary counts what people are told.
func (r *Run) summary(told finding.List) finding.Summary {
	shown := *r.Report
	shown.Findings = told
	return shown.Summary()
}

// summaryLine counts a report in words: "2 errors, 1 warning, 1 waived; 3
// checked".
func summaryLine(s finding.Summary) string {
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{{s.Errors, "error"}, {s.Warnings, "warning"}, {s.Infos, "info"}} {
		if p.n > 0 {
			parts = append(parts, plural(p.n, p.word))
		}
	}
	if len(parts) == 0 {
		parts = []string{"no findings"}
	}
	if s.Waived > 0 {
		parts = append(parts, fmt.Sprintf("%d waived", s.Waived))
	}
	return fmt.Sprintf("%s; %d checked", strings.Join(parts, ", "), s.Checked)
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// because says why w does not count: "waived until 2027-01-01 by storage-team:
// reason".
func because(w finding.Waived) string {
	if w.By == "baseline" {
		return "known in the baseline"
	}
	s := "waived"
	if w.Expires != "" {
		s += " until " + w.Expires
	}
	if w.Owner != "" {
		s += " by " + w.Owner
	}
	if w.Reason != "" {
		s += ": " + w.Reason
	}
	return oneLine(s)
}
