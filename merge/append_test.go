package merge_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/imdario/mergo"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podcue/podcue/merge"
	"github.com/podcue/podcue/provenance"
)

var seed = flag.Uint64("seed", 1, "seed of the random objects")

// mergeWithMergo merges as Flyte does.
func mergeWithMergo(tb testing.TB, dst, src any) {
	tb.Helper()
	if err := mergo.Merge(dst, src, mergo.WithOverride, mergo.WithAppendSlice); err != nil {
		tb.Fatal(err)
	}
}

func toJSON(tb testing.TB, v any) string {
	tb.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		tb.Fatal(err)
	}
	return string(data)
}

// testAppend compares Append with mergo for one pair of objects, with and
// without provenance.
func testAppend[T any](tb testing.TB, dst, src *T, deepCopy func(*T) *T) {
	tb.Helper()
	want := deepCopy(dst)
	mergeWithMergo(tb, want, deepCopy(src))
	got := deepCopy(dst)
	merge.Append(got, deepCopy(src), nil, nil)
	if diff := cmp.Diff(want, got); diff != "" {
		tb.Fatalf("-mergo +podcue:\n%s", diff)
	}
	traced := deepCopy(dst)
	tree := treeOf(tb, dst, "lower")
	merge.Append(traced, deepCopy(src), tree, treeOf(tb, src, "upper"))
	if diff := cmp.Diff(want, traced); diff != "" {
		tb.Fatalf("provenance changes the result: -want +got:\n%s", diff)
	}
	checkOrigins(tb, traced, tree)
}

func generic(tb testing.TB, v any) any {
	tb.Helper()
	var out any
	if err := json.Unmarshal([]byte(toJSON(tb, v)), &out); err != nil {
		tb.Fatal(err)
	}
	return out
}

func treeOf(tb testing.TB, v any, layer string) *provenance.Tree {
	tb.Helper()
	return provenance.NewTree(generic(tb, v), nil, provenance.Origin{Layer: layer})
}

// checkOrigins checks that every leaf of obj has an origin that gave its value.
func checkOrigins(tb testing.TB, obj any, tree *provenance.Tree) {
	tb.Helper()
	o := generic(tb, obj)
	fields := tree.Map(o)
	for path, v := range provenance.Leaves(o) {
		w, ok := fields.Winner(path)
		switch {
		case !ok || w.Layer == "":
			tb.Fatalf("%s has no origin", path)
		case w.Value != provenance.JSON(v):
			tb.Fatalf("%s is %s, but its last origin says %+v", path, provenance.JSON(v), fields[path])
		}
	}
}

func TestAppendIsMergo(t *testing.T) {
	t.Logf("-seed=%d", *seed)
	for i := range uint64(2000) {
		f := &filler{rand: rand.New(rand.NewPCG(*seed, i)), density: 0.05 + float64(i%10)/12}
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			switch i % 4 {
			case 0, 1:
				testAppend(t, random[corev1.PodSpec](f), random[corev1.PodSpec](f), (*corev1.PodSpec).DeepCopy)
			case 2:
				testAppend(t, random[corev1.Container](f), random[corev1.Container](f), (*corev1.Container).DeepCopy)
			case 3:
				testAppend(t, random[metav1.ObjectMeta](f), random[metav1.ObjectMeta](f), (*metav1.ObjectMeta).DeepCopy)
			}
		})
	}
}

func FuzzAppend(f *testing.F) {
	for i := range uint64(20) {
		f.Add(*seed, i, uint8(i*12))
	}
	f.Fuzz(func(t *testing.T, a, b uint64, density uint8) {
		fill := &filler{rand: rand.New(rand.NewPCG(a, b)), density: float64(density) / 255}
		testAppend(t, random[corev1.PodTemplateSpec](fill), random[corev1.PodTemplateSpec](fill), (*corev1.PodTemplateSpec).DeepCopy)
	})
}
