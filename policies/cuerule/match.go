package cuerule

import (
	"fmt"
	"slices"
)

// A matcher decides whether a value in generic JSON form (integers as int64) has
// a shape, as CUE would: the value unified with the shape is complete and
// without conflict.
type matcher interface {
	// match reports whether v has the shape.
	match(v any) bool
	// misses returns what keeps v from having it; none if it has it.
	misses(v any) []miss
}

// A miss is one reason why a value does not have a shape.
type miss struct {
	steps []step // where, from the value
	text  string // why, in words: "is false, not true"
}

// missed is a miss at the value itself.
func missed(format string, args ...any) []miss {
	return []miss{{text: fmt.Sprintf(format, args...)}}
}

// below returns the misses as seen from one step above.
func below(s step, misses []miss) []miss {
	for i := range misses {
		misses[i].steps = slices.Insert(misses[i].steps, 0, s)
	}
	return misses
}

// anything matches every value: the presence test.
type anything struct{}

func (anything) match(any) bool    { return true }
func (anything) misses(any) []miss { return nil }

// nothing matches no value: a field that must not be there.
type nothing struct{}

func (nothing) match(any) bool    { return false }
func (nothing) misses(any) []miss { return missed("must not be set") }

// A structMatcher matches objects by their fields; other fields are free.
type structMatcher struct{ fields []fieldMatcher }

type fieldMatcher struct {
	name   string
	marker marker
	shape  matcher
}

// A marker says what the absence of a field means.
type marker int

const (
	regular  marker = iota // name: an absent field is unified with nothing
	optional               // name?: an absent field is in order
	required               // name!: an absent field is not
)

func (s *structMatcher) match(v any) bool {
	m, ok := v.(map[string]any)
	if !ok {
		return false
	}
	for i := range s.fields {
		f := &s.fields[i]
		value, ok := m[f.name]
		switch {
		case ok && f.shape.match(value), !ok && f.marker == optional:
		case !ok && f.marker == regular && f.shape.match(map[string]any{}):
		default:
			return false
		}
	}
	return true
}

func (s *structMatcher) misses(v any) []miss {
	m, ok := v.(map[string]any)
	if !ok {
		return missed("is %s, not an object", display(v))
	}
	var all []miss
	for _, f := range s.fields {
		value, ok := m[f.name]
		switch {
		case ok:
			all = append(all, below(step{name: f.name}, f.shape.misses(value))...)
		case f.marker == required:
			all = append(all, below(step{name: f.name}, missed("is not set"))...)
		case f.marker == regular:
			all = append(all, below(step{name: f.name}, f.shape.misses(map[string]any{}))...)
		}
	}
	return all
}

// An eachMatcher matches lists by their elements.
type eachMatcher struct{ elem matcher }

func (e *eachMatcher) match(v any) bool {
	l, ok := v.([]any)
	return ok && !slices.ContainsFunc(l, func(v any) bool { return !e.elem.match(v) })
}

func (e *eachMatcher) misses(v any) []miss {
	l, ok := v.([]any)
	if !ok {
		return missed("is %s, not a list", display(v))
	}
	var all []miss
	for i, v := range l {
		all = append(all, below(step{index: i}, e.elem.misses(v))...)
	}
	return all
}

// allOf matches what all of its matchers match.
type allOf []matcher

func (a allOf) match(v any) bool {
	return !slices.ContainsFunc(a, func(m matcher) bool { return !m.match(v) })
}

func (a allOf) misses(v any) []miss {
	var all []miss
	for _, m := range a {
		all = append(all, m.misses(v)...)
	}
	return all
}

// anyOf matches what one of its matchers matches. Deviation: where several do,
// CUE cannot say which it is and calls the value incomplete.
type anyOf []matcher

func (a anyOf) match(v any) bool {
	return slices.ContainsFunc(a, func(m matcher) bool { return m.match(v) })
}

// misses blames the value as a whole, unless there is one field that keeps it
// from every alternative.
func (a anyOf) misses(v any) []miss {
	if a.match(v) {
		return nil
	}
	if len(a) == 0 {
		return missed("is %s, and nothing is allowed", display(v))
	}
	var one []miss
	for i, m := range a {
		misses := m.misses(v)
		if len(misses) != 1 || len(misses[0].steps) == 0 || i > 0 && !slices.Equal(one[0].steps, misses[0].steps) {
			return missed("%s", a.text(v))
		}
		if i == 0 {
			one = misses
		}
	}
	one[0].text = "is none of what is allowed"
	return one
}

func (a anyOf) text(v any) string {
	var names []string
	for _, m := range a {
		c, ok := m.(*constant)
		if !ok {
			return "is " + display(v) + ", which is none of what is allowed"
		}
		names = append(names, display(c.value))
	}
	return "is " + display(v) + ", which is none of " + joinOr(names)
}
