package policies

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// A Subject is one pod to judge, with what is known about it.
type Subject struct {
	// Object is what findings are about; its Stage decides which policies run.
	// An empty Stage is read as that of a manifest.
	Object finding.Object
	// Kind is the kind of the object that carries the pod: Task, PodTemplate,
	// Pod, Deployment, CronJob … It tells services from tasks. "" is read as
	// Object.Kind.
	Kind string
	// Pod is the pod, defaulted or not. It is read only. The metadata of a
	// manifest that is not a Pod is that of its pod template.
	Pod *corev1.PodTemplateSpec
	// Root is where Pod stands in the object: "" for a Pod or a template of a
	// CUE package, "spec.template" for a Deployment. Findings' paths start with it.
	Root provenance.Path
	// Fields returns the provenance of the object, keyed by the same paths as
	// the findings, thus with Root. It is called at the first finding only. May
	// be nil.
	Fields func() provenance.Map
	// Namespace is where the object is created; "" when nothing says.
	Namespace string
	// Primary is the name of the container that is the task's own; "" when
	// there is none.
	Primary string
	// Interruptible says whether the task may run on nodes that can vanish; nil
	// when nothing says.
	Interruptible *bool
	// APIVersion is the API group and version of the object ("apps/v1"); "" when
	// nothing says.
	APIVersion string
	// Claims are the PersistentVolumes that the input has for claims of the pod's
	// namespace, by the claim's name. May be nil.
	Claims map[string]*corev1.PersistentVolumeSpec
	// Unknown are the fields of the document that Kubernetes does not have.
	Unknown []UnknownField
}

// An UnknownField is a field that the strict decoding of a manifest found.
type UnknownField struct {
	Path provenance.Path // from the document's root
	Hint string          // what it may have been meant to be; may be ""
}

func (s *Subject) kind() string {
	if s.Kind != "" {
		return s.Kind
	}
	return s.Object.Kind
}

// IsTemplate reports whether s is what somebody authored, to be merged with a
// task: a template of a CUE package, or a manifest of kind PodTemplate.
func (s *Subject) IsTemplate() bool {
	return s.Object.Stage == finding.StageAuthored || s.isBaseTemplate()
}

// isBaseTemplate reports whether s is a cluster's PodTemplate object, on which
// Flyte merges the task's own Pod.
func (s *Subject) isBaseTemplate() bool {
	return (s.Object.Stage == finding.StageManifest || s.Object.Stage == "") && s.kind() == "PodTemplate"
}

// isTask reports whether s is a Flyte task's: written as one, or rendered from one.
func (s *Subject) isTask() bool {
	return s.Object.Stage == finding.StageAuthored || s.Object.Stage == finding.StageFinal
}

// RunsToCompletion reports whether the pod ends by itself: a task, a template, a
// job, or a Pod that is not restarted for ever.
func (s *Subject) RunsToCompletion() bool {
	if s.isTask() {
		return true
	}
	switch s.kind() {
	case "Job", "CronJob", "PodTemplate", "Task", "K8sPod":
		return true
	case "Pod":
		return s.Pod.Spec.RestartPolicy == corev1.RestartPolicyNever || s.Pod.Spec.RestartPolicy == corev1.RestartPolicyOnFailure
	}
	return false
}

// completed reports whether Flyte fills in what the container leaves out: the
// task's image, command and resources go to the primary container, and to what
// a cluster's PodTemplate calls default or primary.
func (s *Subject) completed(c Container) bool {
	if !s.IsTemplate() {
		return false
	}
	switch c.Name {
	case "default", "primary", "default-init", "primary-init":
		return true
	}
	return c.Name == s.Primary && s.Primary != "" || s.isBaseTemplate() && saysPlaceholder(c.Name+" "+c.Image) && placeholder(s.Pod.Spec.Containers)
}

// A Pass is one policy at work on one subject.
type Pass struct {
	Policy  *Policy
	Subject *Subject
	Pod     *corev1.PodTemplateSpec // Subject.Pod: read only

	params   any
	severity finding.Severity // from the configuration; 0: the policy's own
	minor    int              // the Kubernetes minor whose standard holds
	control  string           // the control of the standard that asks; "" for none
	run      *run
}

// ParamsOf returns the parameters of the pass, which must be of the type of the
// policy's Params. They must not be changed.
func ParamsOf[T any](p *Pass) *T { return p.params.(*T) }

// Report adds a finding about the node at path, which is relative to the pod:
// spec.containers[main].image. It need not exist: what is missing is reported
// where it should stand. The message is one line, in lower case, without a final
// period and without a position.
func (p *Pass) Report(path provenance.Path, format string, args ...any) {
	p.ReportAs(p.Policy.Severity, path, format, args...)
}

// ReportAs is Report with another severity than the policy's. A severity from
// the configuration goes before both.
func (p *Pass) ReportAs(severity finding.Severity, path provenance.Path, format string, args ...any) {
	p.report(severity, join(p.Subject.Root, path), fmt.Sprintf(format, args...))
}

// reportObject is Report with a path from the object's root, for what is not
// part of its pod.
func (p *Pass) reportObject(at provenance.Path, format string, args ...any) {
	p.report(p.Policy.Severity, at, fmt.Sprintf(format, args...))
}

func (p *Pass) report(severity finding.Severity, at provenance.Path, message string) {
	if p.severity != 0 {
		severity = p.severity
	}
	origins := p.run.fields().Deciding(at)
	if p.Policy.Pos.IsValid() {
		origins = append(origins, provenance.Origin{Layer: provenance.LayerPolicy, Pos: p.Policy.Pos})
	}
	p.run.found = append(p.run.found, finding.Finding{
		ID:       p.Policy.ID,
		Severity: severity,
		Object:   p.Subject.Object,
		Path:     at,
		Message:  message,
		Detail:   p.Policy.Detail(),
		Help:     p.Policy.Help,
		Origins:  origins,
	})
}

// Written reports whether somebody wrote the node at path or something below
// it, rather than that it is there by default. Without provenance nobody knows,
// and it is false.
func (p *Pass) Written(path provenance.Path) bool {
	at := join(p.Subject.Root, path)
	for q, origins := range p.run.fields() {
		if q.Under(at) && !allBy(origins, provenance.LayerKubernetes) {
			return true
		}
	}
	return false
}

func allBy(origins []provenance.Origin, layer string) bool {
	for _, o := range origins {
		if o.Layer != layer {
			return false
		}
	}
	return true
}

// since reports whether the Pod Security Standard in force is that of Kubernetes
// 1.minor or later. Without a standard it is the newest.
func (p *Pass) since(minor int) bool { return p.minor >= minor }

func join(root, path provenance.Path) provenance.Path {
	switch {
	case root == "":
		return path
	case path == "":
		return root
	case strings.HasPrefix(string(path), "["):
		return root + path
	}
	return root + "." + path
}
