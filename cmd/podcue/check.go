package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/podcue/podcue/cmd/podcue/internal/encode"
	"github.com/podcue/podcue/cmd/podcue/internal/report"
	"github.com/podcue/podcue/compiler"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/provenance"
	"github.com/podcue/podcue/validation"
)

// checked is the outcome of checking a project and manifests.
type checked struct {
	report   finding.Report
	rules    []report.Rule
	baseline *pendingBaseline // nil: none is to be written
}

// A judge collects what the run of vet finds.
type judge struct {
	env   *env
	o     *vetOptions
	today time.Time
	rules map[string]report.Rule
	parts []*part // of the modules, in their order
	found finding.List
	twins twins
}

// A part is what one module's platform judges: its waivers cover nothing else.
type part struct {
	module  *module
	set     *policies.Set
	scope   policies.Scope
	waivers []policies.Waiver
	found   finding.List
	twins   twins // the run's
	// authored is what was found in the templates as they are written.
	authored map[*compiler.Template]finding.List
}

// add adds findings to the part.
func (p *part) add(found finding.List) { p.found = append(p.found, found...) }

// check judges what o names: the templates and tasks of its packages, as
// authored and as final Pods, and its manifests.
func (e *env) check(o *vetOptions) (*checked, error) {
	j := &judge{env: e, o: o, rules: map[string]report.Rule{}, twins: twins{}}
	if err := j.setToday(); err != nil {
		return nil, err
	}
	p, err := e.openForVet(o)
	if err != nil {
		return nil, err
	}
	for _, m := range p.modules {
		partial := len(o.only) > 0 || p.hides(m) || !m.wholly(o.patterns)
		if err := j.prepare(m, partial); err != nil {
			return nil, err
		}
	}
	j.distribute(p.findings)
	if err := j.judgeItems(p); err != nil {
		return nil, err
	}
	manifests, err := j.judgeManifests()
	if err != nil {
		return nil, err
	}
	c, err := j.finish()
	if err != nil {
		return nil, err
	}
	c.report.Checked = len(p.items) + manifests
	if c.report.Checked == 0 && len(c.report.Waived) == 0 && !c.report.Findings.AtLeast(finding.Error) {
		return nil, e.nothingIn(o.manifests)
	}
	return c, nil
}

// hides reports whether mistakes keep the run from knowing all that m has.
func (p *project) hides(m *module) bool {
	return slices.ContainsFunc(p.findings, func(f finding.Finding) bool {
		return f.Severity == finding.Error && (f.Object.Module == m.path || f.Object.Module == "")
	})
}

// nothingIn says that the manifests that names stand for have nothing to check.
func (e *env) nothingIn(names []string) error {
	if len(names) == 0 {
		return errNothing
	}
	if files, err := e.manifestFiles(names); err == nil && len(files) == 0 {
		return fmt.Errorf("%w: there are no YAML or JSON files in %s", errNothing, strings.Join(names, " and "))
	}
	return fmt.Errorf("%w: no object in %s carries a pod", errNothing, strings.Join(names, " and "))
}

// openForVet opens the packages to check: those that are named, and "." where
// nothing is. With manifests alone, only the platform's configuration counts.
func (e *env) openForVet(o *vetOptions) (*project, error) {
	if len(o.manifests) == 0 || len(o.patterns) > 0 || len(o.taskFiles) > 0 {
		return e.open(&o.options)
	}
	return e.openPlatformOnly(&o.options)
}

// openPlatformOnly opens the platform of the module that the working directory
// is in, or the defaults where there is none.
func (e *env) openPlatformOnly(o *options) (*project, error) {
	p := &project{}
	cm := &compiler.Module{Root: "."}
	if root := moduleRoot(e.dir); isDir(filepath.Join(root, "cue.mod")) && hasCUE(root, false) {
		rel, err := filepath.Rel(e.dir, root)
		if err != nil {
			return nil, err
		}
		program, err := compiler.Compile(o.compilerConfig(e), filepath.ToSlash(rel))
		if err != nil && !errors.As(err, &p.findings) {
			return nil, err
		}
		if program != nil && len(program.Modules) == 1 {
			cm = program.Modules[0]
		}
	}
	platform, found, err := e.openPlatform(o, cm)
	if err != nil {
		return nil, err
	}
	at := e.anchorOf(cm)
	p.findings = append(at.objects(p.findings), at.objects(found)...)
	if platform != nil {
		p.modules = []*module{{platform: platform, anchor: at}}
	}
	return p, nil
}

func (j *judge) setToday() error {
	if j.o.today == "" {
		j.today = j.env.now()
		return nil
	}
	day, err := time.Parse(time.DateOnly, j.o.today)
	if err != nil {
		return errors.New("--today: " + j.o.today + " is not a day: write YYYY-MM-DD")
	}
	j.today = day
	return nil
}

