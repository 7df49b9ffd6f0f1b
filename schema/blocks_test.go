package schema_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/load"
	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/podcue/podcue/validation"
)

// examples are the packages that show the building blocks.
var examples = []string{"etl", "gpu"}

// TestBlocksShown checks that an example uses every building block.
func TestBlocksShown(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, name := range examples {
		inst := load.Instances([]string{"./examples/" + name}, &load.Config{Dir: ".."})[0]
		if inst.Err != nil {
			t.Fatal(inst.Err)
		}
		for _, f := range inst.Files {
			ast.Walk(f, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok {
					label, _, _ := ast.LabelName(s.Sel)
					used[label] = true
				}
				return true
			}, nil)
		}
	}
	for _, d := range sources(t)["blocks.cue"].Decls {
		if f, ok := d.(*ast.Field); ok {
			if label, _, _ := ast.LabelName(f.Label); !used[label] {
				t.Errorf("no example uses %s", label)
			}
		}
	}
}

// TestBlocksRendered makes a Pod of each template of those examples, and checks
// that it is the recorded one and that an API server takes it.
func TestBlocksRendered(t *testing.T) {
	t.Parallel()
	for _, name := range examples {
		iter, err := build(t, "..", "./examples/"+name).LookupPath(cue.ParsePath("templates")).Fields()
		if err != nil {
			t.Fatal(err)
		}
		for iter.Next() {
			pod := render(t, iter.Value())
			got, err := yaml.Marshal(pod)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", "blocks", name+"."+iter.Selector().Unquoted()+".yaml"), got)
			verdict, err := validation.Pod(validation.Newest(), pod)
			if err != nil {
				t.Fatal(err)
			}
			if !verdict.Accepted() {
				t.Errorf("%s: %v", name, verdict.Causes)
			}
		}
	}
}

// render returns the Pod of a template, by itself: with an image where it leaves
// that to the task.
func render(t *testing.T, template cue.Value) *corev1.Pod {
	t.Helper()
	data, err := template.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var authored struct {
		PrimaryContainerName string
		Labels, Annotations  map[string]string
		PodSpec              corev1.PodSpec
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&authored); err != nil {
		t.Fatal(err)
	}
	pod := &corev1.Pod{Spec: authored.PodSpec}
	pod.APIVersion, pod.Kind = "v1", "Pod"
	pod.Name, pod.Namespace = "rendered", "default"
	pod.Labels, pod.Annotations = authored.Labels, authored.Annotations
	for i := range pod.Spec.Containers {
		if c := &pod.Spec.Containers[i]; c.Image == "" {
			c.Image = "task"
		}
	}
	return pod
}

// golden compares got with the file, or writes it.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// TestBlocksCompose checks what the examples have no occasion for: blocks without
// their optional parameters, and several in one list.
func TestBlocksCompose(t *testing.T) {
	t.Parallel()
	ctx := cuecontext.New()
	pkg := buildIn(t, ctx, ".", ".")
	tests := []struct{ expr, want string }{
		{`(#GPU & {}).resources`, `{"limits":{"nvidia.com/gpu":1}}`},
		{`(#GPU & {}).nodeSelector`, `{}`},
		{`(#GPU & {resource: "amd.com/gpu"}).tolerations`, `[{"key":"amd.com/gpu","operator":"Exists","effect":"NoSchedule"}]`},
		{`(#NodePool & {name: "a", label: "agentpool"}).tolerations`, `[]`},
		{`(#NodePool & {name: "a", label: "agentpool"}).nodeSelector`, `{"agentpool":"a"}`},
		{`(#SecretEnv & {name: "s", keys: {B: "b", A: "a"}}).env[0].name`, `"B"`},
		{`(#ScratchClaim & {size: "1Ti"}).volume.ephemeral.volumeClaimTemplate.spec`, `{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Ti"}}}`},
		{`(#Scratch & {size: "1Gi"}).mount`, `{"name":"scratch","mountPath":"/scratch"}`},
	}
	for _, tt := range tests {
		got, err := ctx.CompileString(tt.expr, cue.Scope(pkg)).MarshalJSON()
		if err != nil || string(got) != tt.want {
			t.Errorf("%s = %s (%v), want %s", tt.expr, got, err, tt.want)
		}
	}
}
