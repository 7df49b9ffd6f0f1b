package cuerule

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strconv"
	"sync"
	"time"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/errors"
	cuejson "cuelang.org/go/encoding/json"
)

// An evaluator evaluates CUE for the policies of one package. CUE values may be
// used by several goroutines, so it needs no lock.
type evaluator struct {
	ctx     *cue.Context
	timeout time.Duration
	encoded memo[cue.Value]
}

// encode returns v, a value in generic JSON form, as a CUE value. Policies look
// at the same values, one after another.
func (e *evaluator) encode(v any) cue.Value {
	return e.encoded.get(v, func() cue.Value { return e.value(v) })
}

// value returns v, a value in generic JSON form, as it would be if it stood in a
// CUE file. What Context.Encode makes is not the same to CUE v0.17.1: where it is
// filled in for _, a reference into it that is unified with what it conflicts with
// is not an error.
func (e *evaluator) value(v any) cue.Value {
	data, err := json.Marshal(v)
	if err != nil {
		return e.ctx.Encode(v) // an error, too
	}
	x, err := cuejson.Extract("", data)
	if err != nil {
		return e.ctx.Encode(v)
	}
	return e.ctx.BuildExpr(x)
}

// try calls f within the deadline. What goes wrong is thrown to the policy's
// check, which reports it; see rule.run.
func (e *evaluator) try(f func()) {
	if failed := within(e.timeout, f); failed != nil {
		panic(failed)
	}
}

// evaluated is a shape that CUE itself decides.
type evaluated struct {
	eval  *evaluator
	shape cue.Value
	known memo[[]miss]
}

func (e *evaluated) match(v any) bool { return len(e.misses(v)) == 0 }

func (e *evaluated) misses(v any) []miss {
	return cloneMisses(e.known.get(v, func() []miss {
		var misses []miss
		var undecided *failure
		e.eval.try(func() { misses, undecided = e.evaluate(v) })
		if undecided != nil {
			panic(undecided)
		}
		return misses
	}))
}

// evaluate returns what keeps v from the shape, or that the shape does not say.
func (e *evaluated) evaluate(v any) ([]miss, *failure) {
	unified := e.eval.encode(v).Unify(e.shape)
	err := unified.Validate(cue.Concrete(true))
	if err == nil {
		return nil, nil
	}
	conflict := unified.Validate() != nil
	prefix := len(e.shape.Path().Selectors())
	var misses []miss
	for _, one := range errors.Errors(err) {
		text := messageOf(one)
		switch {
		case text == notPresent:
			text = "is not set"
		case !conflict:
			return nil, &failure{
				message: "a shape has no value for an item", err: one,
				help: "it refers to a field that the item does not have: take only items that have it, when: field!: _",
			}
		default:
			text = "is not as required: " + text
		}
		misses = append(misses, miss{steps: stepsOf(v, one.Path(), prefix), text: text})
	}
	return misses, nil
}

// stepsOf returns the steps from v along path, which an error of CUE names. CUE
// prefixes paths with that of the shape, or not.
func stepsOf(v any, path []string, prefix int) []step {
	for _, skip := range []int{0, prefix} {
		if skip > len(path) {
			break
		}
		if steps, ok := follow(v, path[skip:]); ok {
			return steps
		}
	}
	return nil
}

// follow returns the steps from v along path; the last one may lead to what does
// not exist.
func follow(v any, path []string) (steps []step, ok bool) {
	for i, name := range path {
		if unquoted, err := strconv.Unquote(name); err == nil {
			name = unquoted
		}
		switch at := v.(type) {
		case map[string]any:
			next, there := at[name]
			if !there && i < len(path)-1 {
				return nil, false
			}
			steps, v = append(steps, step{name: name}), next
		case []any:
			n, err := strconv.Atoi(name)
			if err != nil || n < 0 || n >= len(at) {
				return nil, false
			}
			steps, v = append(steps, step{index: n}), at[n]
		default:
			return nil, false
		}
	}
	return steps, true
}

func cloneMisses(misses []miss) []miss {
	c := slices.Clone(misses)
	for i := range c {
		c[i].steps = slices.Clone(c[i].steps)
	}
	return c
}

// memoLimit bounds a memo: pods repeat most of their items, and those that do
// not shall not fill the memory.
const memoLimit = 4096

// A memo remembers what was made of a value in generic JSON form.
type memo[T any] struct {
	mu    sync.Mutex
	known map[[sha256.Size]byte]T
}

// get returns what build returned for a value equal to v. It may be called by
// several goroutines; build may then run more than once.
func (m *memo[T]) get(v any, build func() T) T {
	data, err := json.Marshal(v)
	if err != nil {
		return build()
	}
	return m.at(sha256.Sum256(data), build)
}

func (m *memo[T]) at(key [sha256.Size]byte, build func() T) T {
	m.mu.Lock()
	t, ok := m.known[key]
	m.mu.Unlock()
	if ok {
		return t
	}
	t = build()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil || len(m.known) >= memoLimit {
		m.known = map[[sha256.Size]byte]T{}
	}
	m.known[key] = t
	return t
}
