package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/podcue/podcue/compiler"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// A project is what one run is about: the packages named on the command line,
// compiled, each module with its own platform.
type project struct {
	modules    []*module
	items      []*item      // in the order of the output: by package, then tasks, then templates, by name
	findings   finding.List // of compiling and of the platform's files
	restricted bool         // --only left some out
}

// A module is one CUE module with its platform.
type module struct {
	*platform
	anchor
	packages []*compiler.Package
}

// An item is one task or template to make a Pod of.
type item struct {
	module   *module
	kind     string // kindTask or kindTemplate
	name     string
	pkg      string // the package, "./train"
	task     *compiler.Task
	template *compiler.Template // of a kindTemplate; for a task see task.Template
	file     *taskFile          // of a task given with --task
}

// The kinds of items, as findings name them.
const (
	kindTask     = "Task"
	kindTemplate = "PodTemplate"
)

// object returns what findings about the item at stage are about.
func (i *item) object(stage string) finding.Object {
	o := finding.Object{Kind: i.kind, Name: i.name, Package: i.pkg, Stage: stage}
	if i.file != nil {
		return o // it is of no package, and of no module
	}
	return i.module.object(o)
}

// qualified is the item's name with its package.
func (i *item) qualified() string { return i.pkg + ":" + i.name }

// position is where the item is written.
func (i *item) position() provenance.Position {
	switch {
	case i.task != nil:
		return i.task.Pos
	case i.template != nil:
		return i.template.Pos
	}
	return provenance.Position{Filename: i.file.name}
}

// primary returns the name of the container that is the task's own, "" where
// that is known only when the Pod is built.
func (i *item) primary() string {
	if t := i.source(); t != nil {
		return t.PrimaryContainerName
	}
	return ""
}

// source is the template that the Pod is made from, nil if there is none.
func (i *item) source() *compiler.Template {
	if i.task != nil {
		return i.task.Template
	}
	return i.template
}

// errNothing says that there is nothing to work on: exit 2, never "clean".
var errNothing = errors.New("nothing to check")

// open compiles what o names: the packages, "." where none are named and no task
// files either. Mistakes in the author's files are the project's findings; an
// error means that podcue could not run.
func (e *env) open(o *options) (*project, error) {
	p := &project{}
	if len(o.patterns) > 0 || len(o.taskFiles) == 0 {
		if err := p.compile(e, o); err != nil {
			return nil, err
		}
	}
	if err := p.addTaskFiles(e, o); err != nil {
		return nil, err
	}
	if len(p.items) == 0 && !p.findings.AtLeast(finding.Error) {
		help := ""
		if !slices.ContainsFunc(o.packages(), func(p string) bool { return strings.Contains(p, "...") }) {
			help = "\nhelp: ./... stands for all packages below the working directory"
		}
		return nil, fmt.Errorf("%w: no templates and no tasks in %s%s", errNothing, strings.Join(o.packages(), " "), help)
	}
	if err := p.only(o.only); err != nil && !p.findings.AtLeast(finding.Error) {
		return nil, err
	}
	return p, nil
}

// compile adds the packages that o names.
func (p *project) compile(e *env, o *options) error {
	program, err := compiler.Compile(o.compilerConfig(e), o.packages()...)
	if err != nil && !errors.As(err, &p.findings) {
		return err
	}
	if program == nil {
		return nil
	}
	p.anchor(e, program)
	for _, cm := range program.Modules {
		platform, found, err := e.openPlatform(o, cm)
		if err != nil {
			return err
		}
		at := e.anchorOf(cm)
		p.findings = append(p.findings, at.objects(found)...)
		if platform == nil {
			continue // nothing of the module can be rendered
		}
		m := &module{platform: platform, anchor: at, packages: cm.Packages}
		p.modules = append(p.modules, m)
		p.items = append(p.items, m.items()...)
	}
	return nil
}

// anchor makes the objects of the compiler's findings those of their modules.
func (p *project) anchor(e *env, program *compiler.Program) {
	var anchors []anchor
	for _, m := range program.Modules {
		anchors = append(anchors, e.anchorOf(m))
	}
	for i := range p.findings {
		o := &p.findings[i].Object
		if at := innermost(anchors, p.findings[i]); at >= 0 {
			*o = anchors[at].object(*o)
		} else if o.Kind == kindModule {
			o.Name = "." // its module file is broken: the position says which one
		}
	}
}

