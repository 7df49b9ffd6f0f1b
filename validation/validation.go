package validation

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/validation/field"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/core"
	k8sv1 "k8s.io/kubernetes/pkg/apis/core/v1"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/capabilities"

	"github.com/podcue/podcue/provenance"
)

// A Verdict is the API server's answer to the creation of one object.
type Verdict struct {
	// Kind is what was judged: Pod, PodTemplate, or "" for a pod template that
	// stands in an object of another kind.
	Kind string
	// Refusal is the server's message when it refuses the object before it
	// validates it, because it cannot be decoded; "" otherwise.
	Refusal string
	// Decoding are the parts of Refusal that say something of one field, with
	// what could be found out about where it stands. The server itself gives
	// only the message.
	Decoding []Cause
	// Causes are what the server refuses, sorted by field and message: the
	// server's own order is not stable.
	Causes []Cause
	// Warnings are the server's warnings, in its order. As from the server, an
	// object that is refused has hardly any.
	Warnings []Warning
	// Dropped are the fields that the server accepts and throws away, because
	// their feature gate is off in this version. It says nothing about them.
	Dropped []provenance.Path
	// Version is the Kubernetes version that judged.
	Version string

	scheme *runtime.Scheme
	stored runtime.Object // internal
}

// A Cause is one reason for a refusal.
type Cause struct {
	Field   string          // the server's: spec.containers[0].image
	Message string          // the server's: Required value
	Type    string          // the server's reason: FieldValueRequired; "" for a cause of a decoding error
	Path    provenance.Path // Field as a canonical path of the object: spec.containers[main].image
}

// A Warning is one Warning header.
type Warning struct {
	Text string          // the server's text, whole
	Path provenance.Path // the field that it begins with, as a canonical path; "" where it names none
}

// Accepted reports whether the server creates the object.
func (v *Verdict) Accepted() bool { return v.Refusal == "" && len(v.Causes) == 0 }

// Object returns the object as the server would store it, but for its status:
// defaulted, without what was dropped, in the API's version 1. It is nil for an
// object that could not be decoded. It must not be changed.
func (v *Verdict) Object() (runtime.Object, error) {
	if v.stored == nil {
		return nil, nil
	}
	switch in := v.stored.(type) {
	case *core.Pod:
		out := &corev1.Pod{}
		return out, v.scheme.Convert(in, out, nil)
	case *core.PodTemplate:
		out := &corev1.PodTemplate{}
		return out, v.scheme.Convert(in, out, nil)
	}
	return nil, fmt.Errorf("unexpected %T", v.stored)
}

// Pod returns the verdict of Kubernetes version on a new Pod, which is not
// changed. An error means that version is not supported.
func Pod(version string, pod *corev1.Pod) (*Verdict, error) {
	return judge(version, "Pod", func(s *server, version string) *Verdict {
		return s.pod(version, pod.DeepCopy(), place("", generic(pod)))
	})
}

// PodTemplate is [Pod] for a PodTemplate object.
func PodTemplate(version string, t *corev1.PodTemplate) (*Verdict, error) {
	return judge(version, "PodTemplate", func(s *server, version string) *Verdict {
		return s.template(version, t.DeepCopy(), place("", generic(t)))
	})
}

// TemplateSpec returns the verdict on a pod template that stands at root of an
// object of another kind, spec.template of a Deployment, and on nothing else of
// that object. Fields and paths begin with root.
func TemplateSpec(version string, root provenance.Path, spec *corev1.PodTemplateSpec) (*Verdict, error) {
	return judge(version, "", func(s *server, version string) *Verdict {
		t := &corev1.PodTemplate{Template: *spec.DeepCopy()}
		return s.templateSpec(version, t, root, place(root, generic(spec)))
	})
}

// StatefulSetTemplate is [TemplateSpec] for the template of a StatefulSet, at
// spec.template. The server does not look at its hostname and subdomain, which the
// controller overwrites, and takes the StatefulSet's volumeClaimTemplates, whose
// names are claims, for volumes that come before those of the template.
func StatefulSetTemplate(version string, spec *corev1.PodTemplateSpec, claims []string) (*Verdict, error) {
	const root = "spec.template"
	whole := spec.DeepCopy()
	whole.Spec.Hostname, whole.Spec.Subdomain = "", ""
	volumes := slices.DeleteFunc(whole.Spec.Volumes, func(v corev1.Volume) bool { return slices.Contains(claims, v.Name) })
	whole.Spec.Volumes = nil
	for _, name := range claims {
		source := corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: name}}
		whole.Spec.Volumes = append(whole.Spec.Volumes, corev1.Volume{Name: name, VolumeSource: source})
	}
	whole.Spec.Volumes = append(whole.Spec.Volumes, volumes...)
	return judge(version, "", func(s *server, version string) *Verdict {
		v := s.templateSpec(version, &corev1.PodTemplate{Template: *whole}, root, place(root, generic(whole)))
		if !v.Accepted() {
			return v
		}
		// The warnings are about the template as it was written.
		t, in := &corev1.PodTemplate{Template: *spec.DeepCopy()}, &core.PodTemplate{}
		if err := s.defaulted(t, in); err != nil {
			v.Refusal = s.rename(err)
			return v
		}
		v.Warnings = nil
		v.warn(podutil.GetWarningsForPodTemplate(ctx, field.NewPath(root), &in.Template, nil)...)
		v.place(place(root, generic(spec)))
		return v
	})
}

