package merge_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/utils/ptr"

	"github.com/podcue/podcue/merge"
	"github.com/podcue/podcue/provenance"
)

// With presence known, a typed merge is the merge of the documents.
func TestStrategicIsTheLibrary(t *testing.T) {
	t.Logf("-seed=%d", *seed)
	merged, refused := 0, 0
	for i := range uint64(600) {
		f := &filler{rand: rand.New(rand.NewPCG(*seed, i)), density: 0.05 + float64(i%10)/20}
		lower, upper := randomDocument(t, f), randomDocument(t, f)
		want, wantErr := strategic(lower.json, upper.json)
		got, err := merge.Merge(merge.Options{}, lower.layer(t, "lower"), upper.layer(t, "upper"))
		if err != nil {
			refused++ // earlier than the library, which looks at elements only when it merges them
			continue
		}
		if wantErr != nil {
			t.Fatalf("%d: the library says %v", i, wantErr)
		}
		merged++
		if diff := cmp.Diff(toJSON(t, want), toJSON(t, got.Pod)); diff != "" {
			t.Fatalf("%d: -library +podcue:\n%s", i, diff)
		}
	}
	if merged < 100 || refused < 20 {
		t.Errorf("only %d merged and %d refused", merged, refused)
	}
}

// testProperties tests what holds for every strategy and every set of layers.
func testProperties(tb testing.TB, s *merge.Strategy, layers []merge.Layer) {
	tb.Helper()
	before := toJSON(tb, layers)
	plain, plainErr := merge.Merge(merge.Options{Strategy: s}, layers...)
	traced, err := merge.Merge(merge.Options{Strategy: s, Provenance: true}, layers...)
	if fmt.Sprint(err) != fmt.Sprint(plainErr) {
		tb.Fatalf("%s: %v with provenance, %v without", s.Name, err, plainErr)
	}
	if err != nil {
		return
	}
	once := toJSON(tb, plain.Pod)
	if diff := cmp.Diff(once, toJSON(tb, traced.Pod)); diff != "" {
		tb.Fatalf("%s: provenance changes the result (-without +with):\n%s", s.Name, diff)
	}
	if plain.Fields != nil {
		tb.Fatalf("%s: fields although nobody asked for them", s.Name)
	}
	checkFields(tb, s, layers, traced)
	fields := toJSON(tb, traced.Fields)
	scribble(plain.Pod)
	again, err := merge.Merge(merge.Options{Strategy: s, Provenance: true}, layers...)
	if err != nil {
		tb.Fatal(err)
	}
	if diff := cmp.Diff(once, toJSON(tb, again.Pod)); diff != "" {
		tb.Fatalf("%s: not the same the second time:\n%s", s.Name, diff)
	}
	if diff := cmp.Diff(fields, toJSON(tb, again.Fields)); diff != "" {
		tb.Fatalf("%s: other origins the second time:\n%s", s.Name, diff)
	}
	if diff := cmp.Diff(before, toJSON(tb, layers)); diff != "" {
		tb.Fatalf("%s: an input changed:\n%s", s.Name, diff)
	}
}

// checkFields checks that every leaf has an origin that gave its value, from one
// of the layers.
func checkFields(tb testing.TB, s *merge.Strategy, layers []merge.Layer, r *merge.Result) {
	tb.Helper()
	for path, v := range provenance.Leaves(generic(tb, r.Pod)) {
		w, ok := r.Fields.Winner(path)
		switch {
		case !ok:
			tb.Fatalf("%s: %s has no origin", s.Name, path)
		case w.Value != provenance.JSON(v):
			tb.Fatalf("%s: %s is %s, but its last origin says %+v", s.Name, path, provenance.JSON(v), r.Fields[path])
		case !isLayer(layers, w.Layer):
			tb.Fatalf("%s: %s comes from an unknown layer: %+v", s.Name, path, w)
		}
	}
}

func isLayer(layers []merge.Layer, name string) bool {
	for _, l := range layers {
		if l.Name == name {
			return true
		}
	}
	return false
}

func TestMergeProperties(t *testing.T) {
	t.Logf("-seed=%d", *seed)
	for _, s := range merge.Strategies() {
		for i := range uint64(300) {
			testProperties(t, s, randomLayers(t, i, "a", "b", "c"))
		}
	}
}

func FuzzMerge(f *testing.F) {
	for i := range uint64(10) {
		f.Add(i)
	}
	f.Fuzz(func(t *testing.T, i uint64) {
		for _, s := range merge.Strategies() {
			testProperties(t, s, randomLayers(t, i, "a", "b"))
		}
	})
}

// One layer is itself, and so it is above and below an empty one.
func TestMergeIdentity(t *testing.T) {
	empty := merge.Layer{Name: "empty", Pod: &corev1.PodTemplateSpec{}}
	for _, s := range merge.Strategies() {
		for i := range uint64(200) {
			l := randomLayers(t, i, "a")[0]
			l.Pod.CreationTimestamp.Reset() // append copies a time even if it is zero
			if len(l.Pod.Spec.Containers) == 0 {
				l.Pod.Spec.Containers = nil // no list and an empty one are printed differently
				delete(l.Fields, "spec.containers")
			}
			for _, layers := range [][]merge.Layer{{l}, {empty, l}, {l, empty}} {
				r, err := merge.Merge(merge.Options{Strategy: s}, layers...)
				if err != nil {
					continue // an element without a key
				}
				if diff := cmp.Diff(toJSON(t, l.Pod), toJSON(t, r.Pod)); diff != "" {
					t.Fatalf("%s, %d layers: -want +got:\n%s", s.Name, len(layers), diff)
				}
			}
		}
	}
	for _, s := range merge.Strategies() {
		r, err := merge.Merge(merge.Options{Strategy: s})
		if err != nil || toJSON(t, r.Pod) != toJSON(t, &corev1.PodTemplateSpec{}) {
			t.Errorf("%s of no layers: %v, %v", s.Name, r, err)
		}
	}
}

