package compiler

import (
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/token"
)

// parents are the nodes that the author's syntax nodes are in. With them, the
// places of structs and lists follow from the places of what is in them, which
// costs nothing, while asking CUE for them evaluates each part of them again.
type parents map[ast.Node]ast.Node

// parentsIn returns the parents of the package and of all that it imports, which
// nobody changes. All templates of a package share them.
func (ev *evaluator) parentsIn(inst *build.Instance) parents {
	ps := ev.syntax[inst]
	if ps == nil {
		ps = parents{}
		ps.add(ev.loader, inst, map[*build.Instance]bool{})
		ev.syntax[inst] = ps
	}
	return ps
}

// add adds the syntax of the package and of all that it imports, but for the
// schema.
func (ps parents) add(ld *loader, inst *build.Instance, seen map[*build.Instance]bool) {
	if inst == nil || seen[inst] {
		return
	}
	seen[inst] = true
	for _, f := range inst.Files {
		if ld.isSchema(ld.fileName(f.Filename)) {
			continue
		}
		var stack []ast.Node
		ast.Walk(f, func(n ast.Node) bool {
			if len(stack) > 0 {
				ps[n] = stack[len(stack)-1]
			}
			stack = append(stack, n)
			return true
		}, func(ast.Node) { stack = stack[:len(stack)-1] })
	}
	for _, dep := range inst.Imports {
		ps.add(ld, dep, seen)
	}
}

// holder returns the node that stands for the struct or list that n, a field or
// an element, is written in, and where that is: the label of its field, or its
// own beginning if it is an element of a list. The node is nil where the syntax
// does not tell, such as below a let clause or an argument of a function.
func (ps parents) holder(n ast.Node) (ast.Node, token.Pos) {
	inside := ast.Node(nil) // the struct or list that n is in
	for {
		up := ps[n]
		switch p := up.(type) {
		case *ast.Field:
			if inside != nil && p.Value == n {
				return p, p.Label.Pos()
			}
			return nil, token.NoPos
		case *ast.StructLit:
			inside = p
		case *ast.ListLit:
			if inside != nil {
				return inside, inside.Pos()
			}
			inside = p
		case *ast.Comprehension, *ast.EmbedDecl, *ast.ParenExpr:
		case *ast.BinaryExpr:
			if p.Op != token.AND {
				return nil, token.NoPos
			}
		default:
			return nil, token.NoPos
		}
		n = up
	}
}
