package compiler

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/podcue/podcue/finding"
)

// sayNoField speaks of a selector of something that is not there.
func (tr *translator) sayNoField(p problem, pl place, f *finding.Finding) {
	missing := arg(p, 0)
	f.Message = "there is no field " + missing
	f.Help = "add the field, or refer to another one"
	if len(p.own) == 0 {
		return
	}
	from, known := tr.selected(p.own[0].Line, p.own[0].Column, p.own[0].Filename)
	if from == "" {
		return
	}
	name := unquoted(missing)
	f.Message = fmt.Sprintf("there is no field %s in %s%s", missing, from, finding.DidYouMean(name, known))
	if near := finding.Nearest(name, known); near != "" {
		f.Help = "write " + from + "." + near
		if !ast.IsValidIdent(near) {
			f.Help = fmt.Sprintf("write %s[%q]", from, near)
		}
	} else if len(known) > 0 && len(known) <= maxListed {
		f.Help = from + " has " + strings.Join(known, ", ")
	}
}

// selected returns the operand of the selector at a position, as it is written,
// and the names of its fields.
func (tr *translator) selected(line, column int, file string) (string, []string) {
	var from string
	var known []string
	for _, f := range tr.inst.Files {
		if tr.fileName(f.Filename) != file {
			continue
		}
		ast.Walk(f, func(n ast.Node) bool {
			var x ast.Expr
			var at token.Pos
			switch n := n.(type) {
			case *ast.SelectorExpr:
				x, at = n.X, n.Sel.Pos()
			case *ast.IndexExpr:
				x, at = n.X, n.Index.Pos()
			}
			if x == nil || at.Line() != line || at.Column() != column {
				return true
			}
			from, known = dotted(x), tr.fieldsOf(x)
			return false
		}, nil)
	}
	return from, known
}

// dotted returns an operand that is made of names only.
func dotted(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		if inner := dotted(x.X); inner != "" {
			if name, _, err := ast.LabelName(x.Sel); err == nil {
				return inner + "." + name
			}
		}
	}
	return ""
}

// fieldsOf returns the names of the fields, and of the definitions, of an operand
// that is made of names.
func (tr *translator) fieldsOf(x ast.Expr) []string {
	parts := strings.Split(dotted(x), ".")
	at := tr.root
	for _, dep := range tr.inst.Imports {
		if dep.PkgName == parts[0] && !exists(tr.root, parts[0]) {
			at, parts = tr.ctx.BuildInstance(dep), parts[1:]
			break
		}
	}
	for _, name := range parts {
		at = at.LookupPath(cue.MakePath(step(at, name, tr.root)))
	}
	fields, err := at.Fields(cue.Definitions(true))
	if err != nil {
		return nil
	}
	var out []string
	for fields.Next() {
		out = append(out, strings.Trim(fields.Selector().String(), `"`))
	}
	if dotted(x) == templatesField {
		out = append(out, tr.removed...)
	}
	slices.Sort(out)
	return out
}
