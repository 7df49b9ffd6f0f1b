package cuerule

import (
	"maps"
	"slices"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

// A generator calls yield for each value that it has; false if it gives no
// answer.
type generator func(m *machine, yield func(any) bool) bool

// list compiles a list literal.
func (c *programmer) list(e *ast.ListLit, s *scope) expr {
	var elements []generator
	for _, elt := range e.Elts {
		g := c.element(elt, s)
		if g == nil {
			return nil
		}
		elements = append(elements, g)
	}
	return func(m *machine) (any, bool) {
		list := []any{}
		for _, g := range elements {
			if !g(m, func(v any) bool { list = append(list, v); return true }) {
				return nil, false
			}
		}
		return list, true
	}
}

func (c *programmer) element(e ast.Expr, s *scope) generator {
	if loop, ok := e.(*ast.Comprehension); ok {
		if loop.Fallback != nil {
			return nil
		}
		return c.clauses(loop.Clauses, loop.Value, s)
	}
	return yields(c.value(e, s))
}

func yields(x expr) generator {
	if x == nil {
		return nil
	}
	return func(m *machine, yield func(any) bool) bool {
		v, ok := x(m)
		return ok && m.step() && yield(v)
	}
}

// clauses compiles what is left of a comprehension.
func (c *programmer) clauses(clauses []ast.Clause, body ast.Expr, s *scope) generator {
	if len(clauses) == 0 {
		return yields(c.value(body, s))
	}
	switch clause := clauses[0].(type) {
	case *ast.IfClause:
		condition, then := c.value(clause.Condition, s), c.clauses(clauses[1:], body, s)
		if condition == nil || then == nil {
			return nil
		}
		return func(m *machine, yield func(any) bool) bool {
			v, ok := condition(m)
			holds, isBool := v.(bool)
			return ok && isBool && m.step() && (!holds || then(m, yield))
		}
	case *ast.LetClause:
		value, at, inner := c.expr(clause.Expr, s), c.slot(), s.inner()
		inner.declare(clause.Ident.Name, variable(at))
		then := c.clauses(clauses[1:], body, inner)
		if value == nil || then == nil {
			return nil
		}
		return func(m *machine, yield func(any) bool) bool {
			v, ok := value(m)
			m.slots[at] = v
			return ok && m.step() && then(m, yield)
		}
	case *ast.ForClause:
		return c.loop(clause, clauses[1:], body, s)
	}
	return nil
}

func (c *programmer) loop(clause *ast.ForClause, rest []ast.Clause, body ast.Expr, s *scope) generator {
	source, inner := c.value(clause.Source, s), s.inner()
	key, value := c.slot(), c.slot()
	for name, at := range map[*ast.Ident]int{clause.Key: key, clause.Value: value} {
		if name != nil && name.Name != "_" {
			inner.declare(name.Name, variable(at))
		}
	}
	each := c.clauses(rest, body, inner)
	if source == nil || each == nil {
		return nil
	}
	return func(m *machine, yield func(any) bool) bool {
		v, ok := source(m)
		if !ok {
			return false
		}
		switch v := v.(type) {
		case []any:
			for i, e := range v {
				m.slots[key], m.slots[value] = int64(i), e
				if !m.step() || !each(m, yield) {
					return false
				}
			}
			return true
		case map[string]any: // in the order that the encoder gives CUE the fields
			for _, name := range slices.Sorted(maps.Keys(v)) {
				m.slots[key], m.slots[value] = name, v[name]
				if !m.step() || !each(m, yield) {
					return false
				}
			}
			return true
		}
		return false
	}
}

// object compiles a struct literal: one of fields, {x} with one value in it, or
// {for … {(x): y}}.
func (c *programmer) object(e *ast.StructLit, s *scope) expr {
	if len(e.Elts) == 1 {
		switch d := e.Elts[0].(type) {
		case *ast.EmbedDecl:
			return c.value(d.Expr, s)
		case *ast.Comprehension:
			return c.table(d, s)
		}
	}
	return c.fields(e, s)
}

// A field is one of a struct.
type field struct {
	name  string
	value expr
}

func (c *programmer) fields(e *ast.StructLit, s *scope) expr {
	var fields []field
	inner := s.inner()
	for _, d := range e.Elts {
		f, ok := d.(*ast.Field)
		if !ok || !simple(f) {
			return nil
		}
		name, ok := label(f)
		if !ok || name == "" || name[0] == '_' || name[0] == '#' || slices.ContainsFunc(fields, func(o field) bool { return o.name == name }) {
			return nil
		}
		if _, aliased := f.Label.(*ast.Alias); aliased {
			return nil
		}
		inner.names[name] = nil // programs do not know fields that refer to one another
		fields = append(fields, field{name: name})
	}
	for i, d := range e.Elts {
		if fields[i].value = c.value(d.(*ast.Field).Value, inner); fields[i].value == nil {
			return nil
		}
	}
	return func(m *machine) (any, bool) {
		r := make(record, len(fields))
		for _, f := range fields {
			v, ok := f.value(m)
			if !ok {
				return nil, false
			}
			r[f.name] = v
		}
		return r, true
	}
}

// simple reports whether f is a field that is there, and no more than its value.
func simple(f *ast.Field) bool {
	return f.Constraint == token.ILLEGAL && f.Alias == nil && len(f.Attrs) == 0
}

// table compiles a struct whose fields a comprehension names.
func (c *programmer) table(loop *ast.Comprehension, s *scope) expr {
	body, ok := loop.Value.(*ast.StructLit)
	if !ok || len(body.Elts) != 1 || loop.Fallback != nil {
		return nil
	}
	f, ok := body.Elts[0].(*ast.Field)
	if !ok || !simple(f) {
		return nil
	}
	name, ok := f.Label.(*ast.ParenExpr)
	if !ok {
		return nil
	}
	pairs := c.clauses(loop.Clauses, &ast.ListLit{Elts: []ast.Expr{name.X, f.Value}}, s)
	if pairs == nil {
		return nil
	}
	return func(m *machine) (any, bool) {
		r := record{}
		ok := pairs(m, func(v any) bool {
			pair := v.([]any)
			name, ok := pair[0].(string)
			if !ok {
				return false
			}
			if other, twice := r[name]; twice {
				equal, ok := same(other, pair[1])
				return ok && equal == true
			}
			r[name] = pair[1]
			return true
		})
		return r, ok
	}
}
