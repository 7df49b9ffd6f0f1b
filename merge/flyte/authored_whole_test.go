package flyte_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/provenance"
)

// wholeTask is a task that says everything that a task can say, but for an action.
const wholeTask = `{
	"name": "train", "type": "custom-task", "taskTypeVersion": 3, "image": "ghcr.io/acme/{{.image.gpu.version}}:1",
	"command": ["python"], "args": ["-m", "train"], "env": {"Z": "1", "A": "2"},
	"resources": {"requests": {"cpu": 2, "memory": "4Gi", "ephemeral-storage": "1Gi"}, "limits": {"gpu": "1", "cpu": 0}},
	"interruptible": true, "podTemplateName": "base",
	"accelerator": {"device": "A100", "deviceClass": "NVIDIA_GPU", "partitionSize": "1g.5gb"}, "sharedMemory": {"sizeLimit": "1Gi"},
	"dataConfig": {"enabled": true, "inputPath": "/in", "outputPath": "/out", "format": "YAML"},
	"interface": {"inputs": {"variables": {"x": {"type": {"simple": "INTEGER"}}}}},
	"securityContext": {"runAs": {"k8sServiceAccount": "runner"}, "secrets": [{"group": "g", "key": "k", "mountRequirement": "FILE"}]},
	"config": {"link_type": "x"}, "custom": {"a": [1, 2]}, "metadata": {"labels": {"owner": "ml"}, "annotations": {"b": "c"}},
	"id": {"project": "p", "name": "wf.train", "org": "o"},
	"images": {"default": "reg/default:1", "byName": {"gpu": "reg/gpu:2.1"}},
	"overrides": {"resources": {"limits": {"memory": "8Gi", "storage": "2Gi"}, "requests": {"cpu": "3"}}, "image": "override:9",
		"podTemplate": {"labels": {"l": "m"}, "annotations": {"n": "o"}, "podSpec": {"containers": [{"name": "primary", "image": "x:1"}]}},
		"accelerator": {"device": "H100"}, "sharedMemory": {"mountPath": "/shm", "mountName": "memory"}},
	"execution": {"namespace": "ns", "defaultNamespace": "flyte2", "project": "vision", "domain": "production", "name": "exec",
		"generatedName": "exec-n0-2", "nodeId": "n0", "uniqueNodeId": "u0", "workflowName": "wf", "retryAttempt": 2,
		"labels": {"el": "1"}, "annotations": {"ea": "2"}, "env": {"E": "x"}, "serviceAccount": "sa", "consoleURL": "https://c",
		"inputPrefix": "s3://i", "outputPrefix": "s3://o", "rawOutputPrefix": "s3://r", "prevCheckpoint": "s3://c",
		"inputs": {"literals": {"x": {"scalar": {"primitive": {"integer": "5"}}}}},
		"ownerReference": {"apiVersion": "v1", "kind": "K", "name": "o", "uid": "u"},
		"platformResources": {"limits": {"cpu": "9"}}, "processEnv": {"PATH": "/bin"}}
}`

// TestAuthoredIsWhole pins what becomes of each part of a task, with and without a
// template, and where it is said to come from.
func TestAuthoredIsWhole(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, c := range []struct {
		name, task string
		template   *flyte.AuthoredTemplate
	}{
		{"container", wholeTask, nil},
		{"template", wholeTask, gpuTemplate()},
		{"empty", `{"name": "Empty_Task"}`, nil},
		{"empty with an empty template", `{"name": "e", "images": {"default": "reg/default:1"}}`, &flyte.AuthoredTemplate{}},
	} {
		fields, places := provenance.Map{}, []provenance.Path{}
		for path := range provenance.Leaves(generic(t, json.RawMessage(c.task))) {
			places = append(places, path)
			fields.Add(path, provenance.Origin{Layer: provenance.LayerTask, Pos: pos("task.cue", len(places))})
		}
		in, err := decodeAuthored(t, c.task).Input(flyte.V1, c.template, nil, fields)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "# %s\n", c.name)
		for _, part := range []struct {
			name   string
			value  any
			fields provenance.Map
		}{
			{"task", in.Task, in.Sources.Task},
			{"podSpec", map[string]any{}, in.Sources.PodSpec},
			{"execution", in.Execution, in.Sources.Execution},
			{"override", map[string]any{}, in.Sources.Override},
			{"processEnv", in.ProcessEnv, nil},
		} {
			values := maps.Collect(provenance.Leaves(generic(t, json.RawMessage(marshal(t, part.value)))))
			paths := values
			if len(values) <= 1 {
				paths = map[provenance.Path]any{}
				for p := range part.fields {
					paths[p] = nil
				}
				maps.Copy(paths, values)
			}
			for _, p := range slices.Sorted(maps.Keys(paths)) {
				fmt.Fprintf(&b, "%s %s = %s <-%s\n", part.name, p, provenance.JSON(paths[p]), writers(part.fields[p], places))
			}
		}
		b.WriteString("\n")
	}
	golden(t, "testdata/authored.golden", b.String())
}

// writers names the places that origins stand for, the deciding one last.
func writers(origins []provenance.Origin, places []provenance.Path) string {
	var b strings.Builder
	for _, o := range origins {
		switch {
		case o.Pos.Filename == "task.cue":
			fmt.Fprintf(&b, " %s:%s", o.Layer, places[o.Pos.Line-1])
		case o.Pos.IsValid():
			fmt.Fprintf(&b, " %s:%s", o.Layer, o.Pos)
		default:
			fmt.Fprintf(&b, " %s", o.Layer)
		}
		if o.Rule != "" {
			fmt.Fprintf(&b, "(%s)", o.Rule)
		}
	}
	return b.String()
}
