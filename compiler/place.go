package compiler

import (
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// A place is what a problem is about.
type place struct {
	object finding.Object
	path   provenance.Path
	value  cue.Value // the node, if it can be found
	parent cue.Value // the node that it is in, or that it would be in
	name   string    // its label or index in there
}

// place returns what CUE's path means: which object, and where in it. A path
// into a definition is about the definition, so it never begins with one.
func (tr *translator) place(path []string) place {
	pl := place{object: tr.inst.source.object(), parent: tr.root, value: tr.root}
	var top func(string) provenance.Path
	rest, at := path, tr.root
	if len(path) >= 2 && path[1] != "[]" && !tr.inst.source.platform && (path[0] == templatesField || path[0] == tasksField) {
		pl.object.Kind, top = kindTemplate, templatePath
		if path[0] == tasksField {
			pl.object.Kind, top = kindTask, nil
		}
		pl.object.Name, pl.object.Stage = unquoted(path[1]), finding.StageAuthored
		at = tr.root.LookupPath(cue.MakePath(cue.Str(path[0]), selector(path[1])))
		pl.parent, pl.value, pl.name = tr.root.LookupPath(cue.MakePath(cue.Str(path[0]))), at, pl.object.Name
		rest = path[2:]
	}
	field := ""
	for i, elem := range rest {
		if elem == "[]" {
			break // inside a pattern: there is no node
		}
		pl.parent, pl.name = at, unquoted(elem)
		next := at.LookupPath(cue.MakePath(step(at, elem, tr.root)))
		switch {
		case isIndex(elem):
			pl.path = elementPath(pl.path, field, at, elem)
		case strings.HasPrefix(elem, "#") || strings.HasPrefix(elem, "_"):
			// A definition is a place of its own: its fields begin anew.
			if i == 0 && top == nil {
				pl.object = finding.Object{Kind: kindDefinition, Name: elem, Package: tr.inst.source.path}
			}
			pl.path = ""
		case i == 0 && top != nil:
			pl.path = top(pl.name)
		default:
			pl.path = provenance.MemberPath(pl.path, field, pl.name)
		}
		at, field = next, pl.name
		pl.value = next
	}
	return pl
}

// elementPath returns the path of an element of a list, by its key where it has
// one.
func elementPath(p provenance.Path, field string, list cue.Value, index string) provenance.Path {
	i, err := strconv.Atoi(index)
	if err != nil {
		return p.Child(index)
	}
	elements := make([]any, 0, i+1)
	for j := range i + 1 {
		e := map[string]any{}
		for _, key := range provenance.ListKeys(field) {
			v := list.LookupPath(cue.MakePath(cue.Index(j), cue.Str(key)))
			if d, ok := v.Default(); ok {
				v = d
			}
			if s, err := v.String(); err == nil {
				e[key] = s
			} else if n, err := v.Int64(); err == nil {
				e[key] = float64(n)
			}
		}
		elements = append(elements, e)
	}
	return provenance.ElementPaths(p, field, elements)[i]
}

// step returns the selector of one element of CUE's path.
func step(at cue.Value, elem string, root cue.Value) cue.Selector {
	if isIndex(elem) {
		if i, err := strconv.Atoi(elem); err == nil && at.LookupPath(cue.MakePath(cue.Index(i))).Exists() {
			return cue.Index(i)
		}
	}
	if strings.HasPrefix(elem, "_") {
		if inst := root.BuildInstance(); inst != nil {
			name, _, _ := strings.Cut(elem, "$")
			return cue.Hid(name, inst.ImportPath)
		}
	}
	return selector(elem)
}

func selector(elem string) cue.Selector {
	if strings.HasPrefix(elem, "#") {
		return cue.Def(elem)
	}
	return cue.Str(unquoted(elem))
}

func isIndex(elem string) bool {
	return elem != "" && strings.Trim(elem, "0123456789") == ""
}

// unquoted returns a label without the quotes that CUE prints around some.
func unquoted(label string) string {
	if s, err := strconv.Unquote(label); err == nil {
		return s
	}
	return label
}

// writtenAt returns the path of the node that is written at a position, with the
// indices of lists, which CUE leaves out before it evaluates; nil if there is
// none.
func (tr *translator) writtenAt(pos token.Pos) []string {
	var path, found []string
	var parents []ast.Node
	for _, f := range tr.inst.Files {
		if f.Filename != pos.Filename() {
			continue
		}
		path, parents = nil, nil
		ast.Walk(f, func(n ast.Node) bool {
			if len(parents) > 0 {
				if list, ok := parents[len(parents)-1].(*ast.ListLit); ok {
					if i := slices.IndexFunc(list.Elts, func(e ast.Expr) bool { return e == n }); i >= 0 {
						path = append(path, strconv.Itoa(i))
					}
				}
			}
			if field, ok := n.(*ast.Field); ok {
				name, _, err := ast.LabelName(field.Label)
				if err != nil {
					name = "?"
				}
				path = append(path, name)
			}
			if n.Pos() == pos && found == nil {
				if _, ok := n.(ast.Expr); ok {
					found = slices.Clone(path)
				}
			}
			parents = append(parents, n)
			return true
		}, func(n ast.Node) {
			parents = parents[:len(parents)-1]
			if _, ok := n.(*ast.Field); ok {
				path = path[:len(path)-1]
			}
			if len(parents) > 0 {
				if list, ok := parents[len(parents)-1].(*ast.ListLit); ok && slices.ContainsFunc(list.Elts, func(e ast.Expr) bool { return e == n }) {
					path = path[:len(path)-1]
				}
			}
		})
	}
	return found
}
