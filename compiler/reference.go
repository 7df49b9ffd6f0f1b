package compiler

import (
	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"

	"github.com/podcue/podcue/finding"
)

// maxHops bounds how many references in a row are followed.
const maxHops = 16

// link gives every task its template: the one that it refers to, or one of its
// own, named after the task, where it has one inline or changes the one that it
// refers to.
func (ev *evaluator) link(packages []*Package) finding.List {
	var found finding.List
	for _, p := range ev.pending {
		if t := ev.referred(p.value); t != nil {
			t.Used, p.task.Template = true, t
			continue
		}
		t, err := ev.decodeTemplate(p.task.Name, p.inst, p.value)
		if err != nil {
			tr := newTranslator(ev, p.inst, p.value)
			found = append(found, tr.undecodable(kindTask, member{p.task.Name, p.value}, err)...)
			continue
		}
		t.Used, p.task.Template, t.Pos = true, t, ev.authorPosition(p.value)
		p.pkg.Templates = append(p.pkg.Templates, t)
	}
	for _, p := range packages {
		p.sort()
	}
	return found
}

// referred returns the template that v is a plain reference to, nil if it is
// anything else, or a template that is not of this program.
func (ev *evaluator) referred(v cue.Value) *Template {
	for range maxHops {
		own := ev.authors(v)
		if len(own) != 1 {
			return nil
		}
		root, path := own[0].ReferencePath()
		if !root.Exists() {
			return nil
		}
		sels := path.Selectors()
		if inst := root.BuildInstance(); inst != nil && len(sels) == 2 && sels[0].String() == templatesField {
			return ev.templates[templateKey{canonical(inst.ImportPath), sels[1].Unquoted()}]
		}
		v = root.LookupPath(path)
	}
	return nil
}

// canonical returns an import path in the form that all spellings of it share:
// without the version, and with the package's name only where it says more.
func canonical(importPath string) string {
	ip := ast.ParseImportPath(importPath)
	ip.Version = ""
	return ip.Canonical().String()
}

// authors returns those parts of v's definition that the author wrote.
func (ev *evaluator) authors(v cue.Value) []cue.Value {
	op, parts := v.Expr()
	if op != cue.AndOp {
		return []cue.Value{v}
	}
	var own []cue.Value
	for _, part := range parts {
		if !ev.isSchema(ev.position(part.Pos()).Filename) {
			own = append(own, part)
		}
	}
	return own
}
