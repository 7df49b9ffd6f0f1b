package cuerule

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/format"
)

// errDepends says that a part of a shape has no value by itself: it refers to
// the item, or to another part.
var errDepends = errors.New("it has no value by itself")

// A shapeCompiler turns shapes written in CUE into matchers. What Go cannot
// decide is left to CUE: a call of a validator by itself, anything else with the
// whole shape, since its parts may refer to one another.
type shapeCompiler struct {
	eval *evaluator
	// present says that a field without a mark must be there, as in a constraint:
	// what unification would add to the pod is something that the pod lacks.
	present bool
}

// shape returns the matcher of v, a whole shape. One whose parts depend on one
// another is left to CUE as a whole.
func (c *shapeCompiler) shape(v cue.Value) (matcher, error) {
	m, err := c.compile(v)
	if errors.Is(err, errDepends) {
		return c.leave(v)
	}
	return m, err
}

// compile returns the matcher of v, a part of a shape.
func (c *shapeCompiler) compile(v cue.Value) (matcher, error) {
	if v.Err() != nil {
		return c.bottom(v)
	}
	switch v.IncompleteKind() {
	case cue.BottomKind:
		return c.bottom(v)
	case cue.StructKind, cue.ListKind:
		if op, _ := v.Eval().Expr(); op == cue.OrOp {
			return c.alternatives(v)
		}
		if v.IncompleteKind() == cue.ListKind {
			return c.list(v)
		}
		return c.object(v)
	}
	source := valueOf(v.Source())
	if _, wrapped := source.(*ast.StructLit); wrapped {
		return nil, errDepends // {…} around a scalar may hold more than the scalar
	}
	if name, ok := source.(*ast.Ident); v.IncompleteKind() == cue.TopKind && !(ok && name.Name == "_") {
		return nil, errDepends // it may be of some kind once more is known
	}
	m, err := c.operand(v.Eval())
	if errors.Is(err, errCUE) {
		return c.leave(v)
	}
	return m, err
}

// bottom compiles a value that is an error: an explicit one matches nothing,
// another is not known yet or a mistake.
func (c *shapeCompiler) bottom(v cue.Value) (matcher, error) {
	switch {
	case explicit(v):
		return nothing{}, nil
	case emptyOr(v):
		return anyOf{}, nil
	}
	if err := v.Validate(); err != nil {
		return nil, err
	}
	return nil, errDepends
}

func (c *shapeCompiler) object(v cue.Value) (matcher, error) {
	if !plain(v, 0) {
		return nil, errDepends
	}
	iter, err := v.Fields(cue.Optional(true), cue.Patterns(true))
	if err != nil {
		return nil, err
	}
	s := &structMatcher{}
	for iter.Next() {
		sel := iter.Selector()
		if sel.ConstraintType() == cue.PatternConstraint {
			return nil, errDepends
		}
		shape, err := c.compile(iter.Value())
		if err != nil {
			return nil, err
		}
		mark := markerOf(sel)
		if mark == regular && c.present {
			mark = required
		}
		s.fields = append(s.fields, fieldMatcher{name: sel.Unquoted(), marker: mark, shape: shape})
	}
	return s, nil
}

// list compiles lists whose elements are all of one shape.
func (c *shapeCompiler) list(v cue.Value) (matcher, error) {
	op, args := v.Eval().Expr()
	if m := validator(args); op == cue.CallOp && m != nil {
		return m, nil
	}
	elem := v.LookupPath(cue.MakePath(cue.AnyIndex))
	if op != cue.NoOp || !elem.Exists() || v.LookupPath(cue.MakePath(cue.Index(0))).Exists() || !plain(v, 0) {
		return nil, errDepends
	}
	m, err := c.compile(elem)
	if err != nil {
		return nil, err
	}
	return &eachMatcher{elem: m}, nil
}

