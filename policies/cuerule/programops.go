package cuerule

import (
	"cmp"
	"crypto/sha256"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

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

func (c *programmer) unary(e *ast.UnaryExpr, s *scope) expr {
	x := c.value(e.X, s)
	if x == nil {
		return nil
	}
	switch e.Op {
	case token.NOT:
		return func(m *machine) (any, bool) {
			v, _ := x(m)
			b, ok := v.(bool)
			return !b, ok
		}
	case token.SUB:
		return func(m *machine) (any, bool) {
			v, _ := x(m)
			n, ok := v.(int64)
			return -n, ok && n != math.MinInt64
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
		if !ok || !m.step() {
			return nil, false
		}
		return op(left, right)
	}
}

// presence compiles a comparison with _|_, which here asks whether a reference
// leads to something.
func (c *programmer) presence(e ast.Expr, want bool, s *scope) expr {
	switch e.(type) {
	case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr:
	default:
		return nil
	}
	x := c.expr(e, s)
	if x == nil {
		return nil
	}
	return func(m *machine) (any, bool) {
		v, ok := x(m)
		_, gone := v.(missing)
		return gone != want, ok
	}
}

// otherwise compiles *x | y, which is x if there is one.
func (c *programmer) otherwise(e *ast.BinaryExpr, s *scope) expr {
	first, ok := e.X.(*ast.UnaryExpr)
	if !ok || first.Op != token.MUL {
		return nil
	}
	switch first.X.(type) {
	case *ast.Ident, *ast.SelectorExpr, *ast.IndexExpr:
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

// call compiles a call of len, or of a function of CUE's packages that is Go's
// own.
func (c *programmer) call(e *ast.CallExpr, s *scope) expr {
	f := c.function(e.Fun, s)
	if f == nil {
		return nil
	}
	var args []expr
	for _, a := range e.Args {
		x := c.value(a, s)
		if x == nil {
			return nil
		}
		args = append(args, x)
	}
	return func(m *machine) (any, bool) {
		values := make([]any, len(args))
		for i, a := range args {
			v, ok := a(m)
			if !ok {
				return nil, false
			}
			values[i] = v
		}
		if !m.step() {
			return nil, false
		}
		return f(values)
	}
}

func (c *programmer) function(e ast.Expr, s *scope) func(args []any) (any, bool) {
	switch e := e.(type) {
	case *ast.Ident:
		if _, declared := s.look(e.Name); !declared && e.Name == "len" {
			return size
		}
	case *ast.SelectorExpr:
		id, isIdent := e.X.(*ast.Ident)
		name, named := e.Sel.(*ast.Ident)
		if !isIdent || !named {
			return nil
		}
		b, _ := s.look(id.Name)
		if path, ok := b.(imported); ok {
			return packageFunction(string(path) + "." + name.Name)
		}
	}
	return nil
}

func packageFunction(name string) func(args []any) (any, bool) {
	switch name {
	case "strings.HasPrefix":
		return ofTexts(strings.HasPrefix)
	case "strings.HasSuffix":
		return ofTexts(strings.HasSuffix)
	case "strings.Contains":
		return ofTexts(strings.Contains)
	case "strings.TrimPrefix":
		return ofTexts(strings.TrimPrefix)
	case "strings.TrimSuffix":
		return ofTexts(strings.TrimSuffix)
	case "strings.Split":
		return ofTexts(func(s, sep string) []any {
			list := []any{}
			for _, part := range strings.Split(s, sep) {
				list = append(list, part)
			}
			return list
		})
	case "strings.Join":
		return join
	case "list.Contains":
		return contains
	}
	return nil
}

func ofTexts[T any](f func(x, y string) T) func(args []any) (any, bool) {
	return func(args []any) (any, bool) {
		if len(args) != 2 {
			return nil, false
		}
		x, ok := args[0].(string)
		y, also := args[1].(string)
		if !ok || !also {
			return nil, false
		}
		return f(x, y), true
	}
}

func size(args []any) (any, bool) {
	if len(args) != 1 {
		return nil, false
	}
	switch v := args[0].(type) {
	case string:
		return int64(len(v)), true
	case []any:
		return int64(len(v)), true
	case map[string]any:
		return int64(len(v)), true
	case record:
		return int64(len(v)), true
	}
	return nil, false
}

// texts returns v as a list of texts.
func texts(v any) ([]string, bool) {
	list, ok := v.([]any)
	if !ok {
		return nil, false
	}
	var all []string
	for _, e := range list {
		s, ok := e.(string)
		if !ok {
			return nil, false
		}
		all = append(all, s)
	}
	return all, true
}

func join(args []any) (any, bool) {
	if len(args) != 2 {
		return nil, false
	}
	all, ok := texts(args[0])
	sep, also := args[1].(string)
	text := strings.Join(all, sep)
	return text, ok && also && len(text) <= maxText
}

func contains(args []any) (any, bool) {
	if len(args) != 2 {
		return nil, false
	}
	all, ok := texts(args[0])
	s, also := args[1].(string)
	return slices.Contains(all, s), ok && also
}
