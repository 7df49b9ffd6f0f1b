package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podcue/podcue/cmd/podcue/internal/manifest"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/provenance"
	"github.com/podcue/podcue/validation"
)

// eachManifest calls visit for every object of names, in their order, and returns
// what cannot be decoded. One file is in memory at a time.
func (e *env) eachManifest(names []string, visit func(*manifest.Object) error) (finding.List, error) {
	files, err := e.manifestFiles(names)
	if err != nil {
		return nil, err
	}
	r := &manifest.Reader{}
	for _, file := range files {
		src, err := e.manifestSource(file)
		if err != nil {
			return nil, err
		}
		r.Volumes(src)
	}
	for _, file := range files {
		src, err := e.manifestSource(file)
		if err != nil {
			return nil, err
		}
		for o := range r.Objects(src) {
			if err := visit(o); err != nil {
				return nil, err
			}
		}
	}
	return r.Findings(), nil
}

// manifestGCPercent keeps the memory of checking thousands of manifests small:
// each is garbage once it is checked.
const manifestGCPercent = 75

// judgeManifests checks the manifests that -f names, and returns how many pods
// they carry. They are judged by the platform of the first module.
func (j *judge) judgeManifests() (int, error) {
	if len(j.o.manifests) == 0 || len(j.parts) == 0 {
		return 0, nil
	}
	debug.SetGCPercent(manifestGCPercent) // CUE is done with, and of manifests little stays
	p := j.parts[0]
	var names []string
	n := 0
	found, err := j.env.eachManifest(j.o.manifests, func(o *manifest.Object) error {
		names = append(names, o.Name)
		if j.onlyManifests() && !slices.Contains(j.o.only, o.Name) {
			return nil
		}
		n++
		p.scope.Objects = append(p.scope.Objects, policies.ScopeObject{Object: o.Object()})
		return p.judgeManifest(o)
	})
	p.add(found)
	for _, name := range j.o.only {
		if j.onlyManifests() && err == nil && !slices.Contains(names, name) {
			err = fmt.Errorf("no manifest has an object %q%s", name, finding.DidYouMean(name, names))
		}
	}
	return n, err
}

// onlyManifests reports whether --only names objects of manifests, because there
// is nothing else.
func (j *judge) onlyManifests() bool {
	return len(j.o.only) > 0 && len(j.o.patterns) == 0 && len(j.o.taskFiles) == 0
}

// judgeManifest asks for the API server's verdict on one object, and runs the
// policies on its pod.
func (p *part) judgeManifest(o *manifest.Object) error {
	set := p.set
	s := &policies.Subject{
		Object: o.Object(), Kind: o.Kind, Pod: o.Template, Root: o.Root, Fields: o.Fields, Namespace: o.Namespace,
		Primary: o.Primary, Interruptible: o.Interruptible, APIVersion: o.APIVersion, Claims: o.Claims,
	}
	verdict, err := manifestVerdict(p.module.kubernetes, o)
	if err != nil {
		return err
	}
	if verdict == nil || verdict.Refusal == "" {
		for _, u := range o.Unknown {
			s.Unknown = append(s.Unknown, policies.UnknownField(u))
		}
	}
	var api finding.List
	if verdict != nil {
		api = set.Override(validation.Findings(verdict, o.Object(), o.Fields))
	}
	found := append(api, policies.Check(s, set)...)
	for i := range found {
		found[i].Origins = withAuthor(found[i].Origins, provenance.Origin{Layer: provenance.LayerManifest, Pos: o.Position()})
	}
	p.twins.note(found)
	p.add(found)
	return nil
}

// manifestVerdict is the API server's verdict on an object as far as it carries a
// pod; nil for what is not sent to an API server.
func manifestVerdict(version string, o *manifest.Object) (*validation.Verdict, error) {
	switch {
	case o.APIVersion == "":
		return nil, nil
	case o.Kind == "Pod" || o.Kind == "PodTemplate":
		return validation.JSON(version, o.Kind, o.JSON)
	}
	if o.Kind == "StatefulSet" {
		return statefulSetVerdict(version, o)
	}
	return validation.TemplateSpec(version, o.Root, o.Template)
}

