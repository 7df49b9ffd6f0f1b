package policies

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// A Waiver takes the findings of one id in one place off the list that can fail
// a run, for a reason, in somebody's name, until a day. Waived findings are
// still listed.
type Waiver struct {
	ID      string
	Target  Target
	Reason  string
	Owner   string
	Expires string // YYYY-MM-DD: the last day on which it holds
	Ticket  string // may be ""

	// Name is where the waiver stands, in the terms of whoever wrote it:
	// "waivers[0]" of the configuration, or the path of the value that an inline
	// waiver stands beside.
	Name string
	// Inline says that the waiver stands beside a value of a template, not in
	// the platform's configuration. Locked policies cannot be waived there.
	Inline bool
	// Pos is where it is written; zero if that is unknown.
	Pos provenance.Position
	// Fields are the positions of its members, by their paths below Name
	// ("expires", "target.template"). May be nil.
	Fields provenance.Map
}

// A Target says which findings a waiver covers. Its members narrow it down
// together; at least one must be set.
type Target struct {
	Template  string          // the template, and the tasks that use it; NAME or ./package:NAME
	Task      string          // the task; NAME or ./package:NAME
	Container string          // the container, in whatever role
	Path      provenance.Path // the node; it covers what is below it too
}

// ApplyWaivers parts findings into those that stand and those that waivers take
// off the list, and says what is wrong with the waivers themselves:
//
//   - a finding whose waiver has expired stands, with the fact in its detail,
//     and the waiver is a warning;
//   - a waiver of something that the run looked at and that has no finding is a
//     warning;
//   - an unknown id or target, a date that is none, and a waiver of a locked
//     policy outside of the platform's configuration are errors, and such a
//     waiver covers nothing.
//
// No argument is changed; the order of findings is kept, and the findings about
// waivers come in the order of the waivers.
func ApplyWaivers(findings finding.List, waivers []Waiver, scope *Scope) (kept finding.List, waived []finding.Waived, about finding.List) {
	states := make([]waiverState, len(waivers))
	for i := range waivers {
		states[i] = newWaiverState(&waivers[i], scope)
	}
	for _, f := range findings {
		w, expired := cover(states, f, scope)
		switch {
		case w != nil:
			waived = append(waived, finding.Waived{
				Finding: f, By: "waiver", Reason: w.Reason, Owner: w.Owner, Expires: w.Expires,
				Waiver: finding.Object{Kind: "Waiver", Name: w.Name},
			})
		case expired != nil:
			kept = append(kept, returned(f, expired))
		default:
			kept = append(kept, f)
		}
	}
	for i := range states {
		about = append(about, states[i].report(scope)...)
	}
	return kept, waived, about
}

// returned is f with the news that its waiver has expired.
func returned(f finding.Finding, w *Waiver) finding.Finding {
	note := fmt.Sprintf("A waiver of %s covered it until %s: %s.", w.Owner, w.Expires, w.Reason)
	if f.Detail != "" {
		note = f.Detail + " " + note
	}
	f.Detail = note
	return f
}

// cover returns the waiver that takes f off the list or, where there is none,
// the expired one that did.
func cover(states []waiverState, f finding.Finding, scope *Scope) (holds, expired *Waiver) {
	object := scope.find(f.Object)
	for i := range states {
		s := &states[i]
		if s.problem != nil || s.waiver.ID != f.ID || !s.waiver.Target.matches(f, object) {
			continue
		}
		s.used = true
		switch {
		case s.expired && expired == nil:
			expired = s.waiver
		case !s.expired && holds == nil:
			holds = s.waiver
		}
	}
	return holds, expired
}

// A waiverState is a waiver at work in one run.
type waiverState struct {
	waiver  *Waiver
	problem *finding.Finding // why it covers nothing
	expired bool
	used    bool
}

func newWaiverState(w *Waiver, scope *Scope) waiverState {
	s := waiverState{waiver: w, problem: w.check(scope)}
	if s.problem == nil {
		day, err := time.Parse(time.DateOnly, w.Expires)
		if err != nil {
			s.problem = w.finding(finding.Error, "expires", fmt.Sprintf("%q is not a day", w.Expires),
				"write the last day on which the waiver holds as YYYY-MM-DD")
			return s
		}
		year, month, date := scope.Today.Date()
		s.expired = time.Date(year, month, date, 0, 0, 0, 0, time.UTC).After(day)
	}
	return s
}

