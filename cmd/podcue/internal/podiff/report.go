package podiff

import (
	"fmt"
	"io"
	"strings"

	"github.com/podcue/podcue/provenance"
)

// A Report is the comparison of two sets of final Pods.
type Report struct {
	From, To string // what was compared: revisions, directories, profiles
	Compared int    // how many objects there are on both sides together
	Objects  []Object
}

// An Object is one task, template or manifest that is not the same on both
// sides.
type Object struct {
	Kind, Name string // Name may have its package: ./train:gpu
	Status     Kind   // Added, Removed or Changed
	Changes    []Change
	// Origin gives where the value of a changed path was written, the zero
	// position if unknown. It may be nil.
	Origin func(provenance.Path) provenance.Position
}

// origin is Origin where there is one.
func (o Object) origin(p provenance.Path) provenance.Position {
	if o.Origin == nil {
		return provenance.Position{}
	}
	return o.Origin(p)
}

// A Summary counts a report.
type Summary struct {
	Added   int `json:"added"`
	Changed int `json:"changed"`
	Removed int `json:"removed"`
	Weaker  int `json:"weaker"` // changes that weaken security
}

// Summary returns the counts of r.
func (r *Report) Summary() Summary {
	var s Summary
	for _, o := range r.Objects {
		switch o.Status {
		case Added:
			s.Added++
		case Removed:
			s.Removed++
		default:
			s.Changed++
		}
		for _, c := range o.Changes {
			if len(c.Weaker) > 0 {
				s.Weaker++
			}
		}
	}
	return s
}

// String returns the counts in words.
func (s Summary) String() string {
	return fmt.Sprintf("%d added, %d changed, %d removed; %d security-relevant", s.Added, s.Changed, s.Removed, s.Weaker)
}

// A Format prints a report.
type Format struct {
	Name, Doc string
	Write     func(w io.Writer, r *Report, color bool) error
}

// formats lists the formats, sorted by name. To add one, write its file and put
// it here.
var formats = []Format{jsonFormat, markdownFormat, textFormat}

// Formats returns the formats, sorted by name.
func Formats() []Format { return formats }

// Names returns the names of the formats, sorted.
func Names() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.Name
	}
	return names
}

// Lookup returns the format called name.
func Lookup(name string) (Format, error) {
	for _, f := range formats {
		if f.Name == name {
			return f, nil
		}
	}
	return Format{}, fmt.Errorf("unknown report format %q for diff: there are %s", name, strings.Join(Names(), ", "))
}

// signed returns the value side of a change: what is there, or what became of it.
func (c Change) signed() string {
	switch c.Kind {
	case Added:
		return short(c.New)
	case Removed:
		return short(c.Old)
	}
	return short(c.Old) + " -> " + short(c.New)
}

// shown is how long a value may be in a line of text.
const shown = 100

func short(v any) string {
	s := provenance.JSON(v)
	if len(s) > shown {
		s = strings.ToValidUTF8(s[:shown], "") + "…"
	}
	return s
}
