package podiff

import (
	"fmt"
	"strings"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// The ids of differences as findings: that of a change that weakens security is
// weakerPrefix and the id of the rule that says so.
const (
	changeID     = "diff"
	weakerPrefix = "diff-weaker-"
)

// A Rule is what findings of one id have in common.
type Rule struct {
	ID, Title string
	Severity  finding.Severity
}

// Rules returns the rules of all findings that Findings can return. The result is
// fresh.
func Rules() []Rule {
	rules := []Rule{{changeID, "The final Pod is not the same", finding.Info}}
	for _, w := range Weakenings() {
		rules = append(rules, Rule{weakerPrefix + w.ID, w.Doc, finding.Warning})
	}
	return rules
}

// Findings returns the changes of r as findings, in its order: a warning for one
// that weakens security, and an information for any other.
func (r *Report) Findings() finding.List {
	var l finding.List
	for _, o := range r.Objects {
		object := finding.Object{Kind: o.Kind, Name: o.Name, Stage: finding.StageFinal}
		if i := strings.LastIndexByte(o.Name, ':'); i > 0 {
			object.Package, object.Name = o.Name[:i], o.Name[i+1:]
		}
		for _, c := range o.Changes {
			f := finding.Finding{ID: changeID, Severity: finding.Info, Object: object, Path: c.Path, Message: c.sentence()}
			if at := o.origin(c.Path); at.IsValid() {
				f.Origins = []provenance.Origin{{Pos: at}}
			}
			if len(c.Weaker) > 0 {
				f.ID, f.Severity = weakerPrefix+c.Weaker[0].ID, finding.Warning
				f.Detail = "This weakens security: " + joined(c.Weaker) + "."
			}
			l = append(l, f)
		}
	}
	return l
}

// sentence says what happened to the value at c's path.
func (c Change) sentence() string {
	switch {
	case c.Path == "" && c.Kind == Added:
		return "the Pod is new"
	case c.Path == "" && c.Kind == Removed:
		return "the Pod is gone"
	case c.Kind == Added:
		return fmt.Sprintf("%s is new: %s", c.Path, short(c.New))
	case c.Kind == Removed:
		return fmt.Sprintf("%s is gone: %s", c.Path, short(c.Old))
	case c.Kind == Reordered:
		return fmt.Sprintf("the order of %s was %s and is %s", c.Path, short(c.Old), short(c.New))
	}
	return fmt.Sprintf("%s was %s and is %s", c.Path, short(c.Old), short(c.New))
}

func joined(weaker []Weakening) string {
	docs := make([]string, len(weaker))
	for i, w := range weaker {
		docs[i] = w.Doc
	}
	return strings.Join(docs, "; ")
}
