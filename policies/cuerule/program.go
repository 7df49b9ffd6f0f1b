package cuerule

import (
	"sync/atomic"

	"github.com/podcue/podcue/provenance"
)

// A program is a deny list that Go works out, as CUE would: loops, conditions and
// texts over the input, which is most of what people write. It knows no errors.
// Where a list is an error for a pod, or holds something that CUE may see in
// another way, the program gives no answer, and CUE is asked: so what goes wrong
// is said in CUE's words, and never passes.
type program struct {
	list  expr
	slots int
	// endless says that the list is too long to work out, and that nothing is
	// gained by trying again.
	endless atomic.Bool
}

// An expr works out an expression; false if it gives no answer. A reference to
// what is not there is [missing]: only a comparison with _|_ and a default take
// that for an answer.
type expr func(m *machine) (any, bool)

// Values are those of JSON as the views have them: nil, bool, int64, string,
// []any and map[string]any. Those of CUE's literals are records.

// A record is a struct that the policy itself makes.
type record map[string]any

// missing is the value of a field that is not there.
type missing struct{}

// unset marks slots of lets that nobody asked for so far.
type unset struct{}

// A machine runs one program for one pod.
type machine struct {
	views *views
	slots []any // the variables of loops, and lets
	steps int   // how many more there may be
}

const (
	// maxSteps is how many steps a program may take: some milliseconds. What
	// takes longer is left to CUE, which has a deadline.
	maxSteps = 200_000
	// stepText is how much text is another step.
	stepText = 256
	// stepsOfCall is how many steps a call is: CUE may have to do it.
	stepsOfCall = 20
	// maxText is how long a text of a program may grow.
	maxText = 1 << 20
)

// step counts one step of m, which goes through values.
func (m *machine) step(values ...any) bool {
	m.steps--
	for _, v := range values {
		switch v := v.(type) {
		case string:
			m.steps -= len(v) / stepText
		case []any:
			m.steps -= len(v)
		}
	}
	return m.steps >= 0
}

// run returns what the policy says about the pod of v; false if CUE must be asked.
func (p *program) run(v *views) ([]denial, bool) {
	if p.endless.Load() {
		return nil, false
	}
	m := &machine{views: v, slots: make([]any, p.slots), steps: maxSteps}
	for i := range m.slots {
		m.slots[i] = unset{}
	}
	value, ok := p.list(m)
	if m.steps < 0 {
		p.endless.Store(true)
	}
	elements, isList := value.([]any)
	if !ok || !isList {
		return nil, false
	}
	var denied []denial
	for _, e := range elements {
		d, ok := denialOf(e)
		if !ok {
			return nil, false
		}
		denied = append(denied, d)
	}
	return denied, true
}

// denialOf returns what readDeny makes of an element.
func denialOf(e any) (d denial, ok bool) {
	message, ok := member(e, fieldMessage).(string)
	if !ok {
		return d, false
	}
	switch path := member(e, "path").(type) {
	case missing:
	case string:
		d.path = provenance.Path(path)
	default:
		return d, false
	}
	d.message = oneLine(message)
	return d, true
}

// member returns the member name of v, or that it is missing.
func member(v any, name string) any {
	var value any
	found := false
	switch v := v.(type) {
	case map[string]any:
		value, found = v[name]
	case record:
		value, found = v[name]
	}
	if !found {
		return missing{}
	}
	return value
}

// present returns e where what is missing is no answer.
func (e expr) present() expr {
	return func(m *machine) (any, bool) {
		v, ok := e(m)
		if _, gone := v.(missing); gone {
			return nil, false
		}
		return v, ok
	}
}

// constantly is the expression of a value.
func constantly(v any) expr { return func(*machine) (any, bool) { return v, true } }

// slot is the expression of the variable in slot n.
func slot(n int) expr { return func(m *machine) (any, bool) { return m.slots[n], true } }

// once is e, which is worked out once a run and kept in slot n.
func once(n int, e expr) expr {
	return func(m *machine) (any, bool) {
		if _, first := m.slots[n].(unset); !first {
			return m.slots[n], true
		}
		v, ok := e(m)
		if ok {
			m.slots[n] = v
		}
		return v, ok
	}
}
