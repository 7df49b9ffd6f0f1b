package cuerule

import (
	"slices"
	"strconv"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/podcue/podcue/schema"
)

// A binding is what a name stands for. Nil is something that programs do not
// know.
type binding any

type (
	// variable is of a loop, or a let of one; it is the number of its slot.
	variable int
	// inputName is the input.
	inputName struct{}
	// known has values: the parameters.
	known struct{ members *record }
	// written is an expression that is written elsewhere, a let or a field, and the
	// scope that it stands in.
	written struct {
		expr  ast.Expr
		scope *scope
	}
	// imported is a package; it is the import path.
	imported string
)

// A scope has the names that one struct, loop or file declares.
type scope struct {
	names map[string]binding
	outer *scope
}

func (s *scope) inner() *scope { return &scope{names: map[string]binding{}, outer: s} }

// look returns what name stands for, and whether it is declared at all.
func (s *scope) look(name string) (binding, bool) {
	for ; s != nil; s = s.outer {
		if b, ok := s.names[name]; ok {
			return b, true
		}
	}
	return nil, false
}

// declare adds a name; one that is declared twice stands for neither.
func (s *scope) declare(name string, b binding) {
	if other, twice := s.names[name]; twice && other != b {
		b = nil
	}
	s.names[name] = b
}

// declareDecl adds the names that d declares; what d says is to be read in the
// scope within. It returns false when d may bring fields that nobody sees here.
func (s *scope) declareDecl(d ast.Decl, within *scope) bool {
	switch d := d.(type) {
	case *ast.Field:
		s.declareField(d, within)
		_, named := label(d)
		return named
	case *ast.LetClause:
		s.declare(d.Ident.Name, written{d.Expr, within})
	case *ast.ImportDecl:
		for _, i := range d.Specs {
			path, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return false
			}
			s.declare(importName(i), imported(path))
		}
	case *ast.Ellipsis:
		return d.Type == nil
	case *ast.Package, *ast.CommentGroup, *ast.Attribute:
	default:
		return false
	}
	return true
}

func (s *scope) declareField(f *ast.Field, within *scope) {
	if f.Alias != nil {
		for _, name := range []*ast.Ident{f.Alias.Label, f.Alias.Field} {
			if name != nil {
				s.declare(name.Name, nil)
			}
		}
	}
	l := f.Label
	if alias, ok := l.(*ast.Alias); ok {
		s.declare(alias.Ident.Name, nil)
		l, _ = alias.Expr.(ast.Label)
	}
	name, ok := l.(*ast.Ident)
	switch {
	case !ok:
	case f.Constraint != token.ILLEGAL || len(f.Attrs) > 0 || name.Name == fieldPolicies || name.Name == fieldTests:
		s.declare(name.Name, nil)
	case name.Name != fieldInput:
		s.declare(name.Name, written{f.Value, within})
	case within.isInput(f.Value):
		s.declare(name.Name, inputName{})
	default:
		s.declare(name.Name, nil)
	}
}

// policyScope returns the scope of the body of the policy id, and the body; false
// where something else than what is written there may be part of the policy.
func (p *pack) policyScope(id string) (*scope, []ast.Decl, bool) {
	whole := (*scope)(nil).inner()
	var own *scope
	var body []ast.Decl
	for _, f := range p.inst.Files {
		file := whole.inner() // imports and lets are the file's, fields the package's
		for _, d := range f.Decls {
			at := file
			if _, ok := d.(*ast.Field); ok {
				at = whole
			}
			if !at.declareDecl(d, file) {
				return nil, nil, false
			}
			list, ok := file.policyList(d)
			if !ok {
				return nil, nil, false
			}
			for _, policy := range list {
				if name, _ := label(policy); name != id {
					continue
				}
				if own != nil || policy.Constraint != token.ILLEGAL {
					return nil, nil, false
				}
				others := file.inner()
				for _, other := range list {
					others.declareField(other, file)
				}
				for name := range others.names {
					others.names[name] = nil
				}
				own, body = others.inner(), file.policyBody(policy.Value)
			}
		}
	}
	if own == nil || body == nil {
		return nil, nil, false
	}
	for _, d := range body {
		if !own.declareDecl(d, own) {
			return nil, nil, false
		}
	}
	return own, body, true
}

