package cuerule

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"unicode/utf8"

	"cuelang.org/go/cue"
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

// kindMatcher matches the values of some kinds.
type kindMatcher cue.Kind

func (k kindMatcher) match(v any) bool { return kindOf(v)&cue.Kind(k) != 0 }

func (k kindMatcher) misses(v any) []miss {
	if k.match(v) {
		return nil
	}
	return missed("is %s, not of type %v", display(v), cue.Kind(k))
}

// constant matches one scalar.
type constant struct{ value any }

func (c *constant) match(v any) bool { return v == c.value }

func (c *constant) misses(v any) []miss {
	if c.match(v) {
		return nil
	}
	return missed("is %s, not %s", display(v), display(c.value))
}

// expression matches strings by a regular expression.
type expression struct {
	re     *regexp.Regexp
	negate bool
}

func (e *expression) match(v any) bool {
	s, ok := v.(string)
	return ok && e.re.MatchString(s) != e.negate
}

func (e *expression) misses(v any) []miss {
	switch {
	case e.match(v):
		return nil
	case e.negate:
		return missed("is %s, which matches %s", display(v), e.re)
	}
	return missed("is %s, which does not match %s", display(v), e.re)
}

// length matches lists by the number of their elements, or strings by that of
// their characters.
type length struct {
	kind        cue.Kind
	least, most int64
	name        string // of what is counted
}

func (l *length) match(v any) bool {
	n := int64(-1)
	switch v := v.(type) {
	case string:
		if l.kind == cue.StringKind {
			n = int64(utf8.RuneCountInString(v))
		}
	case []any:
		if l.kind == cue.ListKind {
			n = int64(len(v))
		}
	}
	return n >= 0 && n >= l.least && n <= l.most
}

func (l *length) misses(v any) []miss {
	switch {
	case l.match(v):
		return nil
	case kindOf(v) != l.kind:
		return missed("is %s, not of type %v", display(v), l.kind)
	case l.least > 0:
		return missed("has fewer than %d %s", l.least, l.name)
	}
	return missed("has more than %d %s", l.most, l.name)
}

// bound matches numbers, or strings, on one side of a value.
type bound struct {
	op    cue.Op
	value any // int64, float64 or string; nil for !=null
}

func (b *bound) match(v any) bool {
	if b.value == nil { // only with !=
		return v != nil
	}
	c, ok := compare(v, b.value)
	if !ok {
		return false
	}
	switch b.op {
	case cue.LessThanOp:
		return c < 0
	case cue.LessThanEqualOp:
		return c <= 0
	case cue.GreaterThanOp:
		return c > 0
	case cue.GreaterThanEqualOp:
		return c >= 0
	}
	return c != 0
}

func (b *bound) misses(v any) []miss {
	if b.match(v) {
		return nil
	}
	return missed("is %s, not %v%s", display(v), b.op, display(b.value))
}

// compare orders two numbers or two strings; ok is false for anything else.
func compare(a, b any) (c int, ok bool) {
	switch b := b.(type) {
	case string:
		a, ok := a.(string)
		return cmpOrdered(a, b), ok
	case int64:
		switch a := a.(type) {
		case int64:
			return cmpOrdered(a, b), true
		case float64:
			return cmpOrdered(a, float64(b)), true
		}
	case float64:
		switch a := a.(type) {
		case int64:
			return cmpOrdered(float64(a), b), true
		case float64:
			return cmpOrdered(a, b), true
		}
	}
	return 0, false
}

func cmpOrdered[T int64 | float64 | string](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// kindOf returns the kind of a generic JSON value.
func kindOf(v any) cue.Kind {
	switch v.(type) {
	case nil:
		return cue.NullKind
	case bool:
		return cue.BoolKind
	case string:
		return cue.StringKind
	case int64:
		return cue.IntKind
	case float64:
		return cue.FloatKind
	case []any:
		return cue.ListKind
	}
	return cue.StructKind
}

// display returns a scalar as a reader of YAML would write it, and names the
// kind of anything else.
func display(v any) string {
	switch v := v.(type) {
	case string:
		return strconv.Quote(v)
	case float64:
		if v == math.Trunc(v) {
			return strconv.FormatFloat(v, 'f', 1, 64)
		}
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	case nil:
		return "null"
	}
	return fmt.Sprint(v)
}

// joinOr returns "a, b or c".
func joinOr(names []string) string {
	out := ""
	for i, n := range names {
		switch {
		case i > 0 && i == len(names)-1:
			out += " or "
		case i > 0:
			out += ", "
		}
		out += n
	}
	return out
}
