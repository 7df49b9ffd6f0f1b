package flyte_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/provenance"
)

// trainTask is a task with something of everything.
const trainTask = `{
	"name": "train", "image": "{{.image.gpu}}", "args": ["pyflyte-execute", "--inputs", "{{.input}}"],
	"env": {"Z": "1", "A": "2"}, "resources": {"requests": {"cpu": 2, "memory": "4Gi"}, "limits": {"gpu": "1"}},
	"accelerator": {"device": "A100", "deviceClass": "NVIDIA_GPU"}, "interruptible": true, "podTemplateName": "base",
	"images": {"default": "reg/default:1", "byName": {"gpu": "reg/gpu@sha256:abc"}},
	"interface": {"inputs": {"variables": {"x": {"type": {"simple": "INTEGER"}}}}},
	"metadata": {"labels": {"owner": "ml"}},
	"overrides": {"resources": {"limits": {"memory": "8Gi"}}, "image": "override:9", "sharedMemory": {"sizeLimit": "1Gi"}},
	"execution": {"project": "vision", "retryAttempt": 1, "env": {"E": "x"}, "serviceAccount": "runner"}
}`

func decodeAuthored(t *testing.T, data string) *flyte.Authored {
	t.Helper()
	a, err := flyte.DecodeAuthored([]byte(data))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// positions gives every leaf of a task's JSON a position of its own: a line for
// each, in the order of paths.
func positions(t *testing.T, data string) provenance.Map {
	t.Helper()
	fields, line := provenance.Map{}, 0
	for path := range provenance.Leaves(generic(t, json.RawMessage(data))) {
		line++
		fields.Add(path, provenance.Origin{Layer: provenance.LayerTask, Pos: pos("task.cue", line)})
	}
	return fields
}

func baseStore() *flyte.Store {
	return flyte.NewStore(flyte.BaseTemplate{PodTemplate: &corev1.PodTemplate{
		ObjectMeta: metav1.ObjectMeta{Name: "base", Namespace: "vision-development"},
		Template:   corev1.PodTemplateSpec{Spec: corev1.PodSpec{SchedulerName: "base"}},
	}})
}

func gpuTemplate() *flyte.AuthoredTemplate {
	return &flyte.AuthoredTemplate{
		Name: "gpu", PrimaryContainerName: "main",
		Pod: &corev1.PodTemplateSpec{
			ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"team": "vision"}},
			Spec: corev1.PodSpec{
				InitContainers: []corev1.Container{{Name: "init", Image: "{{.image.gpu}}"}},
				Containers: []corev1.Container{
					{Name: "side"},
					{Name: "main", Args: []string{"lost"}, Env: []corev1.EnvVar{{Name: "A", Value: "template"}}},
				},
			},
		},
		Fields: provenance.Map{
			"metadata.labels[team]":              {{Layer: provenance.LayerTemplate, Pos: pos("gpu.cue", 1)}},
			"spec.containers[main].args":         {{Layer: provenance.LayerTemplate, Pos: pos("gpu.cue", 2)}},
			"spec.containers[main].env[A].value": {{Layer: provenance.LayerTemplate, Pos: pos("gpu.cue", 3)}},
			"spec.initContainers[init].image":    {{Layer: provenance.LayerTemplate, Pos: pos("gpu.cue", 4)}},
		},
	}
}

func buildAuthored(t *testing.T, p *flyte.Profile, task string, template *flyte.AuthoredTemplate, preview *flyte.Authored) *flyte.Output {
	t.Helper()
	in, err := decodeAuthored(t, task).Input(p, template, preview, positions(t, task))
	if err != nil {
		t.Fatal(err)
	}
	in.Templates = baseStore()
	out, err := p.Build(in)
	if err != nil {
		t.Fatal(err)
	}
	checkOrigins(t, task, out)
	return out
}