// check returns what makes w void, nil if nothing does.
func (w *Waiver) check(scope *Scope) *finding.Finding {
	switch {
	case !slices.Contains(scope.IDs, w.ID):
		return w.finding(finding.Error, "id", fmt.Sprintf("the waiver is for %q, which is no policy and no hazard%s", w.ID, finding.DidYouMean(w.ID, scope.IDs)),
			"name the id that stands with the finding; podcue policy list shows the policies")
	case w.Inline && slices.Contains(scope.Locked, w.ID):
		return w.finding(finding.Error, "id", fmt.Sprintf("%s is locked: a waiver beside the value does not count", w.ID),
			"ask the owner of the platform's configuration to waive it there")
	case w.Target == Target{}:
		return w.finding(finding.Error, "target", "the waiver names no target",
			"name a template, a task, a container or a path; to switch a policy off, set enabled: false for it in the configuration's policies")
	case w.Target.Template != "" && w.Target.Task != "":
		return w.finding(finding.Error, "target", "the waiver names both a template and a task",
			"name the template to cover the tasks that use it, or the task alone")
	case !scope.Partial && !slices.ContainsFunc(scope.Objects, w.Target.covers):
		return w.unknownTarget(scope)
	}
	return nil
}

func (w *Waiver) unknownTarget(scope *Scope) *finding.Finding {
	member, what, name := "target.template", "template", w.Target.Template
	if w.Target.Task != "" {
		member, what, name = "target.task", "task", w.Target.Task
	}
	if name == "" {
		return nil // nothing was checked at all, which is said elsewhere
	}
	var names []string
	add := func(pkg, object string) {
		if strings.Contains(name, ":") {
			object = pkg + ":" + object
		}
		names = append(names, object)
	}
	for _, o := range scope.Objects {
		if what == "task" && o.Kind == "Task" || what == "template" && o.isTemplate() {
			add(o.Package, o.Name)
		}
		if what == "template" && o.Template != "" {
			add(cmp.Or(o.TemplatePackage, o.Package), o.Template)
		}
	}
	return w.finding(finding.Error, provenance.Path(member), fmt.Sprintf("the waiver is for the %s %q, which does not exist%s", what, name, finding.DidYouMean(name, names)),
		"correct the name, or remove the waiver")
}

// report returns what there is to say about the waiver after the run.
func (s *waiverState) report(scope *Scope) finding.List {
	w := s.waiver
	switch {
	case s.problem != nil:
		return finding.List{*s.problem}
	case s.expired && s.used:
		return finding.List{*w.finding(finding.Warning, "expires", fmt.Sprintf("the waiver of %s for %s expired on %s", w.Owner, w.ID, w.Expires),
			"mend what it covers; if it must stay, ask "+w.Owner+" for another date")}
	case !s.used && w.looked(scope):
		return finding.List{*w.finding(finding.Warning, "", fmt.Sprintf("the waiver of %s for %s covers nothing", w.Owner, w.ID),
			"remove it, so that it does not hide the next finding; or correct its target")}
	}
	return nil
}

// looked reports whether the run looked at everything that w could cover.
func (w *Waiver) looked(scope *Scope) bool {
	if slices.Contains(scope.Idle, w.ID) {
		return false
	}
	if w.Target.Template == "" && w.Target.Task == "" {
		return !scope.Partial
	}
	return slices.ContainsFunc(scope.Objects, w.Target.covers)
}

// finding returns a finding about the member of w; "" for w as a whole.
func (w *Waiver) finding(severity finding.Severity, member provenance.Path, message, help string) *finding.Finding {
	path := provenance.Path(w.Name)
	if member != "" && !w.Inline {
		path = join(path, member)
	}
	origins := w.Fields.Deciding(member)
	if len(origins) == 0 && w.Pos.IsValid() {
		origins = []provenance.Origin{{Pos: w.Pos}}
	}
	for i := range origins {
		origins[i].Layer = provenance.LayerPolicy
	}
	return &finding.Finding{
		ID: finding.IDWaiver, Severity: severity, Object: finding.Object{Kind: "Waiver", Name: w.Name},
		Path: path, Message: message, Help: help, Origins: origins,
	}
}
