package main

import (
	"errors"
	"maps"
	"path/filepath"
	"slices"
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
	report finding.Report
	rules  []report.Rule
	locked []string // ids that only the platform may waive
}

// A judge collects what the run of vet finds.
type judge struct {
	env      *env
	o        *vetOptions
	found    finding.List
	scope    policies.Scope
	waivers  []policies.Waiver
	rules    map[string]report.Rule
	policies map[*platform]*policySet
}

// check judges what o names: the templates and tasks of its packages, as
// authored and as final Pods, and its manifests.
func (e *env) check(o *vetOptions) (*checked, error) {
	j := &judge{env: e, o: o, rules: map[string]report.Rule{}, policies: map[*platform]*policySet{}}
	if err := j.setToday(); err != nil {
		return nil, err
	}
	p, err := e.openForVet(o)
	if err != nil {
		return nil, err
	}
	j.found = append(j.found, p.findings...)
	for _, m := range p.modules {
		if err := j.prepare(m.platform); err != nil {
			return nil, err
		}
	}
	j.scope.Partial = len(o.only) > 0 || len(p.findings) > 0 || !slices.Contains(o.patterns, "./...")
	if err := j.judgeItems(p); err != nil {
		return nil, err
	}
	manifests, err := j.judgeManifests(p)
	if err != nil {
		return nil, err
	}
	if len(p.items)+manifests == 0 && len(j.found) == 0 {
		return nil, errNothing
	}
	return j.finish(len(p.items) + manifests)
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
	p.findings = append(p.findings, found...)
	if platform != nil {
		p.modules = []*module{{platform: platform, root: cm.Root}}
	}
	return p, nil
}

func (j *judge) setToday() error {
	if j.o.today == "" {
		j.scope.Today = j.env.now()
		return nil
	}
	day, err := time.Parse(time.DateOnly, j.o.today)
	if err != nil {
		return errors.New("--today: " + j.o.today + " is not a day: write YYYY-MM-DD")
	}
	j.scope.Today = day
	return nil
}

// prepare makes the policies and waivers of a platform ready.
func (j *judge) prepare(p *platform) error {
	set, err := j.env.policySet(p, j.o)
	if err != nil {
		return err
	}
	j.policies[p] = set
	j.found = append(j.found, set.findings...)
	for _, r := range set.rules {
		j.rules[r.ID] = r
		j.scope.IDs = append(j.scope.IDs, r.ID)
	}
	j.scope.Idle = append(j.scope.Idle, set.idle...)
	j.scope.Locked = append(j.scope.Locked, p.config.Locked...)
	j.scope.Locked = append(j.scope.Locked, set.locked...)
	var fields provenance.Map
	if p.config.fields != nil {
		fields = p.config.fields()
	}
	waivers, err := policies.DecodeWaivers(p.config.Waivers, fields)
	j.waivers = append(j.waivers, waivers...)
	return err
}

// judgeItems checks the templates as authored, and the final Pods.
func (j *judge) judgeItems(p *project) error {
	for _, i := range p.authored() {
		if i.module.platform == nil || !p.covers(i) {
			continue
		}
		j.scope.Objects = append(j.scope.Objects, scopeObject(i))
		if err := j.judgeAuthored(i); err != nil {
			return err
		}
	}
	for _, i := range p.items {
		if i.kind == kindTask {
			j.scope.Objects = append(j.scope.Objects, scopeObject(i))
		}
		r, refused, err := i.render()
		if err != nil {
			return err
		}
		if refused != nil {
			j.found = append(j.found, refused...)
			continue
		}
		if err := j.judgeFinal(r); err != nil {
			return err
		}
	}
	return nil
}

// judgeAuthored runs the policies on a template as its author wrote it and, where
// it is exported as a PodTemplate, asks for the API server's verdict on that.
func (j *judge) judgeAuthored(i *item) error {
	t, set := i.template, j.policies[i.module.platform].set
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
	j.found = append(j.found, i.placed(found)...)
	return nil
}

// judgeFinal asks for the API server's verdict on a final Pod, and runs the
// policies on it.
func (j *judge) judgeFinal(r *rendered) error {
	set := j.policies[r.item.module.platform].set
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
	found := slices.Concat(set.Override(r.hazards()), set.Override(api), final)
	j.found = append(j.found, r.item.placed(found)...)
	return nil
}

// finish takes what waivers and the baseline cover off the list.
func (j *judge) finish(count int) (*checked, error) {
	found := j.found.Unique()
	kept, waived, about := policies.ApplyWaivers(found, j.waivers, &j.scope)
	kept = append(kept, about...)
	if j.o.baseline != "" {
		known, gone, rest, err := j.applyBaseline(kept)
		if err != nil {
			return nil, err
		}
		kept, waived = append(rest, gone...), append(waived, known...)
	}
	c := &checked{report: finding.Report{Findings: kept.Unique(), Waived: waived, Checked: count}, locked: j.scope.Locked}
	for _, id := range slices.Sorted(maps.Keys(j.rules)) {
		c.rules = append(c.rules, j.rules[id])
	}
	return c, nil
}

// scopeObject is what waivers can name an item as.
func scopeObject(i *item) policies.ScopeObject {
	o := policies.ScopeObject{Object: i.object("")}
	if i.task != nil && i.task.Template != nil {
		o.Template, o.TemplatePackage = i.task.Template.Name, i.task.Template.Package
	}
	return o
}

// placed makes sure that each finding about i points at something that its author
// wrote: at the item itself where nothing nearer was written.
func (i *item) placed(found finding.List) finding.List {
	for n := range found {
		found[n].Origins = withAuthor(found[n].Origins, provenance.Origin{Layer: i.layer(), Pos: i.position()})
	}
	return found
}

// withAuthor returns origins with fallback before them, unless one of them says
// where the value is written. Where a policy is written is something else.
func withAuthor(origins []provenance.Origin, fallback provenance.Origin) []provenance.Origin {
	if slices.ContainsFunc(origins, func(o provenance.Origin) bool { return o.Pos.IsValid() && o.Layer != provenance.LayerPolicy }) {
		return origins
	}
	return append([]provenance.Origin{fallback}, origins...)
}

// layer is the layer of the item's own position.
func (i *item) layer() string {
	if i.kind == kindTask {
		return provenance.LayerTask
	}
	return provenance.LayerTemplate
}