// A task without a template is a container task.
func TestAuthoredContainerTask(t *testing.T) {
	for _, p := range flyte.Profiles() {
		out := buildAuthored(t, p, trainTask, nil, nil)
		spec := out.Pod.Spec
		c := spec.Containers[0]
		if c.Name != "preview-train-1" || c.Image != "override:9" || spec.SchedulerName != "base" || spec.ServiceAccountName != "runner" {
			t.Errorf("%s: %+v", p.Name, spec)
		}
		want := []string{"pyflyte-execute", "--inputs", "s3://bucket/metadata/vision-development-preview/train/data/inputs.pb"}
		if diff := cmp.Diff(want, c.Args); diff != "" {
			t.Errorf("%s: args -want +got:\n%s", p.Name, diff)
		}
		if c.Env[0].Name != "Z" || c.Env[1].Name != "A" {
			t.Errorf("%s: env is not in the author's order: %v", p.Name, c.Env[:2])
		}
		if got := c.Resources.Limits.Memory().String(); got != "8Gi" {
			t.Errorf("%s: memory limit %s", p.Name, got)
		}
		if got := c.Resources.Limits["nvidia.com/gpu"]; got.String() != "1" {
			t.Errorf("%s: limits %v", p.Name, c.Resources.Limits)
		}
		if m := c.VolumeMounts[0]; m.MountPath != "/dev/shm" || m.Name != "flyte-shared-memory" {
			t.Errorf("%s: %+v", p.Name, m)
		}
		if out.Pod.Namespace != "vision-development" {
			t.Errorf("%s: namespace %s", p.Name, out.Pod.Namespace)
		}
	}
}

// A task with a template is registered first, and then built.
func TestAuthoredTemplateTask(t *testing.T) {
	out := buildAuthored(t, flyte.V2, trainTask, gpuTemplate(), nil)
	if out.PrimaryContainerName != "main" {
		t.Errorf("primary %s", out.PrimaryContainerName)
	}
	side, main := out.Pod.Spec.Containers[0], out.Pod.Spec.Containers[1]
	if side.Image != "reg/default:1" || main.Image != "override:9" {
		t.Errorf("images %s and %s", side.Image, main.Image)
	}
	if got := out.Pod.Spec.InitContainers[0].Image; got != "{{.image.gpu}}" {
		t.Errorf("image of the init container: %s", got)
	}
	var env []string
	for _, e := range main.Env[:3] {
		env = append(env, e.Name+"="+e.Value)
	}
	if diff := cmp.Diff([]string{"Z=1", "A=2", "A=template"}, env); diff != "" {
		t.Errorf("env -want +got:\n%s", diff)
	}
	if main.Args[0] != "pyflyte-execute" || out.Pod.Labels["team"] != "vision" {
		t.Errorf("args %v, labels %v", main.Args, out.Pod.Labels)
	}
}

// Origins lead through step 0 to the files.
func TestAuthoredOrigins(t *testing.T) {
	fields := positions(t, trainTask)
	line := func(path provenance.Path) provenance.Position {
		if len(fields[path]) == 0 {
			t.Fatalf("no position for %s", path)
		}
		return fields[path][0].Pos
	}
	out := buildAuthored(t, flyte.V2, trainTask, gpuTemplate(), nil)
	for path, want := range map[provenance.Path]provenance.Origin{
		"metadata.labels[team]":                                {Layer: "template", Pos: pos("gpu.cue", 1)},
		"spec.containers[main].args[0]":                        {Layer: "task", Pos: line("args[0]")},
		"spec.containers[main].image":                          {Layer: "override", Pos: line("overrides.image"), Rule: "override-image"},
		"spec.containers[main].env[Z].value":                   {Layer: "task", Pos: line("env.Z")},
		"spec.containers[main].env[A].value":                   {Layer: "task", Pos: line("env.A")},
		"spec.containers[main].env[2].value":                   {Layer: "template", Pos: pos("gpu.cue", 3)},
		"spec.containers[main].env[E].value":                   {Layer: "execution", Pos: line("execution.env.E"), Rule: "execution-env"},
		"spec.containers[main].resources.requests[cpu]":        {Layer: "task", Pos: line("resources.requests[cpu]")},
		"spec.containers[main].resources.limits[memory]":       {Layer: "override", Pos: line("overrides.resources.limits[memory]"), Rule: "override-resources"},
		"spec.serviceAccountName":                              {Layer: "execution", Pos: line("execution.serviceAccount"), Rule: "execution-service-account"},
		"spec.containers[side].image":                          {Layer: "task", Pos: line("images.default"), Rule: "image-config"},
		"spec.initContainers[init].image":                      {Layer: "template", Pos: pos("gpu.cue", 4)},
		"spec.volumes[flyte-shared-memory].emptyDir.sizeLimit": {Layer: "override", Pos: line("overrides.sharedMemory.sizeLimit"), Rule: "shared-memory"},
		"metadata.namespace":                                   {Layer: "execution", Rule: "placeholder"},
	} {
		got, _ := out.Fields.Winner(path)
		got.Value = ""
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", path, diff)
		}
	}
	lost := out.Fields["spec.containers[main].args"]
	if len(lost) != 2 || lost[0].Pos != pos("gpu.cue", 2) || lost[1].Rule != "task-container" {
		t.Errorf("the template's args are not among what lost: %+v", lost)
	}
}

