package compiler

import (
	"slices"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/errors"

	"github.com/podcue/podcue/finding"
)

// To CUE, a struct with a broken field is broken as a whole, and so is everything
// that refers into it: one bad template takes the tasks of all the others with
// it. So a package is evaluated in rounds. What compiles is kept; templates that
// have mistakes of their own are reported and taken out; and what failed only
// because of them is tried again without them.

// maxRounds bounds the rounds: each but the first costs an evaluation.
const maxRounds = 4

// rounds is the evaluation of one package.
type rounds struct {
	*evaluator
	*evaluation
	pkg *Package
}

// run decodes the templates and tasks into the package, and returns the findings
// of those that have mistakes.
func (r *rounds) run(tr *translator, templates, tasks []member) finding.List {
	if len(templates)+len(tasks) == 0 {
		return tr.misnamed()
	}
	var found finding.List
	for n := 1; ; n++ {
		var broken, again []string
		retry := func(field string, m member, list finding.List, own bool) {
			switch {
			case own && field == templatesField:
				broken = append(broken, m.name)
				found = append(found, list...)
			case own:
				found = append(found, list...)
			default:
				again = append(again, field+"."+m.name)
			}
		}
		for _, m := range templates {
			if t, list, own := r.template(tr, m); t != nil {
				r.pkg.Templates = append(r.pkg.Templates, t)
				r.templates[templateKey{canonical(r.inst.ImportPath), m.name}] = t
			} else {
				retry(templatesField, m, list, own)
			}
		}
		for _, m := range tasks {
			if t, list, own := r.task(tr, m); t != nil {
				r.pkg.Tasks = append(r.pkg.Tasks, t)
				found = append(found, r.await(t, m)...)
			} else {
				retry(tasksField, m, list, own)
			}
		}
		if len(again) == 0 || len(broken) == 0 || n == maxRounds {
			return append(found, r.inherited(tr, append(r.left(tr.root, templatesField, again), r.left(tr.root, tasksField, again)...))...)
		}
		r.evaluation = &evaluation{inst: r.inst, removed: slices.Concat(r.removed, broken)}
		root := r.value(r.evaluation)
		tr = newTranslator(r.evaluator, r.inst, root)
		tr.removed = r.removed
		templates, tasks = r.left(root, templatesField, again), r.left(root, tasksField, again)
	}
}

// left returns those members of the package's field that are to be tried again.
func (r *rounds) left(root cue.Value, field string, again []string) []member {
	return slices.DeleteFunc(members(root, field), func(m member) bool { return !slices.Contains(again, field+"."+m.name) })
}

// inherited returns the findings that explain why the members failed, whose
// mistakes are not their own: those of what they refer to, in this package or in
// another one.
func (r *rounds) inherited(tr *translator, members []member) finding.List {
	var found finding.List
	for _, m := range members {
		for _, e := range errors.Errors(m.value.Validate(cue.Concrete(true), cue.Final())) {
			found = append(found, tr.of(e).translate(e)...)
		}
	}
	return found
}

// await notes that the task's template is still to be found. One that is written
// in the task is decoded now, while it is evaluated.
func (r *rounds) await(t *Task, m member) (found finding.List) {
	v := m.value.LookupPath(cue.MakePath(cue.Str(podTemplateField)))
	if !v.Exists() {
		return nil
	}
	p := pendingTask{
		task: t, pkg: r.pkg, refers: r.reference(v), evaluation: r.evaluation,
		at: cue.MakePath(cue.Str(tasksField), cue.Str(m.name), cue.Str(podTemplateField)),
	}
	if p.refers.in == nil {
		if found = r.decodeOwn(&p); found != nil {
			return found
		}
	}
	r.pending = append(r.pending, p)
	return nil
}

// check returns the findings of a member that has mistakes, and whether they are
// its own.
func (r *rounds) check(tr *translator, field string, m member) (list finding.List, own, ok bool) {
	err := m.value.Validate(cue.Concrete(true), cue.Final())
	if err == nil {
		return nil, false, true
	}
	var mine errors.Error
	for _, e := range errors.Errors(err) {
		path := e.Path()
		format, args := e.Msg()
		if format == formatNoField && len(args) == 1 && slices.Contains(r.removed, unquoted(toString(args[0]))) {
			own = true // reported with the template that it refers to
			continue
		}
		if len(path) < 2 || path[0] == field && unquoted(path[1]) == m.name || path[0] != templatesField {
			own = true
			mine = errors.Append(mine, e)
		}
	}
	if mine == nil {
		return nil, own, false
	}
	kind := kindTask
	if field == templatesField {
		kind = kindTemplate
	}
	problems := tr.complete(distinct(tr.problems(mine)), kind, []string{field, label(m.name)}, m.value)
	return tr.findings(problems), true, false
}
