package validation

import (
	"math/rand/v2"
	"reflect"
	"testing"

	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/core"
)

// TestMayDrop holds the shortcut against what is dropped, on random pods: it may
// see a gated field where nothing is dropped, but not the reverse.
func TestMayDrop(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for _, version := range Versions() {
		dropped, skipped := 0, 0
		for range 400 {
			pod := &core.PodTemplateSpec{}
			some(r, reflect.ValueOf(&pod.Spec).Elem(), r.IntN(60)+1)
			err := withGates(version, func() {
				may := mayDrop(version, &pod.Spec)
				after := pod.DeepCopy()
				podutil.DropDisabledTemplateFields(after, nil)
				changed := !reflect.DeepEqual(pod, after)
				if changed && !may {
					t.Errorf("%s: the server drops a field that was not seen: %+v", version, pod.Spec)
				}
				if changed {
					dropped++
				}
				if !may {
					skipped++
				}
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if dropped < 20 || skipped < 20 {
			t.Errorf("%s: of 400 random pods %d lose a field and %d have none that could be", version, dropped, skipped)
		}
	}
}

// some sets one field of n below v.
func some(r *rand.Rand, v reflect.Value, n int) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && (v.Field(i).Kind() == reflect.Struct || r.IntN(n) < 2) {
				some(r, v.Field(i), n)
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		some(r, v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		some(r, v.Index(0), n)
		some(r, v.Index(1), n)
	default:
		fill(v)
	}
}
