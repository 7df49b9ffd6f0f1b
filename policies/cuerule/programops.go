package cuerule

import (
	"cmp"
	"crypto/sha256"
	"math"
	"regexp"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

func (c *programmer) unary(e *ast.UnaryExpr, s *scope) expr {
	x := c.value(e.X, s)
	if x == nil {
		return nil
	}
	switch e.Op {
	case token.NOT:
		return func(m *machine) (any, bool) {
			v, ok := x(m)
			b, isBool := v.(bool)
			return !b, ok && isBool
		}
	case token.SUB:
		return func(m *machine) (any, bool) {
			v, ok := x(m)
			n, isInt := v.(int64)
			return -n, ok && isInt && n != math.MinInt64
		}
	}
	return nil
}

func (c *programmer) binary(e *ast.BinaryExpr, s *scope) expr {
	if e.Op == token.EQL || e.Op == token.NEQ {
		for _, pair := range [][2]ast.Expr{{e.X, e.Y}, {e.Y, e.X}} {
			if _, ok := pair[0].(*ast.BottomLit); ok {
				return c.presence(pair[1], e.Op == token.NEQ, s)
			}
		}
	}
	if e.Op == token.OR {
		return c.otherwise(e, s)
	}
	x, y := c.value(e.X, s), c.value(e.Y, s)
	op := operator(e.Op)
	if x == nil || y == nil || op == nil {
		return nil
	}
	return func(m *machine) (any, bool) {
		left, ok := x(m)
		if !ok {
			return nil, false
		}
		right, ok := y(m)
		if !ok || !m.step(left, right) {
			return nil, false
		}
		return op(left, right)
	}
}

// presence compiles a comparison with _|_, which here asks whether a reference
// leads to something, or to a scalar that fits.
func (c *programmer) presence(e ast.Expr, want bool, s *scope) expr {
	for paren, ok := e.(*ast.ParenExpr); ok; paren, ok = e.(*ast.ParenExpr) {
		e = paren.X
	}
	fits := func(*machine, any) (bool, bool) { return true, true }
	if and, ok := e.(*ast.BinaryExpr); ok && and.Op == token.AND {
		if e, fits = and.X, c.limit(and.Y, s); fits == nil {
			return nil
		}
	}
	if !isReference(e) {
		return nil
	}
	x := c.expr(e, s)
	if x == nil {
		return nil
	}
	return func(m *machine) (any, bool) {
		v, ok := x(m)
		if _, gone := v.(missing); gone || !ok {
			return !want, ok
		}
		fit, ok := fits(m, v)
		return fit == want, ok
	}
}

func isReference(e ast.Expr) bool {
	switch e.(type) {
	case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr:
		return true
	}
	return false
}

// otherwise compiles *x | y, which is x if there is one. What y is must be plain
// to see: a default of its own would be lost.
func (c *programmer) otherwise(e *ast.BinaryExpr, s *scope) expr {
	first, ok := e.X.(*ast.UnaryExpr)
	if !ok || first.Op != token.MUL {
		return nil
	}
	if !isReference(first.X) {
		return nil
	}
	switch y := e.Y.(type) {
	case *ast.BasicLit, *ast.Interpolation:
	case *ast.ListLit:
		if len(y.Elts) > 0 {
			return nil
		}
	default:
		return nil
	}
	x, y := c.expr(first.X, s), c.value(e.Y, s)
	if x == nil || y == nil {
		return nil
	}
	return func(m *machine) (any, bool) {
		v, ok := x(m)
		if _, gone := v.(missing); gone {
			return y(m)
		}
		return v, ok
	}
}

// operator returns what an operator makes of two values; nil for one that
// programs do not know.
func operator(op token.Token) func(x, y any) (any, bool) {
	switch op {
	case token.LAND:
		return bools(func(x, y bool) bool { return x && y })
	case token.LOR:
		return bools(func(x, y bool) bool { return x || y })
	case token.EQL:
		return same
	case token.NEQ:
		return func(x, y any) (any, bool) {
			v, ok := same(x, y)
			equal, _ := v.(bool)
			return !equal, ok
		}
	case token.LSS:
		return ordered(func(c int) bool { return c < 0 })
	case token.LEQ:
		return ordered(func(c int) bool { return c <= 0 })
	case token.GTR:
		return ordered(func(c int) bool { return c > 0 })
	case token.GEQ:
		return ordered(func(c int) bool { return c >= 0 })
	case token.MAT, token.NMAT:
		return matches(op == token.MAT)
	case token.ADD:
		return add
	case token.SUB:
		return func(x, y any) (any, bool) {
			n, ok := y.(int64)
			if _, isInt := x.(int64); !ok || !isInt || n == math.MinInt64 {
				return nil, false
			}
			return add(x, -n)
		}
	}
	return nil
}

func bools(f func(x, y bool) bool) func(x, y any) (any, bool) {
	return func(x, y any) (any, bool) {
		a, ok := x.(bool)
		b, also := y.(bool)
		return f(a, b), ok && also
	}
}

// same compares scalars of one kind, and anything with null.
func same(x, y any) (any, bool) {
	if x == nil || y == nil {
		return x == nil && y == nil, true
	}
	switch x := x.(type) {
	case bool:
		other, ok := y.(bool)
		return x == other, ok
	case int64:
		other, ok := y.(int64)
		return x == other, ok
	case string:
		other, ok := y.(string)
		return x == other, ok
	}
	return nil, false
}

func ordered(holds func(c int) bool) func(x, y any) (any, bool) {
	return func(x, y any) (any, bool) {
		switch x := x.(type) {
		case int64:
			other, ok := y.(int64)
			return holds(cmp.Compare(x, other)), ok
		case string:
			other, ok := y.(string)
			return holds(strings.Compare(x, other)), ok
		}
		return nil, false
	}
}

// matches compares texts with expressions, which are nearly always the same one.
func matches(want bool) func(x, y any) (any, bool) {
	var compiled memo[*regexp.Regexp]
	return func(x, y any) (any, bool) {
		text, ok := x.(string)
		pattern, also := y.(string)
		if !ok || !also {
			return nil, false
		}
		re := compiled.at(sha256.Sum256([]byte(pattern)), func() *regexp.Regexp {
			re, err := regexp.Compile(pattern)
			if err != nil {
				return nil
			}
			return re
		})
		if re == nil {
			return nil, false
		}
		return re.MatchString(text) == want, true
	}
}

func add(x, y any) (any, bool) {
	switch x := x.(type) {
	case int64:
		n, ok := y.(int64)
		sum := x + n
		return sum, ok && (sum > x) == (n > 0)
	case string:
		other, ok := y.(string)
		if !ok || len(x)+len(other) > maxText {
			return nil, false
		}
		return x + other, true
	}
	return nil, false
}
