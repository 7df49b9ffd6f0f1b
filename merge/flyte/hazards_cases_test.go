package flyte_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podcue/podcue/merge/flyte"
)

var update = flag.Bool("update", false, "rewrite the golden files and docs")

// golden compares got with the golden file at path, or rewrites that.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-update rewrites it): -want +got:\n%s", path, diff)
	}
}

// namedInputs calls visit for the named recorded cases: Pods, and merges of a pod
// spec onto a template, as a task with the one and a cluster with the other.
func namedInputs(t *testing.T, visit func(name string, p *flyte.Profile, in *flyte.Input)) {
	t.Helper()
	nthPodInputs(t, 1, func(name string, p *flyte.Profile, in *flyte.Input) {
		if !strings.Contains(name, " r2") { // the others are random
			visit(name, p, in)
		}
	})
	for _, f := range []struct{ profile, file string }{
		{"flyte@v2", "testdata/v2/named.jsonl.gz"}, {"flyte@v1.16", "testdata/v1/v1.jsonl.gz"},
	} {
		p, err := flyte.Lookup(f.profile)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range readCases(t, f.file) {
			var q struct {
				Op, Primary    string
				Template, Base *corev1.PodSpec
			}
			if err := json.Unmarshal(c.In, &q); err != nil {
				continue // of another op
			}
			if q.Op == "merge_base" && q.Template != nil && q.Base != nil {
				visit(f.profile+" "+c.Name, p, mergeInput(p, q.Primary, q.Base, q.Template))
			}
		}
	}
}

// mergeInput is a task with a pod spec in a cluster with a template.
func mergeInput(p *flyte.Profile, primary string, task, template *corev1.PodSpec) *flyte.Input {
	cfg := flyte.DefaultConfig(p)
	cfg.DefaultPodTemplateName = "base"
	return &flyte.Input{
		Task: &flyte.TaskTemplate{
			Type: "python-task", Config: map[string]string{"primary_container_name": primary},
			K8sPod: &flyte.K8sPod{PodSpec: task},
		},
		Execution: &flyte.Execution{Namespace: "ns", GeneratedName: "run-n0-0"},
		Config:    cfg,
		Templates: flyte.NewStore(flyte.BaseTemplate{PodTemplate: &corev1.PodTemplate{
			ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "base"},
			Template:   corev1.PodTemplateSpec{Spec: *template},
		}}),
	}
}

// The hazards of every named case are pinned, case by case, and were read.
func TestHazardsOfRecordedCases(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	namedInputs(t, func(name string, p *flyte.Profile, in *flyte.Input) {
		in.Sources = &flyte.Sources{}
		out, _ := p.Build(in)
		for i, f := range p.Hazards(in, out) {
			if i == 0 {
				fmt.Fprintln(&b, name)
			}
			fmt.Fprintf(&b, "\t%s %s %s: %s\n", f.Severity, f.ID, f.Path, f.Message)
		}
	})
	golden(t, "testdata/hazards.golden", b.String())
}
