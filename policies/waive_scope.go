package policies

import (
	"slices"
	"strings"
	"time"

	"github.com/podcue/podcue/finding"
)

// A Scope is what one run looked at. Waivers and the baseline need it to tell
// what is gone from what nobody looked for.
type Scope struct {
	// Today is the day that the expiry of waivers is judged by; only its date
	// counts.
	Today time.Time
	// IDs are the ids that a waiver can name: those of policies, of the merge's
	// hazards, and of the API server's verdict.
	IDs []string
	// Idle are the ids that were switched off, so that nothing follows from
	// their having no findings.
	Idle []string
	// Locked are the ids that only the platform's configuration may waive.
	Locked []string
	// Objects are the templates, tasks and manifests of the run. Their stages do
	// not count.
	Objects []ScopeObject
	// Partial says that Objects are only some of what the project has: not every
	// package was named, or --only was given. What is not among them may exist.
	Partial bool
	// Modules are the paths of the modules that the run looked at as a whole,
	// although it is Partial: nothing is unknown of what their packages have.
	Modules []string
}

// A ScopeObject is one thing that a run looked at.
type ScopeObject struct {
	finding.Object
	// Template is the name of the template that a task uses, as in the
	// template's own Object; "" if it uses none.
	Template string
	// TemplatePackage is the package of that template; "" is read as the task's.
	TemplatePackage string
}

// looked reports whether the run would have found id in object.
func (s *Scope) looked(id string, object finding.Object) bool {
	if slices.Contains(s.Idle, id) {
		return false
	}
	inModule := object.Module != "" || object.Package != "" // and not a manifest
	return !s.Partial || inModule && slices.Contains(s.Modules, object.Module) ||
		slices.ContainsFunc(s.Objects, func(o ScopeObject) bool { return sameObject(o.Object, object) })
}

// sameObject compares without the stage.
func sameObject(a, b finding.Object) bool {
	return a.Kind == b.Kind && a.Module == b.Module && a.Package == b.Package && a.Name == b.Name
}

// named reports whether name, which may be qualified by the package as in
// "./train:gpu", is that of an object.
func named(name, pkg, object string) bool {
	if object == "" {
		return false
	}
	return name == object || name == pkg+":"+object || name == strings.TrimPrefix(pkg, "./")+":"+object
}

// isTemplate reports whether waivers name object as a template: it is one, or a
// manifest of any kind.
func (o ScopeObject) isTemplate() bool {
	return o.Kind == "PodTemplate" || o.Stage == finding.StageManifest
}

// covers reports whether the target's template or task is o; for a template, a
// task that uses it is one of its forms.
func (t Target) covers(o ScopeObject) bool {
	switch {
	case t.Task != "":
		return o.Kind == "Task" && named(t.Task, o.Package, o.Name)
	case t.Template != "":
		pkg := o.TemplatePackage
		if pkg == "" {
			pkg = o.Package
		}
		return o.isTemplate() && named(t.Template, o.Package, o.Name) || named(t.Template, pkg, o.Template)
	}
	return true
}

// find returns the scope's entry for object, with the stage of object.
func (s *Scope) find(object finding.Object) ScopeObject {
	for _, o := range s.Objects {
		if sameObject(o.Object, object) {
			o.Stage = object.Stage
			return o
		}
	}
	return ScopeObject{Object: object}
}
