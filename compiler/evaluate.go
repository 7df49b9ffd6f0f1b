package compiler

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/token"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// The kinds of objects that findings are about.
const (
	kindTemplate = "PodTemplate"
	kindTask     = "Task"
	kindConfig   = "Config"
	kindPackage  = "Package" // what is in no template and no task
	kindModule   = "Module"  // its module file, its vendored schema
)

// The fields of a package that podcue reads.
const (
	templatesField   = "templates"
	tasksField       = "tasks"
	podTemplateField = "podTemplate" // of a task
)

// An evaluator evaluates the packages of one module.
type evaluator struct {
	*loader
	session
	templates map[templateKey]*Template
	pending   []pendingTask
	foreign   []*Template        // those that tasks take from packages that are not named
	mended    map[token.Pos]bool // where build took a mistake out
	// attributed says which packages have podcue's attribute in them or in what
	// they import.
	attributed map[*build.Instance]bool
}

// A templateKey is where a template is written: in which package, and its label.
type templateKey struct{ importPath, name string }

// A pendingTask is a task whose template is to be found once all packages are
// evaluated.
type pendingTask struct {
	task   *Task
	pkg    *Package
	refers reference // what its podTemplate refers to
	*evaluation
	at  cue.Path  // where its podTemplate is
	own *Template // of the task itself; nil until it is decoded
}

func newEvaluator(ld *loader) *evaluator {
	return &evaluator{
		loader: ld, templates: map[templateKey]*Template{}, mended: map[token.Pos]bool{}, attributed: map[*build.Instance]bool{},
	}
}

// evaluate evaluates one package and decodes its templates and tasks, those that
// have no mistakes. It returns nil for a package that is of no interest.
func (ev *evaluator) evaluate(inst *instance) (p *Package, found finding.List) {
	src := inst.source
	defer recovered(src.object(), &found)
	ev.room()
	root, found := ev.build(inst)
	e := &evaluation{inst: inst}
	ev.keep(e, root)
	tr := newTranslator(ev, inst, root)
	p = &Package{Path: src.path, ImportPath: ev.src.importPath(src)}
	templates, tasks := members(root, templatesField), members(root, tasksField)
	if !src.named && len(templates)+len(tasks) == 0 && exists(root, "policies") {
		return nil, nil // a package of policies is for the policies to judge
	}
	r := &rounds{evaluator: ev, evaluation: e, pkg: p}
	found = append(append(found, tr.general()...), r.run(tr, templates, tasks)...)
	p.sort()
	found = append(found, p.sameNames(src.object())...)
	if !src.named && len(templates)+len(tasks) == 0 && len(found) == 0 {
		return nil, nil
	}
	return p, once(found)
}

func (p *Package) sort() {
	slices.SortStableFunc(p.Templates, func(a, b *Template) int { return strings.Compare(a.Name, b.Name) })
	slices.SortStableFunc(p.Tasks, func(a, b *Task) int { return strings.Compare(a.Name, b.Name) })
}

// sameNames returns a finding for every template or task that has the name of
// another one: they would become one object.
func (p *Package) sameNames(object finding.Object) finding.List {
	var found finding.List
	clash := func(kind, layer, name string, a, b provenance.Position) {
		object.Kind, object.Name, object.Stage = kind, name, finding.StageAuthored
		found = append(found, finding.Finding{
			ID: finding.IDSchema, Severity: finding.Error, Object: object, Path: "name",
			Message: fmt.Sprintf("two %ss of the package are called %q", kind, name),
			Help:    "give one of them another name, or leave name out: it is the label then",
			Origins: []provenance.Origin{{Layer: layer, Pos: a}, {Layer: layer, Pos: b}},
		})
	}
	for i := 1; i < len(p.Templates); i++ {
		if a, b := p.Templates[i-1], p.Templates[i]; a.Name == b.Name {
			clash(kindTemplate, templateLayer, a.Name, a.Pos, b.Pos)
		}
	}
	for i := 1; i < len(p.Tasks); i++ {
		if a, b := p.Tasks[i-1], p.Tasks[i]; a.Name == b.Name {
			clash(kindTask, taskLayer, a.Name, a.Pos, b.Pos)
		}
	}
	return found
}

