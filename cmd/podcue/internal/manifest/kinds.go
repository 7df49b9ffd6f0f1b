package manifest

import (
	"reflect"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/provenance"
)

// A workload is a kind of Kubernetes that carries a pod template.
type workload struct {
	kind     string
	versions []string // apiVersions, the current one first; the others were removed
	root     provenance.Path
	// decode returns a new object to decode into, and what returns its template
	// once that is done, nil if it has none.
	decode func() (into any, template func() *corev1.PodTemplateSpec)
}

// workloads is sorted by kind. To add one, put its literal here.
var workloads = []workload{
	{"CronJob", []string{"batch/v1", "batch/v1beta1", "batch/v2alpha1"}, "spec.jobTemplate.spec.template", func() (any, func() *corev1.PodTemplateSpec) {
		o := &batchv1.CronJob{}
		return o, func() *corev1.PodTemplateSpec { return &o.Spec.JobTemplate.Spec.Template }
	}},
	{"DaemonSet", []string{"apps/v1", "apps/v1beta2", "extensions/v1beta1"}, "spec.template", func() (any, func() *corev1.PodTemplateSpec) {
		o := &appsv1.DaemonSet{}
		return o, func() *corev1.PodTemplateSpec { return &o.Spec.Template }
	}},
	{"Deployment", []string{"apps/v1", "apps/v1beta2", "apps/v1beta1", "extensions/v1beta1"}, "spec.template", func() (any, func() *corev1.PodTemplateSpec) {
		o := &appsv1.Deployment{}
		return o, func() *corev1.PodTemplateSpec { return &o.Spec.Template }
	}},
	{"Job", []string{"batch/v1"}, "spec.template", func() (any, func() *corev1.PodTemplateSpec) {
		o := &batchv1.Job{}
		return o, func() *corev1.PodTemplateSpec { return &o.Spec.Template }
	}},
	{"Pod", []string{"v1"}, "", func() (any, func() *corev1.PodTemplateSpec) {
		o := &corev1.Pod{}
		return o, func() *corev1.PodTemplateSpec {
			return &corev1.PodTemplateSpec{ObjectMeta: o.ObjectMeta, Spec: o.Spec}
		}
	}},
	{"PodTemplate", []string{"v1"}, "template", func() (any, func() *corev1.PodTemplateSpec) {
		o := &corev1.PodTemplate{}
		return o, func() *corev1.PodTemplateSpec { return &o.Template }
	}},
	{"ReplicaSet", []string{"apps/v1", "apps/v1beta2", "extensions/v1beta1"}, "spec.template", func() (any, func() *corev1.PodTemplateSpec) {
		o := &appsv1.ReplicaSet{}
		return o, func() *corev1.PodTemplateSpec { return &o.Spec.Template }
	}},
	{"ReplicationController", []string{"v1"}, "spec.template", func() (any, func() *corev1.PodTemplateSpec) {
		o := &corev1.ReplicationController{}
		return o, func() *corev1.PodTemplateSpec { return o.Spec.Template }
	}},
	{"StatefulSet", []string{"apps/v1", "apps/v1beta2", "apps/v1beta1"}, "spec.template", func() (any, func() *corev1.PodTemplateSpec) {
		o := &appsv1.StatefulSet{}
		return o, func() *corev1.PodTemplateSpec { return &o.Spec.Template }
	}},
}

// Kinds returns the kinds of Kubernetes that carry a pod template, sorted.
func Kinds() []string {
	kinds := make([]string, len(workloads))
	for i, w := range workloads {
		kinds[i] = w.kind
	}
	return kinds
}

// lookupWorkload returns the workload of a document. An object of a version that
// was removed is read as one of today's.
func lookupWorkload(apiVersion, kind string) (workload, bool) {
	for _, w := range workloads {
		if w.kind == kind && slices.Contains(w.versions, apiVersion) {
			return w, true
		}
	}
	return workload{}, false
}

// isNoVersion reports whether a kind of Kubernetes' own, in one of its own groups,
// is of a version that there never was.
func isNoVersion(apiVersion, kind string) bool {
	if apiVersion == "" || !slices.ContainsFunc(workloads, func(w workload) bool { return w.kind == kind }) {
		return false
	}
	return slices.ContainsFunc(workloads, func(w workload) bool {
		return slices.ContainsFunc(w.versions, func(v string) bool { return groupOf(v) == groupOf(apiVersion) })
	})
}

func groupOf(apiVersion string) string {
	group, _, ok := strings.Cut(apiVersion, "/")
	if !ok {
		return ""
	}
	return group
}

// fieldNames returns the JSON names of the members of the struct t, with their
// types.
func fieldNames(t reflect.Type) map[string]reflect.Type {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	names := map[string]reflect.Type{}
	if t.Kind() != reflect.Struct {
		return names
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "" && f.Anonymous:
			for k, v := range fieldNames(f.Type) {
				names[k] = v
			}
		case name != "" && name != "-":
			names[name] = f.Type
		}
	}
	return names
}
