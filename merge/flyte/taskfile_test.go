package flyte_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/provenance"
)

// What flytectl prints of a registered task, and what it means.
const flytectlTask = `id:
  name: app.train
  project: vision
closure:
  compiledTask:
    template:
      type: python-task
      id:
        resource_type: TASK
        name: app.train
      metadata:
        podTemplateName: base
      k8s_pod:
        metadata:
          labels:
            team: vision
        pod_spec:
          containers:
            - name: main
              Image: train:1
      config:
        primary_container_name: main
      interface:
        inputs:
          variables:
            x:
              type:
                simple: INTEGER
`

func TestReadTaskFile(t *testing.T) {
	task, src, err := flyte.ReadTaskFile("task.yaml", []byte(flytectlTask))
	if err != nil {
		t.Fatal(err)
	}
	if task.ID.Name != "app.train" || task.K8sPod.PodSpec.Containers[0].Image != "train:1" || !task.Interface.Inputs.Has() {
		t.Errorf("%+v", task)
	}
	for path, line := range map[provenance.Path]int{
		"type": 7, "id.name": 10, "metadata.podTemplateName": 12, "config.primary_container_name": 22,
		"interface.inputs.variables[0].value.type.simple": 28,
	} {
		if o, _ := src.Task.Winner(path); o.Pos.Line != line || o.Pos.Filename != "task.yaml" {
			t.Errorf("%s is at %s, want line %d", path, o.Pos, line)
		}
	}
	for path, line := range map[provenance.Path]int{"metadata.labels[team]": 16, "spec.containers[main].image": 20} {
		if o, _ := src.PodSpec.Winner(path); o.Pos.Line != line {
			t.Errorf("%s is at %s, want line %d", path, o.Pos, line)
		}
	}
	in, err := task.Input(flyte.V2, nil, src)
	if err != nil {
		t.Fatal(err)
	}
	in.Execution.Namespace = "vision-development"
	in.Templates = baseStore()
	out, err := flyte.V2.Build(in)
	if err != nil {
		t.Fatal(err)
	}
	checkOrigins(t, "task.yaml", out)
	if o, _ := out.Fields.Winner("spec.containers[main].image"); o.Pos.Line != 20 || o.Layer != provenance.LayerTemplate {
		t.Errorf("%+v", o)
	}
}

// The forms in which a task may come mean the same.
func TestReadTaskFileForms(t *testing.T) {
	const task = `{"type": "python-task", "container": {"image": "i"}}`
	var want string
	for i, in := range []string{
		task,
		`{"template": ` + task + `}`,
		`{"spec": {"taskTemplate": ` + task + `}}`,
		`{"closure": {"compiled_task": {"template": ` + task + `}}}`,
		`[{"closure": {"compiledTask": {"template": ` + task + `}}}]`,
		"- template:\n    type: python-task\n    container: {image: i}\n",
		"type: python-task\ncontainer:\n  image: i\n",
		"# a comment\n---\ntype: python-task\ncontainer: {image: i}\n---\nignored: true\n",
	} {
		got, err := flyte.DecodeTaskFile([]byte(in))
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if i == 0 {
			want = marshal(t, got)
		}
		if diff := cmp.Diff(want, marshal(t, got)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", in, diff)
		}
	}
}

func TestReadTaskFileErrors(t *testing.T) {
	for in, want := range map[string]string{
		"":                               "task.yaml: this is no TaskTemplate",
		"a: 1":                           `task.yaml:1:1: task: `,
		"type: [":                        "not YAML",
		"- {}\n- {}\n":                   "the file has 2 tasks",
		"just text":                      "the file is not a map",
		"type: x\ntype: y\n":             `task.yaml:2:1: mapping key "type" already defined at line 1`,
		"template:\n  - type: x\n  - {}": "task.yaml:2:3: the file has 2 tasks",
		"container: {image: 7}":          "invalid value for string",
		"template: {}":                   "this is no TaskTemplate",
	} {
		_, _, err := flyte.ReadTaskFile("task.yaml", []byte(in))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
}

func FuzzReadTaskFile(f *testing.F) {
	f.Add([]byte(flytectlTask))
	f.Add([]byte("[{template: {type: x}}]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		task, src, err := flyte.ReadTaskFile("f", data)
		if err != nil {
			return
		}
		in, err := task.Input(flyte.V2, nil, src)
		if err != nil {
			return
		}
		if _, err := flyte.V2.Build(in); err != nil && err.Error() == "" {
			t.Error("an error without a text")
		}
	})
}
