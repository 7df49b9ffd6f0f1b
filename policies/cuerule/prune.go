package cuerule

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

// The fields of a package that holds policies.
const (
	fieldPolicies = "policies"
	fieldTests    = "tests"
)

// A pruning says what of a package is evaluated.
type pruning struct {
	keep  func(id string) bool // the policies; nil for all of them
	tests bool                 // with their test cases
	typed bool                 // held against #Policy again
}

// prune takes out of f what p does not want, and the imports that nothing needs
// then.
func prune(f *ast.File, p pruning) {
	f.Decls = slices.DeleteFunc(f.Decls, func(d ast.Decl) bool {
		field, ok := d.(*ast.Field)
		if !ok {
			return false
		}
		switch l, _ := label(field); {
		case l == fieldTests && !p.tests:
			return true
		case l == fieldPolicies, l == fieldTests:
			s, ok := field.Value.(*ast.StructLit)
			if !ok {
				return false
			}
			s.Elts = slices.DeleteFunc(s.Elts, func(e ast.Decl) bool { return !p.wants(e) })
		}
		return false
	})
	if !p.typed {
		ast.Walk(f, func(n ast.Node) bool { untype(n); return true }, nil)
	}
	pruneImports(f)
}

// untype makes an input of #PolicyInput one of anything, and takes #Policy from a
// policy: what is filled in is of the one type, and that the policy is of the
// other is known, so neither need be found out for every pod.
func untype(n ast.Node) {
	f, ok := n.(*ast.Field)
	if !ok {
		return
	}
	if name, _ := label(f); name == fieldInput && isSelector(f.Value, "#PolicyInput") {
		f.Value = ast.NewIdent("_")
	}
	if and, ok := f.Value.(*ast.BinaryExpr); ok && and.Op == token.AND && isSelector(and.X, "#Policy") {
		f.Value = and.Y
	}
}

// isSelector reports whether e is the definition called name of an import.
func isSelector(e ast.Expr, name string) bool {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	id, ok := sel.Sel.(*ast.Ident)
	return ok && id.Name == name
}

// wants reports whether d, a part of the struct of policies, is needed.
func (p pruning) wants(d ast.Decl) bool {
	f, ok := d.(*ast.Field)
	if !ok {
		return true
	}
	if id, ok := label(f); ok {
		return p.keep == nil || p.keep(id)
	}
	return p.typed || !isSelector(f.Value, "#Policy")
}

func pruneImports(f *ast.File) {
	used := map[string]bool{}
	ast.Walk(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportDecl:
			return false
		case *ast.Ident:
			used[n.Name] = true
		}
		return true
	}, nil)
	f.Decls = slices.DeleteFunc(f.Decls, func(d ast.Decl) bool {
		imports, ok := d.(*ast.ImportDecl)
		if !ok {
			return false
		}
		imports.Specs = slices.DeleteFunc(imports.Specs, func(s *ast.ImportSpec) bool { return !used[importName(s)] })
		return len(imports.Specs) == 0
	})
}

// importName returns the name by which a file calls an import.
func importName(s *ast.ImportSpec) string {
	if s.Name != nil {
		return s.Name.Name
	}
	p, err := strconv.Unquote(s.Path.Value)
	if err != nil {
		return ""
	}
	if _, name, ok := strings.Cut(path.Base(p), ":"); ok {
		return name
	}
	p, _, _ = strings.Cut(p, "@")
	return path.Base(p)
}
