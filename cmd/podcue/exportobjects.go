package main

import (
	"fmt"

	"github.com/podcue/podcue/cmd/podcue/internal/encode"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
	"github.com/podcue/podcue/validation"
)

// exportObjects makes the objects that a target prints, and says what the API
// server would refuse about them.
func (e *env) exportObjects(p *project, o *exportOptions, target encode.Target) ([]*encode.Object, finding.List, error) {
	x := &exporter{o: o, target: target, places: map[string]*item{}}
	items := p.items
	if target.Authored {
		items = p.templates()
	}
	for _, i := range items {
		var err error
		if target.Authored {
			err = x.addTemplate(i)
		} else {
			err = x.addPod(i)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	if len(x.objects) == 0 && len(x.found) == 0 && len(p.findings) == 0 {
		return nil, nil, fmt.Errorf("nothing to export: --target %s prints templates, and the packages have none", target.Name)
	}
	return x.objects, x.found, nil
}

// templates returns the templates of p that --only keeps: those that are named,
// and those of named tasks.
func (p *project) templates() []*item {
	var kept []*item
	for _, i := range p.authored() {
		if p.covers(i) {
			kept = append(kept, i)
		}
	}
	return kept
}

// An exporter collects the objects of one export.
type exporter struct {
	o       *exportOptions
	target  encode.Target
	objects []*encode.Object
	found   finding.List
	places  map[string]*item // which item became the object called so
}

// addPod adds the final Pod of i.
func (x *exporter) addPod(i *item) error {
	r, refused, err := i.render()
	if err != nil {
		return err
	}
	if refused != nil {
		x.found = append(x.found, refused...)
		return nil
	}
	if !x.claim(i, "Pod", r.pod.Namespace, r.pod.Name) {
		return nil
	}
	x.objects = append(x.objects, &encode.Object{
		Package: i.pkg, Namespace: r.pod.Namespace, Name: i.name, Pod: r.pod, Comment: r.comment(),
	})
	if x.o.noValidate {
		return nil
	}
	verdict, err := validation.Pod(i.module.kubernetes, r.pod)
	if err == nil {
		x.found = append(x.found, i.placed(validation.Findings(verdict, i.object(finding.StageFinal), r.fields))...)
	}
	return err
}

// comment says what a reader of the Pod must know about it.
func (r *rendered) comment() string {
	if r.item.kind != kindTemplate {
		return ""
	}
	return fmt.Sprintf("no task uses the template %s: this is its Pod for the preview task", r.item.name)
}

// addTemplate adds the template i as its author wrote it, once for each
// namespace.
func (x *exporter) addTemplate(i *item) error {
	t := i.template
	namespaces := x.o.namespaces
	if len(namespaces) == 0 {
		namespaces = []string{""}
	}
	for n, ns := range namespaces {
		if !x.claim(i, "PodTemplate", ns, t.Name) {
			continue
		}
		object := &encode.Object{
			Package: i.pkg, Namespace: ns, Name: t.Name, Primary: t.PrimaryContainerName, Template: &t.Pod,
		}
		x.objects = append(x.objects, object)
		if x.o.noValidate || x.target.Kind != kindTemplate || n > 0 {
			continue
		}
		verdict, err := validation.PodTemplate(i.module.kubernetes, encode.PodTemplate(object))
		if err != nil {
			return err
		}
		x.found = append(x.found, i.placed(validation.Findings(verdict, i.object(finding.StageAuthored), t.Fields))...)
	}
	return nil
}

// claim reports whether no other item became the same object; if one did, that
// is a finding.
//
// The names of Pods come from placeholders, so those of tasks that are called the
// same in two packages are the same: in files of their own they do not meet.
func (x *exporter) claim(i *item, kind, namespace, name string) bool {
	key := kind + "/" + namespace + "/" + name
	if kind == "Pod" && x.o.outDir != "" {
		key += "/" + i.qualified()
	}
	first := x.places[key]
	if first == nil {
		x.places[key] = i
		return true
	}
	if first == i {
		return true
	}
	where := name
	if namespace != "" {
		where = namespace + "/" + name
	}
	x.found = append(x.found, finding.Finding{
		ID: finding.IDSchema, Severity: finding.Error, Object: i.object(""),
		Message: fmt.Sprintf("%s %s and %s %s would both be the %s %s", first.kind, first.qualified(), i.kind, i.qualified(), kind, where),
		Detail:  "One of them would overwrite the other.",
		Help:    "give one of them another name, or export them apart with --only",
		Origins: []provenance.Origin{{Layer: i.layer(), Pos: i.position()}, {Layer: first.layer(), Pos: first.position()}},
	})
	return false
}