// alternatives compiles a struct or list that is a disjunction, or a conjunction
// with one in it: by its operands as they are written, since those of its value
// have lost what they require.
func (c *shapeCompiler) alternatives(v cue.Value) (matcher, error) {
	switch op, args := v.Expr(); op {
	case cue.OrOp:
		one, err := c.all(args)
		return anyOf(one), err
	case cue.AndOp:
		each, err := c.all(args)
		return allOf(each), err
	case cue.SelectorOp, cue.IndexOp:
		if d := cue.Dereference(v); d != v {
			return c.compile(d)
		}
	}
	return nil, errDepends
}

func (c *shapeCompiler) all(args []cue.Value) ([]matcher, error) {
	var all []matcher
	for _, a := range args {
		m, err := c.compile(a)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// errCUE says that only CUE can decide about an operand.
var errCUE = errors.New("CUE decides")

// operand compiles an operand of the value of a field that is no struct and no
// list alone.
func (c *shapeCompiler) operand(v cue.Value) (matcher, error) {
	if v.IncompleteKind()&(cue.StructKind|cue.ListKind) != 0 && v.IncompleteKind() != cue.TopKind {
		return nil, errCUE
	}
	op, args := v.Expr()
	switch op {
	case cue.NoOp:
		if v.IsConcrete() {
			value, err := scalarOf(v)
			return &constant{value}, err
		}
		if k := v.IncompleteKind(); k != cue.TopKind {
			return kindMatcher(k), nil
		}
		return anything{}, nil
	case cue.OrOp, cue.AndOp:
		var operands []matcher
		for _, a := range args {
			m, err := c.operand(a)
			if err != nil {
				return nil, err
			}
			operands = append(operands, m)
		}
		if op == cue.OrOp {
			return anyOf(operands), nil
		}
		return allOf(operands), nil
	case cue.CallOp:
		if m := validator(args); m != nil {
			return m, nil
		}
		if slices.ContainsFunc(args[1:], func(a cue.Value) bool { return !a.IsConcrete() }) {
			return nil, errDepends
		}
		return nil, errCUE
	}
	if len(args) != 1 || !args[0].IsConcrete() {
		return nil, errDepends
	}
	return c.bound(op, args[0])
}

// validator returns the matcher of a call of CUE's packages with a number; nil if
// it is another call.
func validator(args []cue.Value) matcher {
	if len(args) != 2 {
		return nil
	}
	n, err := args[1].Int64()
	if err != nil {
		return nil
	}
	name, err := format.Node(args[0].Syntax())
	if err != nil {
		return nil
	}
	text := strings.TrimSpace(string(name))
	switch text[strings.LastIndexByte(text, '\n')+1:] {
	case "list.MaxItems":
		return &length{kind: cue.ListKind, most: n, name: "elements"}
	case "list.MinItems":
		return &length{kind: cue.ListKind, least: n, most: math.MaxInt64, name: "elements"}
	case "strings.MaxRunes":
		return &length{kind: cue.StringKind, most: n, name: "characters"}
	case "strings.MinRunes":
		return &length{kind: cue.StringKind, least: n, most: math.MaxInt64, name: "characters"}
	}
	return nil
}

// bound compiles a comparison with one value.
func (c *shapeCompiler) bound(op cue.Op, with cue.Value) (matcher, error) {
	value, err := scalarOf(with)
	if err != nil {
		return nil, errCUE
	}
	text, isText := value.(string)
	switch op {
	case cue.RegexMatchOp, cue.NotRegexMatchOp:
		if !isText {
			return nil, errCUE
		}
		re, err := regexp.Compile(text)
		return &expression{re: re, negate: op == cue.NotRegexMatchOp}, err
	case cue.LessThanOp, cue.LessThanEqualOp, cue.GreaterThanOp, cue.GreaterThanEqualOp, cue.NotEqualOp:
		if _, ok := compare(value, value); ok || value == nil && op == cue.NotEqualOp {
			return &bound{op: op, value: value}, nil
		}
	}
	return nil, errCUE
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
		n, err := v.Int64()
		if err != nil {
			return nil, errCUE // beyond 64 bits
		}
		return n, nil
	case cue.FloatKind:
		return v.Float64()
	}
	return nil, fmt.Errorf("%v is no scalar", v.Kind())
}
