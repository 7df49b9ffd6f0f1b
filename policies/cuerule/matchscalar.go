package cuerule

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"unicode/utf8"

	"cuelang.org/go/cue"
)

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
