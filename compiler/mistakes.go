package compiler

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// sayUnknown speaks of a field that may not be where it is.
func (tr *translator) sayUnknown(p problem, pl place, f *finding.Finding) {
	name := label(pl.name)
	def, path := tr.definition(pl.object.Kind), tr.inObject(p.path)
	if def.Exists() && len(path) > 0 {
		f.ID = finding.IDSchema
		around := path[:len(path)-1]
		allowed := slices.DeleteFunc(append(names(below(def, around)), names(pl.parent)...), func(n string) bool { return n == pl.name })
		slices.Sort(allowed)
		allowed = slices.Compact(allowed)
		inSchema := slices.Contains(names(below(def, around)), pl.name)
		switch {
		case isIndex(pl.name):
			f.Message = "the list is longer than the definition that it builds on has it"
			f.Help = "lists unify element by element and do not append: build the whole list in one place, for example with list.Concat"
			return
		case inSchema:
			tr.sayClosed(p, pl, f)
			return
		}
		f.Message = "unknown field " + name
		if near := nearest(pl.name, allowed); near != "" {
			f.Message += "; did you mean " + near + "?"
			f.Help = "write " + label(near)
			return
		}
		if at := wellKnown[pl.name]; at != "" && len(around) == 0 {
			f.Help = at
			return
		}
		if at := home(def, around, pl.name); at != "" {
			f.Help = fmt.Sprintf("%s has its place at %s", name, at)
			return
		}
		f.Help = listed(allowed)
		if len(around) == 0 && pl.object.Kind == kindTemplate && ast.IsValidIdent(pl.name) {
			f.Help += "; a parameter of your own is called #" + pl.name
		}
		return
	}
	known := slices.DeleteFunc(names(pl.parent), func(n string) bool { return n == pl.name })
	f.Message = "unknown field " + name + finding.DidYouMean(pl.name, known)
	f.Help = listed(known)
}

// sayClosed speaks of a field that the schema has, and that a definition of the
// author's leaves no room for.
func (tr *translator) sayClosed(p problem, pl place, f *finding.Finding) {
	what := "a definition that this builds on"
	var origins []provenance.Origin
	for _, def := range tr.builtOn(p.path[:min(2, len(p.path))]) {
		what = "the definition " + def.name
		origins = append(origins, provenance.Origin{Layer: tr.layer(pl), Pos: def.pos})
	}
	f.Message = fmt.Sprintf("%s leaves no room for %s", what, label(pl.name))
	f.Help = "a definition is closed: build it on the schema, #Base: schema.#PodTemplate & {…}, or end its struct with ..."
	if pl.object.Kind == kindTask {
		f.Help = "a definition is closed: build it on the schema, #Base: schema.#Task & {…}, or end its struct with ..."
	}
	f.Origins = append(f.Origins, origins...)
}

// A base is a definition that something is built on.
type base struct {
	name string
	pos  provenance.Position
}

// builtOn returns the author's own definitions that the node at path refers to
// as a whole.
func (tr *translator) builtOn(path []string) []base {
	at := tr.root
	for _, elem := range path {
		at = at.LookupPath(cue.MakePath(step(at, elem, tr.root)))
	}
	var out []base
	var visit func(cue.Value, int)
	visit = func(v cue.Value, depth int) {
		if op, args := v.Expr(); op == cue.AndOp && depth < maxParts {
			for _, a := range args {
				visit(a, depth+1)
			}
			return
		}
		root, path := v.ReferencePath()
		sels := path.Selectors()
		if !root.Exists() || len(sels) == 0 || !sels[len(sels)-1].IsDefinition() {
			return
		}
		target := root.LookupPath(path)
		origins := tr.origins(target, true, "")
		if len(origins) > 0 && !slices.ContainsFunc(out, func(b base) bool { return b.name == path.String() }) {
			out = append(out, base{path.String(), origins[len(origins)-1].Pos})
		}
	}
	visit(at, 0)
	if len(out) > 1 {
		return nil // which of them it is cannot be told
	}
	return out
}

// wellKnown is the help for what people bring along from manifests and from
// Flyte's own templates.
var wellKnown = map[string]string{
	"spec":       "the pod spec of a template is called podSpec",
	"template":   "a template has labels, annotations and podSpec themselves, without a template around them",
	"metadata":   "labels and annotations are fields of the template itself: labels: team: \"vision\"",
	"apiVersion": "a template is no manifest: leave apiVersion and kind out",
	"kind":       "a template is no manifest: leave apiVersion and kind out",
}

// abbreviations are what people call fields among themselves.
var abbreviations = map[string]string{
	"pvc": "persistentVolumeClaim", "cm": "configMap", "envs": "env", "cmd": "command", "mounts": "volumeMounts",
	"serviceAccount": "serviceAccountName", "limit": "limits", "request": "requests", "nodeselector": "nodeSelector",
}

// nearest is [finding.Nearest] for fields: it knows abbreviations, and does not
// guess at names of few letters.
func nearest(name string, names []string) string {
	if long := abbreviations[name]; slices.Contains(names, long) {
		return long
	}
	near := finding.Nearest(name, names)
	if near != "" && len(name) < 5 && !strings.EqualFold(near[:1], name[:1]) {
		return ""
	}
	return near
}

// maxListed is how many names of fields a help line lists.
const maxListed = 16

func listed(names []string) string {
	if len(names) == 0 || len(names) > maxListed {
		return "remove the field, or move it to where it belongs"
	}
	return "the fields here are " + strings.Join(names, ", ")
}

// inObject returns CUE's path as it goes on in the template, task or
// configuration.
func (tr *translator) inObject(path []string) []string {
	if tr.inst.source.platform {
		return path
	}
	return path[min(2, len(path)):]
}

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
		at = at.LookupPath(cue.MakePath(selector(name)))
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

// sayNoReference speaks of a name that nothing has.
func (tr *translator) sayNoReference(p problem, f *finding.Finding) {
	missing := arg(p, 0)
	known := map[string]bool{}
	for _, file := range tr.inst.Files {
		if tr.isSchema(tr.fileName(file.Filename)) {
			continue
		}
		for spec := range file.ImportSpecs() {
			ip := ast.ParseImportPath(unquoted(spec.Path.Value))
			known[ip.Qualifier] = true
		}
		ast.Walk(file, func(n ast.Node) bool {
			if field, ok := n.(*ast.Field); ok {
				if name, _, err := ast.LabelName(field.Label); err == nil && ast.IsValidIdent(name) {
					known[name] = true
				}
			}
			return true
		}, nil)
	}
	var all []string
	for name := range known {
		all = append(all, name)
	}
	slices.Sort(all)
	f.Message = fmt.Sprintf("nothing is called %s here%s", missing, finding.DidYouMean(missing, all))
	f.Help = fmt.Sprintf("define %s, or put quotes around it if it is a string: %q", missing, missing)
	if near := finding.Nearest(missing, all); near != "" {
		f.Help = "write " + near
	}
	if missing == "schema" {
		f.Help = `import the schema: import "github.com/podcue/podcue/schema"`
	}
}
