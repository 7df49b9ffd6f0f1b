package flyte_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/merge/flyte"
)

// A task reads the same however protojson lets it be written.
func TestDecodeTaskSpellings(t *testing.T) {
	const want = `{"id":{"resourceType":"TASK","name":"t"},"type":"python-task",` +
		`"metadata":{"podTemplateName":"base","interruptible":true},` +
		`"container":{"image":"i","resources":{"requests":[{"name":"CPU","value":"1"}]}},` +
		`"taskTypeVersion":2,"extendedResources":{"gpuAccelerator":{"deviceClass":"GOOGLE_TPU","partitionSize":"2x4"}}}`
	for _, in := range []string{
		want,
		`{"id":{"resource_type":1,"name":"t"},"type":"python-task",
		 "metadata":{"pod_template_name":"base","interruptible":true,"timeout":"3.5s","generatesDeck":true},
		 "container":{"image":"i","resources":{"requests":[{"name":1,"value":"1"}]},"ports":[{"containerPort":80}]},
		 "task_type_version":"2","extended_resources":{"gpu_accelerator":{"device_class":1,"partition_size":"2x4"}}}`,
	} {
		task, err := flyte.DecodeTask([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, marshal(t, task)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	}
}

func TestDecodeTaskErrors(t *testing.T) {
	for in, want := range map[string]string{
		`{"typ":"python-task"}`:                                          `unknown field "typ"`,
		`{"container":{},"k8sPod":{}}`:                                   `oneof`,
		`{"container":{"image":7}}`:                                      `invalid value for string`,
		`{"extendedResources":{"gpuAccelerator":{"deviceClass":"TPU"}}}`: `invalid value for enum`,
		`[]`: `unexpected token`,
	} {
		if _, err := flyte.DecodeTask([]byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
}

// The variables of an interface are a list in flyteidl 2 and a map in flyteidl
// 1; both forms are read.
func TestDecodeInterface(t *testing.T) {
	for _, in := range []string{
		`{"interface":{"inputs":{"variables":[{"key":"a","value":{"type":{"simple":"INTEGER"}}},{"key":"b","value":{}}]}}}`,
		`{"interface":{"inputs":{"variables":{"b":{},"a":{"type":{"simple":1}}}}}}`,
	} {
		task, err := flyte.DecodeTask([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, v := range task.Interface.Inputs.Variables {
			keys = append(keys, v.Key+" "+string(v.Value))
		}
		if diff := cmp.Diff([]string{`a {"type":{"simple":"INTEGER"}}`, `b {}`}, compactAll(t, keys)); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		if task.Interface.Outputs.Has() {
			t.Error("outputs out of nowhere")
		}
	}
}

// compactAll removes the blanks that protojson puts in at random.
func compactAll(t *testing.T, list []string) []string {
	t.Helper()
	for i, s := range list {
		key, value, _ := strings.Cut(s, " ")
		var v any
		if err := json.Unmarshal([]byte(value), &v); err != nil {
			t.Fatal(err)
		}
		list[i] = key + " " + marshal(t, v)
	}
	return list
}

// A pod spec that cannot be decoded is reported when its turn comes.
func TestPodSpecError(t *testing.T) {
	task, err := flyte.DecodeTask([]byte(`{"k8sPod":{"podSpec":{"containers":[{"name":5}]}}}`))
	if err != nil {
		t.Fatal(err)
	}
	_, err = flyte.V2.Build(&flyte.Input{Task: task})
	if err == nil || !strings.HasPrefix(err.Error(), "[BadTaskSpecification] Unable to unmarshal task k8s pod [") {
		t.Error(err)
	}
}

func FuzzDecodeTask(f *testing.F) {
	for _, c := range readCases(f, "testdata/v2/named.jsonl.gz") {
		var in struct{ Task json.RawMessage }
		if json.Unmarshal(c.In, &in) == nil && in.Task != nil {
			f.Add([]byte(in.Task))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		task, err := flyte.DecodeTask(data)
		if err != nil {
			return
		}
		if _, err := flyte.V2.Build(&flyte.Input{Task: task, Sources: &flyte.Sources{}}); err != nil && err.Error() == "" {
			t.Error("an error without a text")
		}
	})
}
