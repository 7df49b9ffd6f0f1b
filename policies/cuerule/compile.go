package cuerule

import (
	"fmt"
	"regexp"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
)

// errDepends says that a shape depends on the item, so it can be compiled only
// once that is known.
var errDepends = fmt.Errorf("it is not known before the item is")

// A shapeCompiler turns shapes written in CUE into matchers. What Go cannot
// decide is left to CUE, as small a part as possible.
type shapeCompiler struct {
	eval *evaluator
}

// compile returns the matcher of v.
func (c *shapeCompiler) compile(v cue.Value) (matcher, error) {
	if v.IncompleteKind() == cue.BottomKind {
		return c.bottom(v)
	}
	switch v.IncompleteKind() {
	case cue.StructKind:
		if op, _ := v.Eval().Expr(); op == cue.OrOp {
			return c.alternatives(v)
		}
		return c.object(v)
	case cue.ListKind:
		return c.list(v)
	}
	return c.scalar(v)
}

// bottom compiles a value that is an error: an explicit one matches nothing,
// another is not known yet or a mistake.
func (c *shapeCompiler) bottom(v cue.Value) (matcher, error) {
	if explicit(v) {
		return nothing{}, nil
	}
	if err := v.Validate(); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("%w: %s", errDepends, errorText(v.Err()))
}

// explicit reports whether v was written as _|_ or error("…").
func explicit(v cue.Value) bool {
	switch x := v.Source().(type) {
	case *ast.Field:
		return explicitExpr(x.Value)
	case ast.Expr:
		return explicitExpr(x)
	}
	return false
}

func explicitExpr(e ast.Expr) bool {
	switch x := e.(type) {
	case *ast.BottomLit:
		return true
	case *ast.CallExpr:
		id, ok := x.Fun.(*ast.Ident)
		return ok && id.Name == "error"
	}
	return false
}

func (c *shapeCompiler) object(v cue.Value) (matcher, error) {
	if !plain(v, 0) {
		return c.leave(v)
	}
	iter, err := v.Fields(cue.Optional(true), cue.Patterns(true))
	if err != nil {
		return nil, err
	}
	s := &structMatcher{}
	for iter.Next() {
		sel := iter.Selector()
		if sel.ConstraintType() == cue.PatternConstraint {
			return c.leave(v)
		}
		shape, err := c.compile(iter.Value())
		if err != nil {
			return nil, err
		}
		s.fields = append(s.fields, fieldMatcher{name: sel.Unquoted(), marker: markerOf(sel), shape: shape})
	}
	return s, nil
}

func markerOf(sel cue.Selector) marker {
	switch sel.ConstraintType() {
	case cue.OptionalConstraint:
		return optional
	case cue.RequiredConstraint:
		return required
	}
	return regular
}

// plain reports whether v, a struct, is made of fields alone: no validator is
// part of it that its fields would not show.
func plain(v cue.Value, depth int) bool {
	if depth > 20 {
		return false
	}
	switch op, args := v.Expr(); op {
	case cue.NoOp:
		return true
	case cue.AndOp:
		for _, a := range args {
			if !plain(a, depth+1) {
				return false
			}
		}
		return true
	case cue.SelectorOp, cue.IndexOp:
		d := cue.Dereference(v)
		if d == v {
			return false
		}
		return plain(d, depth+1)
	}
	return false
}

// list compiles lists whose elements are all of one shape.
func (c *shapeCompiler) list(v cue.Value) (matcher, error) {
	op, _ := v.Eval().Expr()
	if op == cue.OrOp {
		return c.alternatives(v)
	}
	elem := v.LookupPath(cue.MakePath(cue.AnyIndex))
	if op != cue.NoOp || !elem.Exists() || v.LookupPath(cue.MakePath(cue.Index(0))).Exists() || !plain(v, 0) {
		return c.leave(v)
	}
	m, err := c.compile(elem)
	if err != nil {
		return nil, err
	}
	return &eachMatcher{elem: m}, nil
}

func (c *shapeCompiler) alternatives(v cue.Value) (matcher, error) {
	_, args := v.Eval().Expr()
	var one anyOf
	for _, a := range args {
		m, err := c.compile(a)
		if err != nil {
			return nil, err
		}
		one = append(one, m)
	}
	return one, nil
}

// scalar compiles what is not a struct or a list alone.
func (c *shapeCompiler) scalar(v cue.Value) (matcher, error) {
	e := v.Eval()
	op, args := e.Expr()
	switch op {
	case cue.NoOp:
		if e.IsConcrete() {
			value, err := scalarOf(e)
			return &constant{value}, err
		}
		if k := e.IncompleteKind(); k != cue.TopKind {
			return kindMatcher(k), nil
		}
		return anything{}, nil
	case cue.OrOp:
		return c.alternatives(v)
	case cue.AndOp:
		var all allOf
		for _, a := range args {
			m, err := c.compile(a)
			if err != nil {
				return nil, err
			}
			all = append(all, m)
		}
		return all, nil
	}
	if len(args) != 1 || !args[0].IsConcrete() {
		return c.leave(v)
	}
	return c.bound(v, op, args[0])
}

// bound compiles a comparison with one value.
func (c *shapeCompiler) bound(v cue.Value, op cue.Op, with cue.Value) (matcher, error) {
	value, err := scalarOf(with)
	if err != nil {
		return c.leave(v)
	}
	text, isText := value.(string)
	switch op {
	case cue.RegexMatchOp, cue.NotRegexMatchOp:
		if !isText {
			return c.leave(v)
		}
		re, err := regexp.Compile(text)
		if err != nil {
			return nil, err
		}
		return &expression{re: re, negate: op == cue.NotRegexMatchOp}, nil
	case cue.LessThanOp, cue.LessThanEqualOp, cue.GreaterThanOp, cue.GreaterThanEqualOp, cue.NotEqualOp:
		if value == nil {
			return c.leave(v)
		}
		if _, ok := compare(value, value); ok {
			return &bound{op: op, value: value}, nil
		}
	}
	return c.leave(v)
}

// leave leaves v to CUE.
func (c *shapeCompiler) leave(v cue.Value) (matcher, error) {
	if v.Validate() != nil {
		return nil, v.Validate()
	}
	return &evaluated{eval: c.eval, shape: v}, nil
}

// scalarOf returns the generic JSON form of v, a concrete scalar.
func scalarOf(v cue.Value) (any, error) {
	switch v.Kind() {
	case cue.NullKind:
		return nil, nil
	case cue.BoolKind:
		return v.Bool()
	case cue.StringKind:
		return v.String()
	case cue.IntKind:
		return v.Int64()
	case cue.FloatKind:
		return v.Float64()
	}
	return nil, fmt.Errorf("%v is no scalar", v.Kind())
}