// statefulSetVerdict is the verdict on the template of a StatefulSet, which may
// mount the claims that the StatefulSet makes for each Pod.
func statefulSetVerdict(version string, o *manifest.Object) (*validation.Verdict, error) {
	var set struct {
		Spec struct {
			VolumeClaimTemplates []struct {
				Metadata struct {
					Name string `json:"name"`
				} `json:"metadata"`
			} `json:"volumeClaimTemplates"`
		} `json:"spec"`
	}
	// What is of the wrong type there is a finding of the manifest's own.
	_ = json.Unmarshal(o.JSON, &set)
	var claims []string
	for _, c := range set.Spec.VolumeClaimTemplates {
		claims = append(claims, c.Metadata.Name)
	}
	return validation.StatefulSetTemplate(version, o.Template, claims)
}

// readBaseFile adds the PodTemplates of a file to the platform's.
func (e *env) readBaseFile(p *platform, name string) (finding.List, error) {
	path := e.path(name)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := &manifest.Reader{Layer: provenance.LayerBase}
	objects, found := r.All(manifest.Source{Name: e.display(path), Data: data})
	for _, o := range objects {
		if o.Kind != kindTemplate || o.APIVersion != "v1" {
			found = append(found, baseFinding(o, fmt.Sprintf("a %s %s is no base template: it must be a v1 PodTemplate", o.APIVersion, o.Kind)))
			continue
		}
		for _, u := range o.Unknown {
			f := baseFinding(o, "unknown field "+string(u.Path))
			if f.Path, f.Origins = u.Path, o.Fields().Deciding(u.Path); u.Hint != "" {
				f.Message += "; did you mean " + u.Hint + "?"
			}
			found = append(found, f)
		}
		var meta struct {
			Metadata metav1.ObjectMeta `json:"metadata"`
		}
		if err := json.Unmarshal(o.JSON, &meta); err != nil {
			found = append(found, baseFinding(o, "the metadata cannot be read: "+err.Error()))
			continue
		}
		p.bases = append(p.bases, flyte.BaseTemplate{
			PodTemplate: &corev1.PodTemplate{ObjectMeta: meta.Metadata, Template: *o.Template},
			Fields:      o.TemplateFields(),
		})
	}
	if len(objects) == 0 && len(found) == 0 {
		found = finding.List{{
			ID: finding.IDManifest, Severity: finding.Error, Object: finding.Object{Kind: kindTemplate},
			Message: "there is no PodTemplate in " + filepath.Base(path),
			Help:    "write a PodTemplate into it, or take it off the base templates",
			Origins: []provenance.Origin{{Layer: provenance.LayerBase, Pos: provenance.Position{Filename: e.display(path)}}},
		}}
	}
	return found, nil
}

// baseFinding is a mistake in a base template.
func baseFinding(o *manifest.Object, message string) finding.Finding {
	return finding.Finding{
		ID: finding.IDManifest, Severity: finding.Error, Object: o.Object(), Message: message,
		Detail:  "Flyte looks up PodTemplates by their namespace and name, as the cluster has them.",
		Help:    "mend the file, or take it off the base templates",
		Origins: []provenance.Origin{{Layer: provenance.LayerBase, Pos: o.Position()}},
	}
}

// manifestSide is what diff compares of manifests.
func (e *env) manifestSide(name string) (*side, error) {
	s := &side{name: name}
	if name == "-" {
		s.name = stdinName
	}
	found, err := e.eachManifest([]string{name}, func(o *manifest.Object) error {
		var object map[string]any
		if err := json.Unmarshal(o.JSON, &object); err != nil {
			return err
		}
		delete(object, "status")
		full := o.Name
		if o.Namespace != "" {
			full = o.Namespace + "/" + o.Name
		}
		s.objects = append(s.objects, sideObject{kind: o.Kind, name: full, pod: object, fields: o.Fields})
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(found) > 0 {
		return nil, e.doesNotCompile(name, found)
	}
	if len(s.objects) == 0 {
		return nil, fmt.Errorf("%s has no object that carries a pod", name)
	}
	return s, nil
}
