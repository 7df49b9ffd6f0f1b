package cuerule

import (
	"slices"
	"strconv"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/token"
)

// policyIDs returns the ids of the policies that files write as literal labels,
// in order.
func policyIDs(files []*ast.File) []string {
	var ids []string
	for _, f := range files {
		for _, d := range f.Decls {
			for _, e := range entries(d, fieldPolicies) {
				if id, ok := label(e); ok && !slices.Contains(ids, id) {
					ids = append(ids, id)
				}
			}
		}
	}
	return ids
}

// hasField reports whether files have the field called name at their top.
func hasField(files []*ast.File, name string) bool {
	return slices.ContainsFunc(files, func(f *ast.File) bool {
		return slices.ContainsFunc(f.Decls, func(d ast.Decl) bool {
			field, ok := d.(*ast.Field)
			if !ok {
				return false
			}
			l, ok := label(field)
			return ok && l == name
		})
	})
}

// entries returns the fields below the field called name, if d is that.
func entries(d ast.Decl, name string) []*ast.Field {
	f, ok := d.(*ast.Field)
	if !ok {
		return nil
	}
	if l, ok := label(f); !ok || l != name {
		return nil
	}
	var fields []*ast.Field
	for _, e := range literals(f.Value) {
		if f, ok := e.(*ast.Field); ok {
			fields = append(fields, f)
		}
	}
	return fields
}

// literals returns what stands in the struct literals that e is made of:
// {…}, or schema.#Policy & {…}.
func literals(e ast.Expr) []ast.Decl {
	switch e := e.(type) {
	case *ast.StructLit:
		return e.Elts
	case *ast.ParenExpr:
		return literals(e.X)
	case *ast.BinaryExpr:
		if e.Op == token.AND {
			return slices.Concat(literals(e.X), literals(e.Y))
		}
	}
	return nil
}

func label(f *ast.Field) (string, bool) {
	switch l := f.Label.(type) {
	case *ast.Alias: // name=label
		if named, ok := l.Expr.(ast.Label); ok {
			return label(&ast.Field{Label: named})
		}
	case *ast.Ident:
		return l.Name, true
	case *ast.BasicLit:
		s, err := strconv.Unquote(l.Value)
		return s, err == nil
	}
	return "", false
}

// fieldPosition returns where files write the field at path, or the nearest field
// above it below the first two steps, and whether it is the field itself.
func fieldPosition(files []*ast.File, path ...string) (pos token.Pos, whole bool) {
	best, depth := token.NoPos, 1
	var search func(decls []ast.Decl, at int)
	search = func(decls []ast.Decl, at int) {
		for _, d := range decls {
			f, ok := d.(*ast.Field)
			if !ok {
				continue
			}
			if l, ok := label(f); !ok || l != path[at] {
				continue
			}
			if at > depth || at == depth && !best.IsValid() {
				best, depth = f.Pos(), at
			}
			if at+1 < len(path) {
				search(literals(f.Value), at+1)
			}
		}
	}
	if len(path) == 0 {
		return token.NoPos, false
	}
	for _, f := range files {
		search(f.Decls, 0)
	}
	return best, best.IsValid() && depth == len(path)-1
}

// refersToItem reports whether files use the item elsewhere in the policy id than
// in its message; also where the policy is not written out, so that nobody knows.
func refersToItem(files []*ast.File, id string) bool {
	found, used := false, false
	uses := func(n ast.Node) bool {
		if name, ok := n.(*ast.Ident); ok && name.Name == fieldIt {
			used = true
		}
		return !used
	}
	for _, f := range files {
		for _, d := range f.Decls {
			for _, policy := range entries(d, fieldPolicies) {
				if name, _ := label(policy); name != id {
					continue
				}
				body := literals(policy.Value)
				if body == nil {
					return true
				}
				found = true
				for _, e := range body {
					field, ok := e.(*ast.Field)
					name := ""
					if ok {
						name, _ = label(field)
					}
					switch {
					case ok && name == fieldMessage:
					case ok && name == fieldIt && isIdent(field.Label):
						used = used || field.Alias != nil
					case ok && isIdent(field.Label):
						ast.Walk(field.Value, uses, nil)
					default:
						ast.Walk(e, uses, nil)
					}
				}
			}
		}
	}
	return used || !found
}

func isIdent(l ast.Label) bool {
	_, ok := l.(*ast.Ident)
	return ok
}

// inputViews returns the views that files ask input for; all of them when one
// uses input as a whole, or by another name.
func inputViews(files []*ast.File) []string {
	used := map[string]bool{}
	whole := false
	var visit func(n ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			alias, _ := n.Label.(*ast.Alias)
			if name, _ := label(n); n.Alias != nil && name == fieldInput {
				whole = true
			}
			if alias != nil {
				ast.Walk(alias, visit, nil)
			}
			ast.Walk(n.Value, visit, nil)
			return false // a label is no use
		case *ast.SelectorExpr:
			if id, ok := n.X.(*ast.Ident); ok && id.Name == fieldInput {
				if name, ok := n.Sel.(*ast.Ident); ok {
					used[name.Name] = true
					return false
				}
				whole = true
			}
		case *ast.Ident:
			if n.Name == fieldInput {
				whole = true
			}
		}
		return true
	}
	for _, f := range files {
		ast.Walk(f, visit, nil)
	}
	return slices.DeleteFunc(Views(), func(view string) bool { return !whole && !used[view] })
}

// allFiles returns the files of inst and of all that it imports.
func allFiles(inst *build.Instance) []*ast.File {
	files := slices.Clone(inst.Files)
	for _, dep := range inst.Dependencies() {
		files = append(files, dep.Files...)
	}
	return files
}
