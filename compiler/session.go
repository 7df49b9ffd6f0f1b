package compiler

import (
	"slices"
	"sync"
	"sync/atomic"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/inject/embed"

	"github.com/podcue/podcue/provenance"
)

// maxLive is about how many templates and tasks are evaluated in one context of
// CUE's, which keeps all that was evaluated in it: some 300 kB for each of them.
// A larger module gets several contexts, one after the other.
const maxLive = 400

// An evaluation is one way in which a package was evaluated: without those of its
// templates that were taken out.
type evaluation struct {
	inst    *instance
	removed []string
	asked   []*answer // what can be asked about it later
}

// A session is the context that packages are being evaluated in. They share what
// they import.
type session struct {
	mu     sync.Mutex // held by those who ask after compiling
	ctx    *cue.Context
	roots  map[*evaluation]cue.Value
	size   int // how many templates and tasks roots have
	syntax map[*build.Instance]parents
}

// room makes sure that there is room for one more package. Values from before it
// belong to another context then.
func (s *session) room() {
	if s.ctx != nil && s.size < maxLive {
		return
	}
	s.ctx = cuecontext.New(cuecontext.WithInjection(embed.New()))
	s.roots, s.size = map[*evaluation]cue.Value{}, 0
	s.syntax = map[*build.Instance]parents{}
}

// keep keeps the value of an evaluation for as long as its context is in use.
func (s *session) keep(e *evaluation, root cue.Value) {
	s.roots[e] = root
	s.size += len(members(root, templatesField)) + len(members(root, tasksField))
}

// value returns the package as it was in the evaluation e.
func (ev *evaluator) value(e *evaluation) cue.Value {
	if root, ok := ev.roots[e]; ok {
		return root
	}
	ev.room()
	root := ev.buildWithout(e.inst, e.removed)
	ev.keep(e, root)
	return root
}

// An answer is what will be asked about an evaluation, perhaps: the positions of
// the fields of one object.
type answer struct {
	find func(root cue.Value) provenance.Map // nil once it is found
	open atomic.Pointer[func()]              // finds it; nil once it is found
	done atomic.Pointer[provenance.Map]      // nil until it is found
}

// later returns a function that finds an answer when it is first called, which
// may be in several goroutines at once. A package whose context is gone is
// evaluated once more, and then all about it is answered. Answers keep nothing of
// CUE's alive.
func (ev *evaluator) later(e *evaluation, find func(root cue.Value) provenance.Map) func() provenance.Map {
	a := &answer{find: find}
	open := func() { ev.answer(e, a) }
	a.open.Store(&open)
	e.asked = append(e.asked, a)
	return func() provenance.Map {
		if open := a.open.Load(); open != nil {
			(*open)()
		}
		return *a.done.Load()
	}
}

// answer finds a, one of those of e.
func (ev *evaluator) answer(e *evaluation, a *answer) {
	ev.mu.Lock()
	defer ev.mu.Unlock()
	if a.done.Load() != nil {
		return
	}
	wanted := []*answer{a}
	if _, live := ev.roots[e]; !live {
		wanted = e.asked
	}
	root := ev.value(e)
	for _, a := range wanted {
		if a.find == nil {
			continue
		}
		found := a.find(root)
		a.done.Store(&found)
		a.open.Store(nil)
		a.find = nil
	}
}

// buildWithout builds the package without some of its templates. Its syntax is
// as before afterwards: other packages may share it.
func (ev *evaluator) buildWithout(inst *instance, names []string) cue.Value {
	type change struct {
		in  *ast.StructLit
		was []ast.Decl
	}
	var changes []change
	defer func() {
		for _, c := range changes {
			c.in.Elts = c.was
		}
	}()
	for _, in := range inst.literals(templatesField) {
		changes = append(changes, change{in, in.Elts})
		in.Elts = slices.DeleteFunc(slices.Clone(in.Elts), func(d ast.Decl) bool {
			inner, ok := d.(*ast.Field)
			return ok && slices.ContainsFunc(names, func(n string) bool { return isLabel(inner.Label, n) })
		})
	}
	rest := *inst.Instance // CUE remembers what it made of an instance
	rest.Err = nil
	root, _ := ev.build(&instance{&rest, inst.source})
	return root
}
