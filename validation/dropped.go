package validation

import (
	"maps"
	"reflect"
	"slices"

	corev1 "k8s.io/api/core/v1"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/core"

	"github.com/podcue/podcue/provenance"
)

// A server says nothing of a field whose feature gate is off: it answers 201 and
// stores the object without it. So the object before and after is compared.

// dropFromTemplate removes from t the fields whose feature gate is off, and
// notes in v those that somebody wrote.
func (s *server) dropFromTemplate(v *Verdict, at placer, t *core.PodTemplateSpec) {
	s.drop(v, at, t, func() *core.PodTemplateSpec {
		podutil.DropDisabledTemplateFields(t, nil)
		return t
	})
}

// drop notes in v what is in before and no longer in what remove returns. The
// two may share memory.
func (s *server) drop(v *Verdict, at placer, before *core.PodTemplateSpec, remove func() *core.PodTemplateSpec) {
	before = before.DeepCopy()
	after := remove()
	if reflect.DeepEqual(before, after) {
		return
	}
	missing(s.tree(before), s.tree(after), at.root, "", func(p provenance.Path) {
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
