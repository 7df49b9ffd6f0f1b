package cuerule

import (
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
)

// emptyOr reports whether v is written as one of no alternatives: an allow list
// that is empty.
func emptyOr(v cue.Value) bool {
	call, ok := valueOf(v.Source()).(*ast.CallExpr)
	if !ok {
		return false
	}
	name, ok := call.Fun.(*ast.Ident)
	return ok && name.Name == "or" && strings.Contains(errorText(v.Err()), "empty list in call to or")
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

func markerOf(sel cue.Selector) marker {
	switch sel.ConstraintType() {
	case cue.OptionalConstraint:
		return optional
	case cue.RequiredConstraint:
		return required
	}
	return regular
}

// plain reports whether v is made of what its fields, elements or operands show:
// no validator, comprehension or computed field is part of it that may turn out
// otherwise once the item is known.
func plain(v cue.Value, depth int) bool {
	if depth > maxDepth {
		return false
	}
	switch op, args := v.Expr(); op {
	case cue.NoOp:
		return literal(v.Source())
	case cue.AndOp, cue.OrOp:
		return !slices.ContainsFunc(args, func(a cue.Value) bool { return !plain(a, depth+1) })
	case cue.SelectorOp, cue.IndexOp:
		d := cue.Dereference(v)
		return d != v && plain(d, depth+1)
	}
	return false
}

// literal reports whether a literal has only fields with known names in it.
func literal(n ast.Node) bool {
	switch n := n.(type) {
	case nil:
		return false
	case *ast.Field, *ast.Ellipsis:
		return literal(valueOf(n))
	case *ast.StructLit:
		return !slices.ContainsFunc(n.Elts, func(d ast.Decl) bool {
			switch d := d.(type) {
			case *ast.Field:
				_, known := label(d)
				return !known
			case *ast.LetClause, *ast.Attribute, *ast.CommentGroup:
				return false
			case *ast.Ellipsis:
				return d.Type != nil
			}
			return true
		})
	case *ast.ListLit:
		return !slices.ContainsFunc(n.Elts, func(e ast.Expr) bool {
			_, computed := e.(*ast.Comprehension)
			return computed
		})
	}
	return true
}

// valueOf returns the value of a field, the type of a list's elements, and
// anything else as it is.
func valueOf(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.Field:
		return n.Value
	case *ast.Ellipsis:
		return n.Type
	}
	return n
}
