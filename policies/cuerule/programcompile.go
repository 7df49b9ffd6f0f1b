package cuerule

import (
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
)

// A programmer compiles a deny list. Each of its methods returns nil for what
// programs do not do.
type programmer struct {
	eval  *evaluator
	slots int
	lets  map[ast.Expr]expr // nil while they are compiled
}

// newProgram returns the program of the deny list of r, nil if there is more to
// it than programs do.
func newProgram(r *rule) *program {
	own, body, ok := r.pkg.policyScope(r.id)
	if !ok {
		return nil
	}
	var deny *ast.ListLit
	for _, d := range body {
		f, ok := d.(*ast.Field)
		if !ok {
			continue
		}
		switch name, _ := label(f); {
		case name == fieldInput:
		case name != fieldDeny:
			if own.computed(f.Value, map[ast.Expr]bool{}) {
				return nil
			}
		default:
			list, ok := f.Value.(*ast.ListLit)
			if !ok || deny != nil || !simple(f) {
				return nil
			}
			deny = list
		}
	}
	if deny == nil {
		return nil
	}
	if r.has(fieldParams) {
		params, ok := paramsOf(r.field(fieldParams))
		if !ok {
			return nil
		}
		own.names[fieldParams] = known{&params}
	}
	c := &programmer{eval: r.pkg.eval, lets: map[ast.Expr]expr{}}
	list := c.list(deny, own)
	if list == nil {
		return nil
	}
	return &program{list: list, slots: c.slots}
}

// computed reports whether e may have another value for each pod: it refers to
// the input, or to something that programs do not know.
func (s *scope) computed(e ast.Expr, seen map[ast.Expr]bool) bool {
	if seen[e] {
		return false
	}
	seen[e] = true
	found := false
	var visit func(n ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			ast.Walk(n.Value, visit, nil)
			return false // a label is no use
		case *ast.SelectorExpr:
			ast.Walk(n.X, visit, nil)
			return false
		case *ast.Ident:
			switch b, declared := s.look(n.Name); b := b.(type) {
			case imported:
			case written:
				found = found || b.scope.computed(b.expr, seen)
			default:
				found = found || declared
			}
		}
		return !found
	}
	ast.Walk(e, visit, nil)
	return found
}

// paramsOf returns the values of parameters.
func paramsOf(v cue.Value) (record, bool) {
	iter, err := v.Fields()
	if err != nil {
		return nil, false
	}
	params := record{}
	for iter.Next() {
		value, ok := plainData(iter.Value())
		if !ok {
			return nil, false
		}
		params[iter.Selector().Unquoted()] = value
	}
	return params, true
}

func (c *programmer) slot() int {
	c.slots++
	return c.slots - 1
}

// expr compiles an expression.
func (c *programmer) expr(e ast.Expr, s *scope) expr {
	switch e := e.(type) {
	case *ast.ParenExpr:
		return c.expr(e.X, s)
	case *ast.BasicLit:
		return c.basic(e)
	case *ast.Interpolation:
		return c.interpolation(e, s)
	case *ast.Ident:
		return c.ident(e, s)
	case *ast.SelectorExpr:
		return c.selector(e, s)
	case *ast.IndexExpr:
		return c.index(e, s)
	case *ast.UnaryExpr:
		return c.unary(e, s)
	case *ast.BinaryExpr:
		return c.binary(e, s)
	case *ast.CallExpr:
		return c.call(e, s)
	case *ast.ListLit:
		return c.list(e, s)
	case *ast.StructLit:
		return c.object(e, s)
	}
	return nil
}

// value compiles an expression that must be there.
func (c *programmer) value(e ast.Expr, s *scope) expr {
	x := c.expr(e, s)
	if x == nil {
		return nil
	}
	return x.present()
}

func (c *programmer) ident(e *ast.Ident, s *scope) expr {
	b, _ := s.look(e.Name)
	switch b := b.(type) {
	case variable:
		return slot(int(b))
	case known:
		return constantly(*b.members)
	case written:
		if x, again := c.lets[b.expr]; again {
			return x // nil for one that refers to itself
		}
		c.lets[b.expr] = nil
		if x := c.expr(b.expr, b.scope); x != nil {
			c.lets[b.expr] = once(c.slot(), x)
		}
		return c.lets[b.expr]
	}
	return nil
}

func (c *programmer) selector(e *ast.SelectorExpr, s *scope) expr {
	name := ""
	switch l := e.Sel.(type) {
	case *ast.Ident:
		name = l.Name
		if strings.HasPrefix(name, "_") || strings.HasPrefix(name, "#") {
			return nil
		}
	case *ast.BasicLit:
		text, ok := text(l)
		if !ok {
			return nil
		}
		name = text
	default:
		return nil
	}
	return c.member(e.X, s, name, constantly(name))
}

func (c *programmer) index(e *ast.IndexExpr, s *scope) expr {
	name := ""
	if l, ok := e.Index.(*ast.BasicLit); ok {
		name, _ = text(l)
	}
	return c.member(e.X, s, name, c.value(e.Index, s))
}

// member compiles x[key]; name is the key where it is written out.
func (c *programmer) member(x ast.Expr, s *scope, name string, key expr) expr {
	if id, ok := x.(*ast.Ident); ok {
		if b, _ := s.look(id.Name); b == (inputName{}) {
			if !slices.Contains(Views(), name) {
				return nil
			}
			return func(m *machine) (any, bool) { return m.views.values(name), true }
		}
	}
	of := c.expr(x, s)
	if of == nil || key == nil {
		return nil
	}
	return func(m *machine) (any, bool) {
		v, ok := of(m)
		if !ok || !m.step() {
			return nil, false
		}
		k, ok := key(m)
		if !ok {
			return nil, false
		}
		switch k := k.(type) {
		case string:
			switch v.(type) {
			case map[string]any, record, missing:
				return member(v, k), true
			}
		case int64:
			switch v := v.(type) {
			case []any:
				if k >= 0 && k < int64(len(v)) {
					return v[k], true
				}
			case missing:
				return v, true
			}
		}
		return nil, false
	}
}