// platform evaluates the platform package.
func (ev *evaluator) platform(inst *instance) (p *Platform, found finding.List) {
	defer recovered(inst.source.object(), &found)
	ev.room()
	root, found := ev.build(inst)
	e := &evaluation{inst: inst}
	ev.keep(e, root)
	tr := newTranslator(ev, inst, root)
	if err := root.Validate(cue.Concrete(true), cue.Final()); err != nil && len(found) == 0 {
		found = once(tr.findings(tr.complete(distinct(tr.problems(err)), kindConfig, nil, root)))
	}
	if len(found) > 0 {
		return nil, found
	}
	data, err := root.MarshalJSON()
	if err != nil {
		return nil, tr.translate(err)
	}
	pos := provenance.Position{}
	for _, f := range inst.Files {
		if at := ev.position(f.Pos()); !ev.isSchema(at.Filename) && !pos.IsValid() {
			pos = at
		}
	}
	return &Platform{JSON: data, Pos: pos, Fields: ev.fields(e, cue.Path{}, data, nil, configLayer)}, nil
}

// general returns the findings of the package that are about no single template
// or task.
func (tr *translator) general() finding.List {
	var found finding.List
	for _, e := range errors.Errors(tr.root.Validate()) {
		if isNameError(e) {
			found = append(found, tr.of(e).translate(e)...)
		}
	}
	if len(found) > 0 {
		return found // nothing of the package could be evaluated
	}
	found = tr.translate(tr.root.Validate())
	for _, name := range []string{templatesField, tasksField} {
		v := tr.root.LookupPath(cue.MakePath(cue.Str(name)))
		if !v.Exists() {
			continue
		}
		for _, f := range tr.translate(v.Validate(cue.Concrete(true), cue.Final())) {
			if f.Object.Kind == kindPackage {
				found = append(found, f)
			}
		}
	}
	return slices.DeleteFunc(found, func(f finding.Finding) bool {
		return f.Object.Kind == kindTemplate || f.Object.Kind == kindTask
	})
}

// A member is one entry of templates or tasks.
type member struct {
	name  string
	value cue.Value
}

// members returns the entries of the package's field called name, in the order
// of their names.
func members(root cue.Value, name string) []member {
	v := root.LookupPath(cue.MakePath(cue.Str(name)))
	if !v.Exists() && v.Err() == nil {
		return nil
	}
	fields, err := v.Fields()
	if err != nil {
		return nil
	}
	var out []member
	for fields.Next() {
		if sel := fields.Selector(); sel.LabelType() == cue.StringLabel && sel.ConstraintType() != cue.RequiredConstraint {
			out = append(out, member{sel.Unquoted(), fields.Value()})
		}
	}
	slices.SortFunc(out, func(a, b member) int { return strings.Compare(a.name, b.name) })
	return out
}

func exists(root cue.Value, name string) bool {
	return root.LookupPath(cue.MakePath(cue.Str(name))).Exists()
}

// recovered turns a crash of CUE's evaluator into a finding. What was found
// before it stays found.
func recovered(object finding.Object, found *finding.List) {
	if r := recover(); r != nil {
		*found = append(*found, finding.Finding{
			ID: finding.IDCUE, Severity: finding.Error, Object: object,
			Message: "this package makes CUE's evaluator crash",
			Detail:  crashText(r),
			Help:    "leave parts of the package out until it evaluates, and see whether cue vet crashes too",
		})
	}
}

// crashText returns the first line of what a panic said.
func crashText(r any) string {
	text := "CUE said: "
	if err, ok := r.(error); ok {
		text += err.Error()
	} else if s, ok := r.(string); ok {
		text += s
	} else {
		return ""
	}
	text, _, _ = strings.Cut(text, "\n")
	return text
}