func strategy(t *testing.T, name string) *merge.Strategy {
	t.Helper()
	s, err := merge.LookupStrategy(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Presence decides: an explicit zero value wins under strategic, and loses under
// append, which says so.
func TestExplicitZero(t *testing.T) {
	at := func(layer, file string) []provenance.Origin {
		return []provenance.Origin{{Layer: layer, Pos: provenance.Position{Filename: file}}}
	}
	base := merge.Layer{
		Name: "base",
		Pod: &corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			HostNetwork: true, SchedulerName: "special", NodeSelector: map[string]string{"pool": "a"},
			Tolerations: []corev1.Toleration{{Key: "gpu"}},
			Containers: []corev1.Container{{
				Name: "main", Args: []string{"--slow"}, TTY: true,
				SecurityContext: &corev1.SecurityContext{Privileged: ptr.To(true)},
			}},
		}},
	}
	upper := merge.Layer{
		Name: "template",
		Pod: &corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			Containers: []corev1.Container{{
				Name: "main", SecurityContext: &corev1.SecurityContext{Privileged: ptr.To(false)},
			}},
		}},
		Fields: provenance.Map{
			"spec.hostNetwork":           at("template", "gpu.cue"),
			"spec.schedulerName":         at("template", "gpu.cue"),
			"spec.tolerations":           at("template", "gpu.cue"),
			"spec.containers[main].args": at("template", "gpu.cue"),
		},
	}
	got, err := merge.Merge(merge.Options{Strategy: strategy(t, "strategic"), Provenance: true}, base, upper)
	if err != nil {
		t.Fatal(err)
	}
	want := &corev1.PodTemplateSpec{Spec: corev1.PodSpec{
		NodeSelector: map[string]string{"pool": "a"},
		Containers: []corev1.Container{{
			Name: "main", TTY: true, SecurityContext: &corev1.SecurityContext{Privileged: ptr.To(false)},
		}},
	}}
	if diff := cmp.Diff(toJSON(t, want), toJSON(t, got.Pod)); diff != "" {
		t.Errorf("strategic: -want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]provenance.Origin{
		{Layer: "base", Value: "true"},
		{Layer: "template", Pos: provenance.Position{Filename: "gpu.cue"}, Rule: merge.RuleOverride, Value: "false"},
	}, got.Fields["spec.hostNetwork"]); diff != "" {
		t.Errorf("strategic: -want +got:\n%s", diff)
	}

	got, err = merge.Merge(merge.Options{Strategy: strategy(t, "append"), Provenance: true}, base, upper)
	if err != nil {
		t.Fatal(err)
	}
	if !got.Pod.Spec.HostNetwork || got.Pod.Spec.SchedulerName != "special" || len(got.Pod.Spec.Containers) != 2 {
		t.Errorf("append: %+v", got.Pod.Spec)
	}
	if diff := cmp.Diff([]provenance.Origin{
		{Layer: "template", Pos: provenance.Position{Filename: "gpu.cue"}, Rule: merge.RuleFalseLost, Value: "false"},
		{Layer: "base", Value: "true"},
	}, got.Fields["spec.hostNetwork"]); diff != "" {
		t.Errorf("append: -want +got:\n%s", diff)
	}
}

// What Kubernetes prints of fields nobody set is no part of a layer: the port 0
// of a probe that only sets a path, for one.
func TestUnsetFieldsDoNotWin(t *testing.T) {
	probe := func(path string, port int32) *corev1.PodTemplateSpec {
		action := &corev1.HTTPGetAction{Path: path}
		action.Port.IntVal = port
		return &corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "main", LivenessProbe: &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: action}},
		}}}}
	}
	got, err := merge.Merge(merge.Options{},
		merge.Layer{Name: "base", Pod: probe("/", 8080)}, merge.Layer{Name: "template", Pod: probe("/health", 0)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(toJSON(t, probe("/health", 8080)), toJSON(t, got.Pod)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestMergeErrors(t *testing.T) {
	nameless := &corev1.PodTemplateSpec{Spec: corev1.PodSpec{Volumes: []corev1.Volume{{Name: "a"}, {}}}}
	for want, layer := range map[string]merge.Layer{
		"layer 0 (base) has no pod template":                                             {Name: "base"},
		"layer template: spec.volumes[1]: a strategic merge needs a name to match it by": {Name: "template", Pod: nameless},
	} {
		if _, err := merge.Merge(merge.Options{}, layer); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	for name, want := range map[string]string{
		"strategc": `unknown merge strategy "strategc": there are append, strategic; did you mean strategic?`,
		"":         `unknown merge strategy "": there are append, strategic`,
	} {
		if _, err := merge.LookupStrategy(name); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