// policyList returns the policies that stand in d, if that is the field of them;
// false if there is more to them than names and bodies, and [_]: schema.#Policy.
func (s *scope) policyList(d ast.Decl) (list []*ast.Field, ok bool) {
	f, ok := d.(*ast.Field)
	if !ok {
		return nil, true
	}
	if name, _ := label(f); name != fieldPolicies {
		return nil, true
	}
	lit, ok := f.Value.(*ast.StructLit)
	if !ok {
		return nil, false
	}
	for _, d := range lit.Elts {
		switch d := d.(type) {
		case *ast.Field:
			if _, named := label(d); named {
				list = append(list, d)
			} else if !s.isSchema(d.Value, "#Policy") {
				return nil, false
			}
		case *ast.CommentGroup:
		default:
			return nil, false
		}
	}
	return list, true
}

// isSchema reports whether e is the definition called name of podcue's schema.
func (s *scope) isSchema(e ast.Expr, name string) bool {
	if !isSelector(e, name) {
		return false
	}
	id, ok := e.(*ast.SelectorExpr).X.(*ast.Ident)
	if !ok {
		return false
	}
	b, _ := s.look(id.Name)
	return b == imported(schema.ImportPath)
}

// policyBody returns the literal that a policy is: {…} or schema.#Policy & {…}.
func (s *scope) policyBody(e ast.Expr) []ast.Decl {
	switch e := e.(type) {
	case *ast.StructLit:
		return e.Elts
	case *ast.BinaryExpr:
		if body, ok := e.Y.(*ast.StructLit); ok && e.Op == token.AND && s.isSchema(e.X, "#Policy") {
			return body.Elts
		}
	}
	return nil
}

// isInput reports whether e, what a field input is declared as, takes every input
// and adds nothing to it.
func (s *scope) isInput(e ast.Expr) bool {
	if anyValue(e) || s.isSchema(e, "#PolicyInput") {
		return true
	}
	lit, ok := e.(*ast.StructLit)
	return ok && !slices.ContainsFunc(lit.Elts, func(d ast.Decl) bool {
		switch d := d.(type) {
		case *ast.Ellipsis:
			return d.Type != nil
		case *ast.CommentGroup:
			return false
		case *ast.Field:
			name, _ := label(d)
			list, isList := d.Value.(*ast.ListLit)
			isList = isList && len(list.Elts) == 1 && isEllipsis(list.Elts[0])
			return !slices.Contains(Views(), name) || !anyValue(d.Value) && (!isList || name == viewPod)
		}
		return true
	})
}

func anyValue(e ast.Expr) bool {
	name, ok := e.(*ast.Ident)
	return ok && name.Name == "_"
}

func isEllipsis(e ast.Expr) bool {
	dots, ok := e.(*ast.Ellipsis)
	return ok && (dots.Type == nil || anyValue(dots.Type))
}

// plainData returns v as generic JSON; false if it is no list and no scalar that
// programs know.
func plainData(v cue.Value) (any, bool) {
	v, _ = v.Default()
	switch v.Kind() {
	case cue.ListKind:
		iter, err := v.List()
		if err != nil {
			return nil, false
		}
		list := []any{}
		for iter.Next() {
			e, ok := plainData(iter.Value())
			if !ok {
				return nil, false
			}
			list = append(list, e)
		}
		return list, true
	case cue.NullKind, cue.BoolKind, cue.StringKind, cue.IntKind:
		scalar, err := scalarOf(v)
		return scalar, err == nil
	}
	return nil, false
}
