package compiler

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

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
	var out []string
	tr.references(path, func(v, root cue.Value, path cue.Path) {
		sels := path.Selectors()
		if len(sels) != 1 || !sels[0].IsDefinition() {
			return
		}
		if inst := root.BuildInstance(); inst != nil && isSchemaPackage(inst) && !tr.isSchema(tr.position(v.Pos()).Filename) {
			out = append(out, sels[0].String())
		}
	})
	return out
}

// references calls visit for each part of the node at path that is a reference as
// a whole: with the part, and with where its target is.
func (tr *translator) references(path []string, visit func(v, root cue.Value, path cue.Path)) {
	at := tr.root
	for _, elem := range path {
		at = at.LookupPath(cue.MakePath(step(at, elem, tr.root)))
	}
	var walk func(cue.Value, int)
	walk = func(v cue.Value, depth int) {
		if op, args := v.Expr(); op == cue.AndOp && depth < maxParts {
			for _, a := range args {
				walk(a, depth+1)
			}
			return
		}
		if root, path := v.ReferencePath(); root.Exists() && len(path.Selectors()) > 0 {
			visit(v, root, path)
		}
	}
	walk(at, 0)
}

// sayClosed speaks of a field that the schema has, and that a definition of the
// author's leaves no room for.
func (tr *translator) sayClosed(p problem, pl place, f *finding.Finding) {
	what := "a definition that this builds on"
	var origins []provenance.Origin
	for n := len(p.path) - 1; n >= 2 && len(origins) == 0; n-- {
		if block := tr.builtOnSchema(p.path[:n]); len(block) == 1 && !strings.HasPrefix(block[0], "#Pod") && block[0] != "#Task" {
			f.Message = fmt.Sprintf("schema.%s leaves no room for %s", block[0], label(pl.name))
			f.Help = fmt.Sprintf("put the fields of the block where they belong, one by one: (schema.%s & {…}).field", block[0])
			return
		}
		for _, def := range tr.builtOn(p.path[:n]) {
			what = "the definition " + def.name
			origins = append(origins, provenance.Origin{Layer: tr.layer(pl), Pos: def.pos})
		}
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
	var out []base
	tr.references(path, func(_, root cue.Value, path cue.Path) {
		if sels := path.Selectors(); !sels[len(sels)-1].IsDefinition() {
			return
		}
		origins := tr.origins(root.LookupPath(path), true, "")
		if len(origins) > 0 && !slices.ContainsFunc(out, func(b base) bool { return b.name == path.String() }) {
			out = append(out, base{path.String(), origins[len(origins)-1].Pos})
		}
	})
	if len(out) > 1 {
		return nil // which of them it is cannot be told
	}
	return out
}