// The preview completes the execution, and what the task says goes above it.
func TestPreview(t *testing.T) {
	preview := decodeAuthored(t, `{"interruptible": true, "execution": {"project": "p", "domain": "d", "env": {"E": "preview", "F": "preview"}, "labels": {"l": "v"}}}`)
	out := buildAuthored(t, flyte.V2, `{"image": "i", "podTemplateName": "base", "execution": {"domain": "development", "project": "vision", "env": {"E": "task"}}}`, nil, preview)
	env := map[string]string{}
	for _, e := range out.Pod.Spec.Containers[0].Env {
		env[e.Name] = e.Value
	}
	if env["E"] != "task" || env["F"] != "preview" || env["FLYTE_INTERNAL_EXECUTION_PROJECT"] != "vision" || out.Pod.Labels["l"] != "v" {
		t.Errorf("env %v, labels %v", env, out.Pod.Labels)
	}
	if o, _ := out.Fields.Winner("metadata.labels[l]"); o.Layer != provenance.LayerExecution {
		t.Errorf("%+v", o)
	}
}

// A task without an image gets flytekit's own.
func TestPlaceholderImage(t *testing.T) {
	for _, template := range []*flyte.AuthoredTemplate{nil, gpuTemplate()} {
		out := buildAuthored(t, flyte.V2, `{"podTemplateName": "base", "execution": {"project": "vision"}}`, template, nil)
		containers := out.Pod.Spec.Containers
		c := containers[len(containers)-1]
		o, _ := out.Fields.Winner(provenance.Path("spec.containers").Key(c.Name).Child("image"))
		if c.Image != "cr.flyte.org/flyteorg/flytekit:py3.12-latest" || o.Layer != provenance.LayerFlyte || o.Rule != "placeholder" {
			t.Errorf("%s from %+v", c.Image, o)
		}
	}
}

// A pod template of a node replaces the whole spec, and has positions.
func TestAuthoredOverridePodTemplate(t *testing.T) {
	task := `{"image": "i", "overrides": {"podTemplate": {"podSpec": {"containers": [{"name": "primary", "image": "o:1"}]}, "labels": {"n": "1"}}}}`
	out := buildAuthored(t, flyte.V2, task, nil, nil)
	o, _ := out.Fields.Winner("spec.containers[primary].image")
	if out.Pod.Spec.Containers[0].Image != "o:1" || o.Layer != provenance.LayerOverride || !o.Pos.IsValid() {
		t.Errorf("%+v from %+v", out.Pod.Spec.Containers[0], o)
	}
	if out.Pod.Labels["n"] != "1" {
		t.Errorf("labels %v", out.Pod.Labels)
	}
}

// An action makes the Pod as Flyte 2's executor does.
func TestAuthoredAction(t *testing.T) {
	task := `{"name": "train", "image": "i", "id": {"name": "train"}, "action": {
		"metadata": {"name": "run1-a0", "namespace": "ns"},
		"spec": {"runName": "run1", "project": "p", "domain": "d", "actionName": "a0", "runOutputBase": "s3://b/run1/"}}}`
	a := decodeAuthored(t, task)
	in, err := a.Input(flyte.V2, nil, nil, positions(t, task))
	if err != nil {
		t.Fatal(err)
	}
	in.Config = flyte.DefaultConfig(flyte.V2)
	in.Config.ServiceAccount = "exec-sa"
	out, err := flyte.V2.Build(in)
	if err != nil {
		t.Fatal(err)
	}
	checkOrigins(t, "action", out)
	if out.Pod.Name != "run1-a0-0" || out.Pod.Labels["task-name"] != "train" || out.Pod.Spec.ServiceAccountName != "exec-sa" {
		t.Errorf("%+v", out.Pod.ObjectMeta)
	}
	if _, err := a.Input(flyte.V1, nil, nil, nil); err == nil || !strings.Contains(err.Error(), "flyte@v1.16 has no executor") {
		t.Error(err)
	}
}

