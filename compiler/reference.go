package compiler

import (
	"path/filepath"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"

	"github.com/podcue/podcue/finding"
)

// maxHops bounds how many references in a row are followed.
const maxHops = 16

// link gives every task its template: the one that it refers to, whatever package
// of the module has it, or one of its own, named after the task, where it has one
// inline or changes the one that it refers to.
func (ev *evaluator) link(packages []*Package) finding.List {
	var found finding.List
	for _, p := range ev.pending {
		if t := ev.referred(p); t != nil {
			t.Used, p.task.Template = true, t
			continue
		}
		if p.own == nil {
			found = append(found, ev.decodeOwn(&p)...)
		}
		if t := p.own; t != nil {
			t.Used, p.task.Template = true, t
			p.pkg.Templates = append(p.pkg.Templates, t)
		}
	}
	for _, p := range packages {
		p.sort()
	}
	return found
}

// decodeOwn decodes the task's podTemplate as a template of its own.
func (ev *evaluator) decodeOwn(p *pendingTask) finding.List {
	t, err := ev.decodeTemplate(p.task.Name, p.pkg.Path, p.evaluation, p.at)
	v := ev.value(p.evaluation).LookupPath(p.at)
	if err != nil {
		return newTranslator(ev, p.inst, v).undecodable(kindTask, member{p.task.Name, v}, err)
	}
	t.Pos = ev.authorPosition(v)
	p.own = t
	return nil
}

// A reference is what a task's podTemplate refers to: a template of a package.
type reference struct {
	templateKey
	in *build.Instance // the package
}

// reference returns what v is a plain reference to, the zero value if it is
// anything else.
func (ev *evaluator) reference(v cue.Value) reference {
	for range maxHops {
		own := ev.authors(v)
		if len(own) != 1 {
			return reference{}
		}
		root, path := own[0].ReferencePath()
		if !root.Exists() {
			return reference{}
		}
		sels := path.Selectors()
		if inst := root.BuildInstance(); inst != nil && len(sels) == 2 && sels[0].String() == templatesField {
			return reference{templateKey{canonical(inst.ImportPath), sels[1].Unquoted()}, inst}
		}
		v = root.LookupPath(path)
	}
	return reference{}
}

// referred returns the template that a task's podTemplate is a plain reference to,
// nil if it is anything else, or a template of another module.
func (ev *evaluator) referred(p pendingTask) *Template {
	if p.refers.in == nil {
		return nil
	}
	if t := ev.templates[p.refers.templateKey]; t != nil {
		return t
	}
	return ev.imported(p)
}

// imported returns the template of a package of the module that is not named, and
// that the task's package imports; nil if it is of another module, or has
// mistakes. It is decoded as the task has it: nothing else unifies it with the
// schema.
func (ev *evaluator) imported(p pendingTask) *Template {
	in, key := p.refers.in, p.refers.templateKey
	dir, ok := ev.real(in.Dir)
	if !ok || strings.HasPrefix(dir, "cue.mod/") {
		return nil
	}
	src := ev.packageIn(dir, in.PkgName)
	if slices.ContainsFunc(ev.src.packages, func(p *packageSource) bool { return p.path == src.path }) {
		return nil // it has mistakes
	}
	t, err := ev.decodeTemplate(key.name, src.path, p.evaluation, p.at)
	if err != nil {
		return nil // the same mistake is one of the task's
	}
	t.Used, t.Pos = true, ev.itemPosition(&instance{in, src}, templatesField, member{key.name, ev.value(p.evaluation).LookupPath(p.at)})
	ev.templates[key] = t
	ev.foreign = append(ev.foreign, t)
	return t
}

// packageIn returns the package called name in the folder dir of the module.
func (ld *loader) packageIn(dir, name string) *packageSource {
	p := &packageSource{dir: ld.onDisk(dir), name: name}
	p.path = ld.pattern(p.dir)
	entries, err := ld.list(p.dir)
	if err != nil || p.dir == ld.src.dir {
		return p
	}
	for _, e := range entries {
		if e.dir || !isSource(e.name) {
			continue
		}
		data, err := ld.read(ld.src.disk, ld.src.dir, filepath.Join(p.dir, e.name))
		if clause := packageClause(data); err == nil && clause != "" && clause != "_" && clause != name {
			p.path += ":" + name // as discovery calls one of several
			return p
		}
	}
	return p
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
