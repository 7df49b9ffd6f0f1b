package validation

import (
	"maps"
	"reflect"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/core"

	"github.com/podcue/podcue/provenance"
)

// A server says nothing of a field whose feature gate is off: it answers 201 and
// stores the object without it. So the object before and after is compared.

// drop removes from a pod, given as its metadata and spec, the fields whose
// feature gate is off and the annotations that have become fields, and notes in v
// those that somebody wrote.
func (v *Verdict) drop(s *server, version string, at placer, meta *metav1.ObjectMeta, spec *core.PodSpec) {
	if annotations := maps.Clone(meta.Annotations); len(annotations) > 0 {
		podutil.DropInitContainerAnnotations(meta.Annotations)
		for _, k := range slices.Sorted(maps.Keys(annotations)) {
			if _, ok := meta.Annotations[k]; !ok {
				v.Dropped = append(v.Dropped, join(at.root, provenance.Path("metadata.annotations").Key(k)))
			}
		}
	}
	if !mayDrop(version, spec) {
		return
	}
	pod := &core.PodTemplateSpec{Spec: *spec}
	before := pod.DeepCopy()
	podutil.DropDisabledTemplateFields(pod, nil)
	*spec = pod.Spec
	missing(s.tree(before), s.tree(pod), at.root, "", func(p provenance.Path) {
		if at.written(p) {
			v.Dropped = append(v.Dropped, p)
		}
	})
}

// tree returns t in its versioned form as generic JSON.
func (s *server) tree(t *core.PodTemplateSpec) any {
	out := &corev1.PodTemplateSpec{}
	if err := s.scheme.Convert(t, out, nil); err != nil {
		return nil
	}
	return generic(out)()
}

// missing calls report with the path of each node of before that after lacks or
// has with another value, topmost nodes first. The node itself stands at p, and
// its field is called name.
func missing(before, after any, p provenance.Path, name string, report func(provenance.Path)) {
	switch b := before.(type) {
	case map[string]any:
		if a, ok := after.(map[string]any); ok {
			for _, k := range slices.Sorted(maps.Keys(b)) {
				at := provenance.MemberPath(p, name, k)
				if _, ok := a[k]; !ok {
					report(at)
					continue
				}
				missing(b[k], a[k], at, k, report)
			}
			return
		}
	case []any:
		if a, ok := after.([]any); ok && len(a) == len(b) {
			for i, at := range provenance.ElementPaths(p, name, b) {
				missing(b[i], a[i], at, "", report)
			}
			return
		}
	}
	if !reflect.DeepEqual(before, after) {
		report(p)
	}
}