func TestDecodeAuthoredErrors(t *testing.T) {
	for in, want := range map[string]string{
		`{"imag":"x"}`:                          `unknown field "imag"`,
		`{"image":7}`:                           `image: got number`,
		`{"resources":{"requests":{"cpu":{}}}}`: `a quantity is a string or a number`,
		`{"env":{"A":7}}`:                       `env.A: a value is a string`,
		`{"env":[]}`:                            `env is an object`,
		`{"execution":{"nme":"x"}}`:             `execution: unknown field "nme"`,
		`{"execution":{"retryAttempt":-1}}`:     `retryAttempt`,
		`{"execution":{"inputs":{"literals":{"a":{"scalar":{"foo":1}}}}}}`:     `foo`,
		`{"interface":{"inputs":{"variables":{"a":{"type":{"simple":"X"}}}}}}`: `interface:`,
		`{"accelerator":{"partitionSize":"a","unpartitioned":true}}`:           `exclude each other`,
		`{"image":"a","image":"b"}`:                                            `duplicate field "image"`,
		`[]`:                                                                   `cannot unmarshal array`,
		`{`:                                                                    `unexpected end`,
	} {
		if _, err := flyte.DecodeAuthored([]byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
}

// What flytekit refuses is refused, with the position of what it is about.
func TestAuthoredRefusals(t *testing.T) {
	for _, c := range []struct {
		task     string
		template *flyte.AuthoredTemplate
		want     string
	}{
		{`{"image": "{{.image.nope}}"}`, nil, "Image Config with name nope not found in the configuration"},
		{`{"image": "i", "resources": {"requests": {"nvidia.com/gpu": "1"}}}`, nil, `a task has no resource "nvidia.com/gpu"`},
		{`{"image": "i", "resources": {"requests": {"nvidia.com/gpu": "1"}}}`, gpuTemplate(), `a task has no resource "nvidia.com/gpu"`},
		{`{"image": "i", "overrides": {"resources": {"limits": {"cpu": "much"}}}}`, nil, `overrides.resources.limits[cpu]: "much" is not a quantity`},
	} {
		_, err := decodeAuthored(t, c.task).Input(flyte.V2, c.template, nil, positions(t, c.task))
		var e *flyte.Error
		if !errors.As(err, &e) || !strings.Contains(e.Message, c.want) {
			t.Errorf("%s: %v, want %s", c.task, err, c.want)
		}
	}
}

// Input changes neither the task nor the template.
func TestAuthoredInputIsPure(t *testing.T) {
	a, template := decodeAuthored(t, trainTask), gpuTemplate()
	before := marshal(t, []any{a, template})
	var pods []string
	for range 2 {
		in, err := a.Input(flyte.V2, template, a, positions(t, trainTask))
		if err != nil {
			t.Fatal(err)
		}
		in.Templates = baseStore()
		out, err := flyte.V2.Build(in)
		if err != nil {
			t.Fatal(err)
		}
		pods = append(pods, marshal(t, out.Pod))
		scribble(out.Pod)
	}
	if diff := cmp.Diff(before, marshal(t, []any{a, template})); diff != "" {
		t.Errorf("changed:\n%s", diff)
	}
	if diff := cmp.Diff(pods[0], pods[1]); diff != "" {
		t.Errorf("another Pod the second time:\n%s", diff)
	}
}

func FuzzDecodeAuthored(f *testing.F) {
	f.Add([]byte(trainTask))
	f.Add([]byte(`{"image":"i","action":{"spec":{"runOutputBase":"s3://b"}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := flyte.DecodeAuthored(data)
		if err != nil {
			return
		}
		for _, template := range []*flyte.AuthoredTemplate{nil, gpuTemplate()} {
			in, err := a.Input(flyte.V2, template, a, provenance.Map{})
			if err == nil {
				_, err = flyte.V2.Build(in)
			}
			if err != nil && err.Error() == "" {
				t.Error("an error without a text")
			}
		}
	})
}