// items returns the tasks of m, and the templates that no task uses.
func (m *module) items() []*item {
	var items []*item
	for _, pkg := range m.packages {
		for _, t := range pkg.Tasks {
			items = append(items, &item{module: m, kind: kindTask, name: t.Name, pkg: pkg.Path, task: t})
		}
		for _, t := range pkg.Templates {
			if !t.Used {
				items = append(items, &item{module: m, kind: kindTemplate, name: t.Name, pkg: pkg.Path, template: t})
			}
		}
	}
	return items
}

// only keeps the items called by names. A template that tasks use may be named
// too: it stands for itself then.
func (p *project) only(names []string) error {
	if len(names) == 0 {
		return nil
	}
	var kept []*item
	for _, name := range names {
		found, err := p.find(name)
		if err != nil {
			return err
		}
		for _, i := range found {
			if !slices.Contains(kept, i) {
				kept = append(kept, i)
			}
		}
	}
	p.items, p.restricted = kept, true
	return nil
}

// find returns the item called name, which may be qualified by its package.
func (p *project) find(name string) ([]*item, error) {
	var found []*item
	candidates := p.candidates()
	for _, i := range candidates {
		if i.name == name || i.qualified() == name || i.qualified() == "./"+name || i.file.isCalled(name) {
			found = append(found, i)
		}
	}
	if len(found) == 0 {
		for _, i := range candidates {
			if i.object("").Package+":"+i.name == name { // as findings call it, from the module's root
				found = append(found, i)
			}
		}
	}
	if len(found) == 2 && found[0].pkg == found[1].pkg && found[0].kind != found[1].kind {
		found = found[:1] // a task and a template of one name: the task has the template in it
	}
	switch len(found) {
	case 0:
		var names []string
		for _, i := range candidates {
			names = append(names, i.name)
			if i.file != nil {
				names = append(names, i.file.wholeName())
			}
		}
		return nil, &unknownName{name: name, hint: finding.DidYouMean(name, names)}
	case 1:
		return found, nil
	}
	var qualified []string
	for _, i := range found {
		whole := i.qualified()
		if i.file != nil {
			whole = i.file.wholeName()
		}
		if !slices.Contains(qualified, whole) { // of a task and a template one name is enough
			qualified = append(qualified, whole)
		}
	}
	return nil, fmt.Errorf("%q is ambiguous: name one of %s", name, strings.Join(qualified, ", "))
}

// has reports whether name is that of one item.
func (p *project) has(name string) bool {
	_, err := p.find(name)
	return err == nil
}

// An unknownName is the error of a name that no template and no task has.
type unknownName struct{ name, hint string }

func (e *unknownName) Error() string {
	return fmt.Sprintf("there is no template or task %q%s", e.name, e.hint)
}

// candidates returns all that can be named: the items, and the templates that
// tasks use.
func (p *project) candidates() []*item {
	all := slices.Clone(p.items)
	for _, m := range p.modules {
		for _, pkg := range m.packages {
			for _, t := range pkg.Templates {
				named := func(i *item) bool { return i.template == t } // with --only
				if t.Used && !slices.ContainsFunc(p.items, named) {
					all = append(all, &item{module: m, kind: kindTemplate, name: t.Name, pkg: pkg.Path, template: t})
				}
			}
		}
	}
	return all
}

// authored returns the templates as their authors wrote them: those of the
// packages, each once, what a task made of one, and those that tasks take from
// packages that are not named.
func (p *project) authored() []*item {
	var all []*item
	seen := map[*compiler.Template]bool{}
	add := func(i *item) {
		if !seen[i.template] {
			seen[i.template] = true
			all = append(all, i)
		}
	}
	for _, i := range p.candidates() {
		if i.template != nil {
			add(i)
		}
	}
	for _, i := range p.items {
		if t := i.source(); t != nil {
			add(&item{module: i.module, kind: kindTemplate, name: t.Name, pkg: t.Package, template: t})
		}
	}
	return all
}
