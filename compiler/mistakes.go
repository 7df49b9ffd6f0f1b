package compiler

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"

	"github.com/podcue/podcue/finding"
)

// sayUnknown speaks of a field that is not in the schema.
func (tr *translator) sayUnknown(p problem, pl place, f *finding.Finding) {
	names := known(pl.parent, pl.name)
	f.Message = fmt.Sprintf("unknown field %s%s", label(pl.name), finding.DidYouMean(pl.name, names))
	switch {
	case finding.Nearest(pl.name, names) != "":
		f.Help = fmt.Sprintf("write %s", label(finding.Nearest(pl.name, names)))
	case len(names) > 0 && len(names) <= 20:
		f.Help = "the fields here are " + strings.Join(names, ", ")
	default:
		f.Help = "remove it, or move it to where it belongs"
	}
}

// known returns the names of the fields that v may have, but for name.
func known(v cue.Value, name string) []string {
	fields, err := v.Fields(cue.Optional(true))
	if err != nil {
		return nil
	}
	var names []string
	for fields.Next() {
		if n := fields.Selector().Unquoted(); n != name {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return names
}

// sayConflict speaks of two values that one field cannot both have.
func (tr *translator) sayConflict(p problem, pl place, f *finding.Finding) {
	f.Message = fmt.Sprintf("conflicting values %s and %s", arg(p, 0), arg(p, 1))
	f.Help = "keep one of the two values; a value that others may override is a default: *value | type"
}

// sayAlternatives speaks of a value that is none of those that are allowed.
func (tr *translator) sayAlternatives(p problem, pl place, f *finding.Finding) {
	f.Message = "no alternative fits"
}

// sayRule speaks of a rule that says itself what is wrong.
func (tr *translator) sayRule(p problem, pl place, f *finding.Finding) {
	f.Message = plain(p.text)
}

func bound(b string) string { return b }

func kindOf(v string) string { return v }
