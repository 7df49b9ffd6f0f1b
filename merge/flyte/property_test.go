package flyte_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/internal/flytecases"
	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/provenance"
)

// sampled is how many recorded cases one of is taken with -short: the race
// detector makes everything ten times slower, and learns nothing from the rest.
const sampled = 8

// least is n, of what a test must have seen, or the part of it for -short.
func least(n int) int {
	if testing.Short() {
		return n / (3 * sampled)
	}
	return n
}

// podInputs calls visit for the input of every recorded pod and action case; with
// -short for one of some.
func podInputs(t *testing.T, visit func(name string, p *flyte.Profile, in *flyte.Input)) {
	t.Helper()
	step := 1
	if testing.Short() {
		step = sampled
	}
	nthPodInputs(t, step, visit)
}

// nthPodInputs is podInputs of every nth case, without regard to -short.
func nthPodInputs(t *testing.T, nth int, visit func(name string, p *flyte.Profile, in *flyte.Input)) {
	t.Helper()
	for _, f := range []struct{ profile, file string }{
		{"flyte@v2", "testdata/v2/named.jsonl.gz"}, {"flyte@v2", "testdata/v2/random.jsonl.gz"},
		{"flyte@v1.16", "testdata/v1/named.jsonl.gz"}, {"flyte@v1.16", "testdata/v1/random.jsonl.gz"},
		{"flyte@v1.16", "testdata/v1/v1.jsonl.gz"}, {"flyte@v1.16", "testdata/v1/v2only.jsonl.gz"},
	} {
		p, err := flyte.Lookup(f.profile)
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range readCases(t, f.file) {
			if i%nth != 0 {
				continue
			}
			var op struct{ Op string }
			if err := json.Unmarshal(c.In, &op); err != nil {
				t.Fatal(err)
			}
			if op.Op != "pod" && op.Op != "action" {
				continue
			}
			in, err := flytecases.Input(p, c.In)
			if err != nil {
				t.Fatalf("%s: %v", c.Name, err)
			}
			visit(f.profile+" "+c.Name, p, in)
		}
	}
}

// Every leaf of a finished Pod has an origin with a layer and a value, and
// provenance changes nothing.
func TestProvenanceIsCompleteAndChangesNothing(t *testing.T) {
	t.Parallel()
	built := 0
	podInputs(t, func(name string, p *flyte.Profile, in *flyte.Input) {
		plain, plainErr := p.Build(in)
		in.Sources = &flyte.Sources{}
		traced, err := p.Build(in)
		if (err == nil) != (plainErr == nil) || err != nil && err.Error() != plainErr.Error() {
			t.Fatalf("%s: %v with provenance, %v without", name, err, plainErr)
		}
		if err != nil {
			return
		}
		built++
		if a, b := marshal(t, plain.Pod), marshal(t, traced.Pod); a != b {
			t.Fatalf("%s: provenance changes the Pod:\n%s", name, cmp.Diff(a, b))
		}
		if plain.Fields != nil {
			t.Fatalf("%s: fields although nobody asked for them", name)
		}
		checkOrigins(t, name, traced)
		for path, origins := range traced.Fields {
			for i, o := range origins[1:] {
				if below := origins[i]; o.Pos.IsValid() && o.Pos == below.Pos && o.Layer == below.Layer {
					t.Fatalf("%s: %s is said to come from one place twice: %+v", name, path, origins)
				}
			}
		}
	})
	if built < least(1000) {
		t.Errorf("only %d Pods were built", built)
	}
}

func checkOrigins(t *testing.T, name string, out *flyte.Output) {
	t.Helper()
	for path, v := range provenance.Leaves(generic(t, json.RawMessage(marshal(t, out.Pod)))) {
		o, ok := out.Fields.Winner(path)
		switch {
		case !ok:
			t.Fatalf("%s: %s (%v) has no origin", name, path, v)
		case o.Layer == "":
			t.Fatalf("%s: %s has an origin without a layer", name, path)
		case o.Value != "" && !sameValue(o.Value, v):
			t.Fatalf("%s: %s is %s, but its last origin says %+v", name, path, provenance.JSON(v), out.Fields[path])
		}
	}
}

// sameValue reports whether the value that an origin gave is what became of it.
// Quantities may have been written in another form.
func sameValue(given string, v any) bool {
	return given == provenance.JSON(v)
}

// Building a Pod changes none of its inputs, and its result shares nothing with
// them.
func TestBuildIsPure(t *testing.T) {
	t.Parallel()
	podInputs(t, func(name string, p *flyte.Profile, in *flyte.Input) {
		before := marshal(t, []any{in.Task, in.Execution})
		first, err := p.Build(in)
		if err != nil {
			return
		}
		once := marshal(t, first.Pod)
		scribble(first.Pod)
		second, err := p.Build(in)
		if err != nil {
			t.Fatalf("%s: %v the second time", name, err)
		}
		if again := marshal(t, second.Pod); again != once {
			t.Fatalf("%s: another Pod the second time:\n%s", name, cmp.Diff(once, again))
		}
		if after := marshal(t, []any{in.Task, in.Execution}); before != after {
			t.Fatalf("%s: an input changed:\n%s", name, cmp.Diff(before, after))
		}
	})
}

// scribble changes whatever the Pod might share with its inputs.
func scribble(pod *corev1.Pod) {
	for i := range pod.Spec.Tolerations {
		pod.Spec.Tolerations[i].Key = "scribble"
	}
	for k := range pod.Labels {
		pod.Labels[k] = "scribble"
	}
	for k := range pod.Annotations {
		pod.Annotations[k] = "scribble"
	}
	for k := range pod.Spec.NodeSelector {
		pod.Spec.NodeSelector[k] = "scribble"
	}
	for _, list := range [][]corev1.Container{pod.Spec.Containers, pod.Spec.InitContainers} {
		for i := range list {
			c := &list[i]
			for j := range c.Args {
				c.Args[j] = "scribble"
			}
			for j := range c.Env {
				c.Env[j].Name = "scribble"
			}
			clear(c.Resources.Limits)
			clear(c.Resources.Requests)
			if c.SecurityContext != nil {
				*c.SecurityContext = corev1.SecurityContext{}
			}
			if c.LivenessProbe != nil {
				*c.LivenessProbe = corev1.Probe{}
			}
		}
	}
	if a := pod.Spec.Affinity; a != nil {
		if a.NodeAffinity != nil {
			*a.NodeAffinity = corev1.NodeAffinity{}
		}
		*a = corev1.Affinity{}
	}
	if pod.Spec.SecurityContext != nil {
		*pod.Spec.SecurityContext = corev1.PodSecurityContext{}
	}
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
