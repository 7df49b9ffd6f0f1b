package cuerule

import (
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

// A limit reports whether a scalar is within what it is unified with, and whether
// it can tell.
type limit func(m *machine, v any) (fits, ok bool)

// limit compiles what a scalar is unified with: a literal, a type, a comparison,
// or several of them. A reference is none, since it may be a default.
func (c *programmer) limit(e ast.Expr, s *scope) limit {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return c.limit(e.X, s)
	case *ast.BasicLit:
		if x := c.basic(e); x != nil {
			return compared(x, unifies)
		}
	case *ast.Ident:
		if _, declared := s.look(e.Name); !declared {
			return kindLimit(e.Name)
		}
	case *ast.UnaryExpr:
		if x, op := c.value(e.X, s), operator(e.Op); x != nil && op != nil && e.Op != token.SUB && e.Op != token.ADD {
			return compared(x, func(v, with any) (any, bool) { return bounded(op, v, with) })
		}
	case *ast.BinaryExpr:
		x, y := c.limit(e.X, s), c.limit(e.Y, s)
		if x == nil || y == nil || e.Op != token.AND && e.Op != token.OR {
			return nil
		}
		return func(m *machine, v any) (bool, bool) {
			a, ok := x(m, v)
			b, also := y(m, v)
			if e.Op == token.AND {
				return a && b, ok && also
			}
			return a || b, ok && also
		}
	}
	return nil
}

// compared is the limit that op sets with the value of x.
func compared(x expr, op func(v, with any) (any, bool)) limit {
	return func(m *machine, v any) (bool, bool) {
		with, ok := x(m)
		if !ok || !m.step(v, with) {
			return false, false
		}
		fits, ok := op(v, with)
		return ok && fits == true, ok
	}
}

// unifies reports whether two scalars are one.
func unifies(v, with any) (any, bool) {
	switch v.(type) {
	case nil, bool, int64, string:
		return v == with, true
	}
	return nil, false
}

// bounded compares v with a bound; one of another kind is beyond it.
func bounded(op func(x, y any) (any, bool), v, with any) (any, bool) {
	switch v.(type) {
	case bool, int64, string:
	default:
		return nil, false
	}
	switch with.(type) {
	case int64, string:
	default:
		return nil, false
	}
	if _, text := v.(string); text != isText(with) {
		return false, true
	}
	if _, truth := v.(bool); truth {
		return false, true
	}
	return op(v, with)
}

func isText(v any) bool {
	_, ok := v.(string)
	return ok
}

// kindLimit is the limit of one of CUE's types; nil for what is none.
func kindLimit(name string) limit {
	var is func(v any) bool
	switch name {
	case "string":
		is = isText
	case "int", "number":
		is = func(v any) bool { _, ok := v.(int64); return ok }
	case "bool":
		is = func(v any) bool { _, ok := v.(bool); return ok }
	default:
		return nil
	}
	return func(_ *machine, v any) (bool, bool) {
		switch v.(type) {
		case nil, bool, int64, string:
			return is(v), true
		}
		return false, false
	}
}
