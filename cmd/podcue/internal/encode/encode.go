package encode

import (
	"fmt"
	"io"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

// An Object is one thing to write: a template, a task, or both. Which of its
// members a target reads stands with the target; no target changes them.
type Object struct {
	Package   string // the CUE package it was written in: "./train"
	Namespace string // where the PodTemplate is created; "" for none
	Name      string // the template's or the task's name

	// Comment is what a reader must know about the object, one line; YAML and
	// Python have it before the object. May be "".
	Comment string

	// Template is the template as its author wrote it. Targets with
	// Target.Authored set read it.
	Template *corev1.PodTemplateSpec
	// Primary is the name of the template's container that is the task's own.
	Primary string
	// DataConfig is the flyteidl DataLoadingConfig of the task, in protojson's
	// form. May be nil.
	DataConfig map[string]any

	// Pod is the Pod that the cluster will run. The other targets read it.
	Pod *corev1.Pod
}

// qualified is the object's name with its package.
func (o *Object) qualified() string {
	if o.Package == "" {
		return o.Name
	}
	return o.Package + ":" + o.Name
}

// A Target is one form in which objects are written.
type Target struct {
	Name string
	Doc  string // one line, no final period
	// Namespaced says that the object is made once for each namespace that is
	// asked for.
	Namespaced bool
	// Authored says that the target is made from Object.Template; the others are
	// made from Object.Pod, and so need the merge.
	Authored bool
	// Kind is the kind of the Kubernetes objects that the target is made of, "" if
	// what it writes is no such object.
	Kind string
	// Write writes objects in their order, in format "yaml" or "json". An object
	// that lacks what the target is made from is an error, as is an unknown
	// format, and then nothing is written.
	Write func(w io.Writer, objects []*Object, format string) error

	extension string // of files in place of the format's; "" for that
}

// Extension returns the extension of a file of t in format, without a dot.
func (t Target) Extension(format string) string {
	if t.extension != "" {
		return t.extension
	}
	return format
}

// Extensions returns the extensions of all files that targets are written to,
// without a dot, sorted.
func Extensions() []string {
	extensions := []string{"json", "yaml"}
	for _, t := range targets {
		if t.extension != "" {
			extensions = append(extensions, t.extension)
		}
	}
	slices.Sort(extensions)
	return slices.Compact(extensions)
}

// targets is sorted by name. To add one, write its file and put its variable here.
var targets = []Target{
	flyteK8sPod,
	flytekit,
	list,
	pod,
	podSpec,
	podTemplate,
}

// Targets returns the targets, sorted by name. The result is fresh.
func Targets() []Target { return append([]Target(nil), targets...) }

// Names returns the names of the targets, sorted.
func Names() []string {
	names := make([]string, len(targets))
	for i, t := range targets {
		names[i] = t.Name
	}
	return names
}

// Lookup returns the target called name. The error lists the targets.
func Lookup(name string) (Target, error) {
	for _, t := range targets {
		if t.Name == name {
			return t, nil
		}
	}
	return Target{}, fmt.Errorf("unknown target %q%s (targets: %s)",
		name, finding.DidYouMean(name, Names()), strings.Join(Names(), ", "))
}