// prepare makes the policies and waivers of a module ready.
func (j *judge) prepare(m *module, partial bool) error {
	set, err := j.env.policySet(m.platform, j.o)
	if err != nil {
		return err
	}
	p := &part{module: m, set: set.set, found: m.objects(set.findings), twins: j.twins, authored: map[*compiler.Template]finding.List{}}
	p.scope = policies.Scope{
		Today: j.today, IDs: set.ids(), Idle: set.idle, Locked: slices.Concat(m.config.Locked, set.locked), Partial: partial,
	}
	for _, r := range set.rules {
		j.rules[r.ID] = r
	}
	var fields provenance.Map
	if m.config.fields != nil {
		fields = m.config.fields()
	}
	p.waivers, err = policies.DecodeWaivers(m.config.Waivers, fields)
	j.parts = append(j.parts, p)
	return err
}

// part returns that of m.
func (j *judge) part(m *module) *part {
	return j.parts[slices.IndexFunc(j.parts, func(p *part) bool { return p.module == m })]
}

// judgeItems checks the templates as authored, and the final Pods.
func (j *judge) judgeItems(p *project) error {
	for _, i := range p.authored() {
		if !p.covers(i) {
			continue
		}
		part := j.part(i.module)
		part.scope.Objects = append(part.scope.Objects, scopeObject(i))
		part.waivers = append(part.waivers, i.inlineWaivers()...)
		if err := part.judgeAuthored(i); err != nil {
			return err
		}
	}
	for _, i := range p.items {
		part := j.part(i.module)
		if i.kind == kindTask {
			part.scope.Objects = append(part.scope.Objects, scopeObject(i))
		}
		r, refused, err := i.render()
		if err != nil {
			return err
		}
		if refused != nil {
			part.add(refused)
			continue
		}
		if err := part.judgeFinal(r); err != nil {
			return err
		}
	}
	return nil
}

// judgeAuthored runs the policies on a template as its author wrote it and, where
// it is exported as a PodTemplate, asks for the API server's verdict on that.
func (p *part) judgeAuthored(i *item) error {
	t, set := i.template, p.set
	object := i.object(finding.StageAuthored)
	found := policies.Check(&policies.Subject{
		Object: object, Kind: kindTemplate, Pod: &t.Pod, Fields: t.Fields, Primary: t.PrimaryContainerName,
	}, set)
	if i.module.config.exportsPodTemplates() {
		verdict, err := validation.PodTemplate(i.module.kubernetes, encode.PodTemplate(&encode.Object{
			Name: t.Name, Primary: t.PrimaryContainerName, Template: &t.Pod,
		}))
		if err != nil {
			return err
		}
		found = append(found, set.Override(validation.Findings(verdict, object, t.Fields))...)
	}
	found = i.placed(found)
	p.authored[t] = found
	p.twins.note(found)
	p.add(found)
	return nil
}

// judgeFinal asks for the API server's verdict on a final Pod, and runs the
// policies on it.
func (p *part) judgeFinal(r *rendered) error {
	set := p.set
	object := r.item.object(finding.StageFinal)
	verdict, err := validation.Pod(r.item.module.kubernetes, r.pod)
	if err != nil {
		return err
	}
	api := validation.Findings(verdict, object, r.fields)
	final := policies.Check(&policies.Subject{
		Object: object, Kind: r.item.kind, Pod: r.template(), Fields: r.fields, APIVersion: "v1",
		Namespace: r.pod.Namespace, Primary: r.primary, Interruptible: r.interruptible,
	}, set)
	authored := p.authored[r.item.source()]
	found := r.item.placed(atSource(slices.Concat(set.Override(r.hazards()), set.Override(api), final), authored))
	p.twins.note(slices.Concat(authored, found))
	p.add(found)
	return nil
}

// inlineWaivers are the waivers that stand beside fields of the template i.
func (i *item) inlineWaivers() []policies.Waiver {
	var waivers []policies.Waiver
	for _, w := range i.template.Waivers {
		waivers = append(waivers, policies.Waiver{
			ID: w.Check, Target: policies.Target{Template: i.object("").Package + ":" + i.name, Path: w.Path},
			Reason: w.Reason, Owner: w.Owner, Expires: w.Expires, Ticket: w.Ticket,
			Name: string(w.Path), Inline: true, Pos: w.Pos,
		})
	}
	return waivers
}

// scopeObject is what waivers can name an item as.
func scopeObject(i *item) policies.ScopeObject {
	o := policies.ScopeObject{Object: i.object("")}
	if i.task != nil && i.task.Template != nil {
		o.Template, o.TemplatePackage = i.task.Template.Name, i.module.pkg(i.task.Template.Package)
	}
	return o
}
