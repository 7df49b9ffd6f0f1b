package compiler

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// sayUnknown speaks of a field that may not be where it is.
func (tr *translator) sayUnknown(p problem, pl place, f *finding.Finding) {
	name := label(pl.name)
	def, path := tr.definition(pl.object.Kind), tr.inObject(p.path)
	if !def.Exists() || len(path) == 0 {
		known := slices.DeleteFunc(names(pl.parent), func(n string) bool { return n == pl.name })
		f.Message = "unknown field " + name + finding.DidYouMean(pl.name, known)
		f.Help = listed(known)
		if near := finding.Nearest(pl.name, known); near != "" {
			f.Help = "write " + label(near)
		}
		return
	}
	f.ID = finding.IDSchema
	around := path[:len(path)-1]
	allowed := tr.allowed(def, around, pl)
	switch {
	case tr.sayOtherDefinition(p, pl, f):
		return
	case isIndex(pl.name):
		f.Message = "the list is longer than the definition that it builds on has it"
		f.Help = "lists unify element by element and do not append: build the whole list in one place, for example with list.Concat"
		return
	case slices.Contains(names(below(def, around)), pl.name):
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
	f.Help = listed(allowed)
	if at, far := home(def, around, pl.name); at != "" {
		f.Help = fmt.Sprintf("%s has its place at %s", name, at)
		if far && len(allowed) <= maxListed {
			f.Help += "; " + listed(allowed)
		}
		return
	}
	if long := begunBy(pl.name, allowed); long != "" {
		f.Message += "; did you mean " + long + "?"
		f.Help = "write " + label(long)
		return
	}
	if len(around) == 0 && pl.object.Kind == kindTemplate && ast.IsValidIdent(pl.name) {
		f.Help += "; a parameter of your own is called #" + pl.name
	}
}

// allowed returns the names of the fields that may be where an unknown one is:
// those of the schema, or where it has no list of them, those that are there.
func (tr *translator) allowed(def cue.Value, around []string, pl place) []string {
	allowed := names(below(def, around))
	if len(allowed) == 0 {
		allowed = names(pl.parent)
	}
	return slices.DeleteFunc(allowed, func(n string) bool { return n == pl.name })
}

// isSlip reports whether the unknown field is a slip for the one that is missing
// beside it: one cause.
func (tr *translator) isSlip(unknown, missing problem) bool {
	if unknown.format != formatUnknown || missing.format != formatRequired || len(unknown.path) != len(missing.path) {
		return false
	}
	n := len(missing.path) - 1
	if n < 0 || !slices.Equal(unknown.path[:n], missing.path[:n]) {
		return false
	}
	pl := tr.place(unknown.path)
	def, path := tr.definition(pl.object.Kind), tr.inObject(unknown.path)
	if !def.Exists() || len(path) == 0 {
		return false
	}
	allowed := tr.allowed(def, path[:len(path)-1], pl)
	return cmp.Or(nearest(pl.name, allowed), begunBy(pl.name, allowed)) == unquoted(missing.path[n])
}

// sayOtherDefinition speaks of a template that is built on the schema's #Task, and
// the like: nothing of it fits. It reports whether that is the case.
func (tr *translator) sayOtherDefinition(p problem, pl place, f *finding.Finding) bool {
	if tr.inst.source.platform || len(p.path) < 2 {
		return false
	}
	right, field := "#PodTemplate", templatesField
	if pl.object.Kind == kindTask {
		right, field = "#Task", tasksField
	}
	for _, name := range tr.builtOnSchema(p.path[:2]) {
		if name == right || name != "#PodTemplate" && name != "#Task" && name != "#Config" && name != "#Policy" {
			continue
		}
		f.Message = fmt.Sprintf("what is in %s cannot be a schema.%s", field, name)
		f.Help = "build it on schema." + right
		if name == "#PodTemplate" || name == "#Task" {
			f.Help += fmt.Sprintf(", or move it to %s", map[string]string{"#PodTemplate": templatesField, "#Task": tasksField}[name])
		}
		f.Path, f.Origins = "", nil
		for _, pos := range tr.nearest(p.path[:2]) {
			f.Origins = append(f.Origins, provenance.Origin{Layer: tr.layer(pl), Pos: pos})
		}
		return true
	}
	return false
}

// builtOnSchema returns the definitions of the schema that the node at path refers
// to as a whole, but for those that podcue's own constraints add.
func (tr *translator) builtOnSchema(path []string) []string {
	at := tr.root
	for _, elem := range path {
		at = at.LookupPath(cue.MakePath(step(at, elem, tr.root)))
	}
	var out []string
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
		if !root.Exists() || len(sels) != 1 || !sels[0].IsDefinition() {
			return
		}
		if inst := root.BuildInstance(); inst != nil && isSchemaPackage(inst) && !tr.isSchema(tr.position(v.Pos()).Filename) {
			out = append(out, sels[0].String())
		}
	}
	visit(at, 0)
	return out
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
