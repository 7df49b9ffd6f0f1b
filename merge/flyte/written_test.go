package flyte_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/provenance"
)

// madeOf are the rules by which Flyte makes a value out of what is written, and what
// it makes.
var madeOf = map[string]string{
	"copilot":                     "whatever copilot needs, because data_config is enabled",
	"default-env-from-configmaps": "optional: true, beside the name",
	"default-env-from-secrets":    "optional: true, beside the name",
	"dns-name":                    "a name made fit for DNS",
	"gpu-device":                  "operator and effect; the device as accelerator-devices has it",
	"gpu-partition-size":          "operator and effect",
	"gpu-partition-slices":        "the number in a partition's size",
	"gpu-unpartitioned":           "operator",
	"link_type":                   "a link into the console",
	"render":                      "a text with values in place of references",
	"secrets":                     "an encoded secret",
	"shared-memory":               "medium: Memory, and size 0 where none is given",
}

// TestOriginsSayWhatIsWritten holds the value that each origin of each leaf gives,
// the losers' too, against what stands at its position.
func TestOriginsSayWhatIsWritten(t *testing.T) {
	t.Parallel()
	compared, lost, n := 0, 0, 0
	podInputs(t, func(name string, p *flyte.Profile, in *flyte.Input) {
		if n++; n%4 != 0 {
			return
		}
		sources := causalInput(t, in)
		out, err := p.Build(in)
		if err != nil {
			return
		}
		leaf := map[string]map[provenance.Path]any{}
		for file, s := range sources {
			leaf[file] = maps.Collect(provenance.Leaves(s.value))
		}
		pod := generic(t, json.RawMessage(marshal(t, out.Pod)))
		for path := range provenance.Leaves(pod) {
			origins := out.Fields[path]
			for i, o := range origins {
				s := sources[o.Pos.Filename]
				if s == nil || o.Value == "" {
					continue
				}
				place := s.lines[o.Pos.Line-1]
				v, ok := leaf[o.Pos.Filename][place]
				if madeOf[o.Rule] != "" || o.Rule == provenance.RuleConfigured && place == "co-pilot.name" {
					continue // a prefix, the latter
				}
				if !ok || !sameAmount(provenance.JSON(v), o.Value) && o.Value != lastName(place) {
					t.Errorf("%s: %s: origin %d of %+v is said to be at %s of %s, where %s is written",
						name, path, i, origins, place, s.file, provenance.JSON(v))
				}
				compared++
				if i < len(origins)-1 {
					lost++
				}
			}
		}
	})
	t.Logf("%d origins compared, %d of them below another one", compared, lost)
	if compared < least(3000) || lost < least(100) {
		t.Error("too few")
	}
}

// lastName is the last name of a path: a key that became a value.
func lastName(p provenance.Path) string {
	segs := p.Segments()
	return provenance.JSON(segs[len(segs)-1].Name)
}

// sameAmount reports whether two values in JSON are equal, or quantities that are.
func sameAmount(a, b string) bool {
	if a == b {
		return true
	}
	var qa, qb resource.Quantity
	return json.Unmarshal([]byte(a), &qa) == nil && json.Unmarshal([]byte(b), &qb) == nil && qa.Cmp(qb) == 0
}

// What an author or a platform writes about what Flyte brings along has its own
// origin, beside the reason why Flyte brings it.
func TestConfiguredParts(t *testing.T) {
	t.Parallel()
	want := map[string]map[provenance.Path]string{
		"pod/copilot-container": {
			"spec.initContainers[flyte-copilot-downloader].name":                                "config co-pilot.name",
			"spec.initContainers[flyte-copilot-downloader].image":                               "config co-pilot.image",
			"spec.initContainers[flyte-copilot-uploader].resources.limits[cpu]":                 "config co-pilot.cpu",
			"spec.initContainers[flyte-copilot-uploader].resources.requests[memory]":            "config co-pilot.memory",
			"spec.initContainers[flyte-copilot-uploader].volumeMounts[/var/flyte/outputs].name": "config co-pilot.output-vol-name",
			"spec.volumes[flyte-inputs].name":                                                   "config co-pilot.input-vol-name",
			"spec.containers[exec1-n0-0].volumeMounts[/var/flyte/inputs].mountPath":             "config co-pilot.default-input-path",
			"spec.volumes[flyte-inputs].emptyDir":                                               "task container.dataConfig.enabled",
		},
		"pod/copilot-container-paths-format": {
			"spec.containers[exec1-n0-0].volumeMounts[/in].mountPath": "task container.dataConfig.inputPath",
		},
		"pod/gpu-override-beats-task": {
			"spec.volumes[shm].name": "task extendedResources.sharedMemory.mountName",
			"spec.containers[exec1-n0-0].volumeMounts[/dev/shm].mountPath": "task extendedResources.sharedMemory.mountPath",
		},
		"pod/gpu-accelerator-device": {
			"spec.tolerations[0].key":   "config gpu-device-node-label",
			"spec.tolerations[0].value": "task extendedResources.gpuAccelerator.device",
			"spec.containers[exec1-n0-0].env[FLYTE_INTERNAL_EXECUTION_ID].name":  "flyte ",
			"spec.containers[exec1-n0-0].env[FLYTE_INTERNAL_EXECUTION_ID].value": "execution executionId.name",
		},
	}
	podInputs(t, func(name string, p *flyte.Profile, in *flyte.Input) {
		paths := want[strings.TrimPrefix(name, "flyte@v1.16 ")]
		if paths == nil {
			return
		}
		sources := causalInput(t, in)
		out, err := p.Build(in)
		if err != nil {
			t.Fatal(err)
		}
		got := map[provenance.Path]string{}
		for path := range paths {
			o, ok := out.Fields.Winner(path)
			got[path] = o.Layer + " "
			if s := sources[o.Pos.Filename]; ok && s != nil {
				got[path] += string(s.lines[o.Pos.Line-1])
			}
		}
		if diff := cmp.Diff(paths, got); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	})
}
