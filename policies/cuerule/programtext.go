package cuerule

import (
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"
	cueliteral "cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/token"
)

func (c *programmer) basic(e *ast.BasicLit) expr {
	switch e.Kind {
	case token.STRING:
		if s, ok := text(e); ok {
			return constantly(s)
		}
	case token.INT:
		if n, ok := decimal(e.Value); ok {
			return constantly(n)
		}
	case token.TRUE:
		return constantly(true)
	case token.FALSE:
		return constantly(false)
	case token.NULL:
		return constantly(nil)
	}
	return nil
}

// text returns the text that a literal is.
func text(e *ast.BasicLit) (string, bool) {
	if e.Kind != token.STRING {
		return "", false
	}
	info, _, _, err := cueliteral.ParseQuotes(e.Value, e.Value)
	if err != nil || !info.IsDouble() {
		return "", false
	}
	s, err := cueliteral.Unquote(e.Value)
	return s, err == nil
}

func (c *programmer) interpolation(e *ast.Interpolation, s *scope) expr {
	var parts []expr
	first, last := e.Quotes()
	info, prefix, _, err := cueliteral.ParseQuotes(first.Value, last.Value)
	if err != nil || !info.IsDouble() {
		return nil
	}
	for i, elt := range e.Elts {
		if i%2 == 1 {
			x := c.value(elt, s)
			if x == nil {
				return nil
			}
			parts = append(parts, x)
			continue
		}
		l, ok := elt.(*ast.BasicLit)
		if !ok || len(l.Value) < prefix {
			return nil
		}
		text, err := info.Unquote(l.Value[prefix:])
		if err != nil {
			return nil
		}
		parts, prefix = append(parts, constantly(text)), 1
	}
	return func(m *machine) (any, bool) {
		var b strings.Builder
		for _, p := range parts {
			v, ok := p(m)
			if !ok {
				return nil, false
			}
			text, ok := shown(v)
			if !ok || !m.step(text) || b.Len()+len(text) > maxText {
				return nil, false
			}
			b.WriteString(text)
		}
		return b.String(), true
	}
}

// decimal returns the number that s is, in decimal digits alone.
func decimal(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && strconv.FormatInt(n, 10) == s
}

// shown returns how an interpolation shows v.
func shown(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}