// judge runs f with the gates of version.
func judge(version, kind string, f func(s *server, version string) *Verdict) (*Verdict, error) {
	version, err := ParseVersion(version)
	if err != nil {
		return nil, err
	}
	s, err := setup()
	if err != nil {
		return nil, err
	}
	var v *Verdict
	if err := withGates(version, func() { v = f(s, version) }); err != nil {
		return nil, err
	}
	v.Version, v.Kind, v.scheme = version, kind, s.scheme
	return v, nil
}

// A server is the part of an API server that judges.
type server struct {
	scheme *runtime.Scheme
	strict runtime.Decoder // strict JSON, no defaulting, no conversion
}

// setup makes the one server of the process.
var setup = sync.OnceValues(func() (*server, error) {
	capabilities.Setup(true, 0)
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{core.AddToScheme, k8sv1.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, fmt.Errorf("set up the scheme of Kubernetes: %w", err)
		}
	}
	s := &server{scheme: scheme}
	for _, info := range serializer.NewCodecFactory(scheme).SupportedMediaTypes() {
		if info.MediaType == runtime.ContentTypeJSON {
			s.strict = info.StrictSerializer
		}
	}
	return s, nil
})

// pod judges pod, which it changes, while the gates are those of version; at
// finds places in the object as it was given.
func (s *server) pod(version string, pod *corev1.Pod, at placer) *Verdict {
	in := &core.Pod{}
	v := &Verdict{stored: in}
	if err := s.defaulted(pod, in); err != nil {
		v.Refusal = s.rename(err)
		return v
	}
	v.receive(&in.ObjectMeta)
	v.drop(s, version, at, &in.ObjectMeta, &in.Spec)
	preparePod(in, v)
	v.refuse(s.validatePod(in))
	if v.Accepted() {
		v.warn(podWarnings(in)...)
	}
	v.place(at)
	return v
}

// template judges t, which it changes.
func (s *server) template(version string, t *corev1.PodTemplate, at placer) *Verdict {
	in := &core.PodTemplate{}
	v := &Verdict{stored: in}
	if err := s.defaulted(t, in); err != nil {
		v.Refusal = s.rename(err)
		return v
	}
	v.receive(&in.ObjectMeta)
	v.drop(s, version, at.below("template"), &in.Template.ObjectMeta, &in.Template.Spec)
	v.refuse(s.validateTemplate(in))
	if v.Accepted() {
		v.warn(podutil.GetWarningsForPodTemplate(ctx, field.NewPath("template"), &in.Template, nil)...)
	}
	v.place(at)
	return v
}

// templateSpec judges the pod template in t, which stands at root.
func (s *server) templateSpec(version string, t *corev1.PodTemplate, root provenance.Path, at placer) *Verdict {
	in := &core.PodTemplate{}
	v := &Verdict{}
	if err := s.defaulted(t, in); err != nil {
		v.Refusal = s.rename(err)
		return v
	}
	path := field.NewPath(string(root))
	v.drop(s, version, at, &in.Template.ObjectMeta, &in.Template.Spec)
	opts := podutil.GetValidationOptionsFromPodTemplate(&in.Template, nil)
	v.refuse(corevalidation.ValidatePodTemplateSpec(&in.Template, path, opts))
	if v.Accepted() {
		v.warn(podutil.GetWarningsForPodTemplate(ctx, path, &in.Template, nil)...)
	}
	v.place(at)
	return v
}

// defaulted defaults obj and converts it to in, its internal form, which may
// share memory with it.
func (s *server) defaulted(obj, in runtime.Object) error {
	s.scheme.Default(obj)
	return s.scheme.Convert(obj, in, nil)
}

// refuse adds errors to the causes of v, sorted.
func (v *Verdict) refuse(errs field.ErrorList) {
	for _, e := range errs {
		v.Causes = append(v.Causes, Cause{Field: e.Field, Message: e.ErrorBody(), Type: string(e.Type)})
	}
	slices.SortFunc(v.Causes, func(a, b Cause) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Message, b.Message))
	})
}

// warn adds warnings; a server gives each text once.
func (v *Verdict) warn(texts ...string) {
	seen := make(map[string]bool, len(v.Warnings)+len(texts))
	for _, w := range v.Warnings {
		seen[w.Text] = true
	}
	for _, t := range texts {
		if !seen[t] {
			seen[t] = true
			v.Warnings = append(v.Warnings, Warning{Text: t})
		}
	}
}

// place adds the paths to the causes and warnings of v.
func (v *Verdict) place(at placer) {
	for i, c := range v.Causes {
		v.Causes[i].Path = at.path(c.Field)
	}
	for i, w := range v.Warnings {
		if name, _, ok := splitWarning(w.Text); ok {
			v.Warnings[i].Path = at.path(name)
		}
	}
}
