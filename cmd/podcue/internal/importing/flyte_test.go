package importing_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/cmd/podcue/internal/importing"
	"github.com/podcue/podcue/compiler"
	"github.com/podcue/podcue/merge/flyte"
)

// flyteCases are recorded answers of Flyte; here their inputs matter.
const flyteCases = "../../../../merge/flyte/testdata/v2/named.jsonl.gz"

type flyteCase struct {
	Name string `json:"name"`
	In   struct {
		Op       string          `json:"op"`
		Task     json.RawMessage `json:"task"`
		Template json.RawMessage `json:"template"`
		Base     json.RawMessage `json:"base"`
		Overlay  json.RawMessage `json:"overlay"`
	} `json:"in"`
}

func readFlyteCases(t *testing.T) []flyteCase {
	t.Helper()
	file, err := os.Open(flyteCases)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zip, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var cases []flyteCase
	lines := bufio.NewScanner(zip)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var c flyteCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return cases
}

// refused are the recorded tasks that cannot be imported: what Flyte refuses too,
// or reads in a way that would hide a mistake of the author's.
var refused = map[string]string{
	"pod/k8spod-unknown-field-ignored":    "unknown field k8sPod.spec.containers[main].unknownThing",
	"pod/k8spod-wrong-case-keys-accepted": `unknown field k8sPod.spec.Containers; did you mean "containers"?`,
	"pod/k8spod-wrong-type-errors":        "the number 5 stands where a text must be",
	"pod/k8spod-huge-int-exponent-errors": "the number 1e+21 stands where a whole number must be",
	"pod/k8spod-fractional-int-errors":    "the number 1.5 stands where a whole number must be",
	"pod/sidecar-type-v0":                 "the task has neither a container nor a K8sPod",
	"pod/sidecar-type-v1":                 "the task has neither a container nor a K8sPod",
	"pod/no-target-errors":                "the task has neither a container nor a K8sPod",
	"pod/res-bad-quantity-errors":         "must be a number or a Kubernetes quantity",
	"pod/shared-memory-bad-size-errors":   "must be a number or a Kubernetes quantity",
}

// unlikeFlytekit are the recorded tasks that flytekit never registers, with what
// it makes of them.
var unlikeFlytekit = map[string]string{
	"pod/k8spod-no-podspec-errors":              "adds the primary container",
	"pod/k8spod-primary-not-in-spec-errors":     "adds the primary container",
	"pod/k8spod-missing-primary-key-errors":     "writes the name of the primary container",
	"pod/task-empty-image-takes-template-image": "puts its own image in the place of none",
	"pod/shared-memory-no-name-errors":          "names the volume of shared memory",
	"pod/res-zero-cpu-ignored":                  "leaves out a request for 0 cores",
}

// TestRoundTripTasks imports the task of every recorded case, compiles the CUE and
// registers the task again: it is the task that was imported.
func TestRoundTripTasks(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	want := map[string]*flyte.TaskTemplate{}
	names := map[string]string{}
	seen := map[string]bool{}
	for _, c := range readFlyteCases(t) {
		original, err := flyte.DecodeTask(c.In.Task)
		if c.In.Op != "pod" || err != nil || seen[string(c.In.Task)] {
			continue
		}
		seen[string(c.In.Task)] = true
		cue, err := importing.Import([]importing.Source{{Name: "task.json", Data: c.In.Task}}, importing.Options{Package: "p"})
		if err != nil {
			if !refusedFor(c.Name, err) {
				t.Errorf("%s: %v\n%s", c.Name, err, c.In.Task)
			}
			continue
		}
		if refused[c.Name] != "" {
			_, errs := compile(t, map[string]string{"p/import.cue": string(cue)})
			if !strings.Contains(errs["./p"], refused[c.Name]) {
				t.Errorf("%s: %q is not refused for %q", c.Name, errs["./p"], refused[c.Name])
			}
			continue
		}
		pkg := fmt.Sprintf("./p%d", len(want))
		files[pkg[2:]+"/import.cue"], want[pkg], names[pkg] = string(cue), original, c.Name
	}
	if len(want) < 50 {
		t.Errorf("only %d tasks were imported", len(want))
	}
	got := map[string]*flyte.TaskTemplate{}
	for _, p := range compileProgram(t, files) {
		if len(p.Tasks) == 1 {
			got[p.Path] = register(t, names[p.Path], p.Tasks[0])
		}
	}
	for pkg, w := range want {
		if got[pkg] == nil {
			t.Errorf("%s: not compiled\n%s", names[pkg], files[pkg[2:]+"/import.cue"])
			continue
		}
		diff := cmp.Diff(taskJSON(t, w), taskJSON(t, got[pkg]))
		if known := unlikeFlytekit[names[pkg]]; known != "" {
			if diff == "" {
				t.Errorf("%s: flytekit %s, but nothing differs", names[pkg], known)
			}
			continue
		}
		if diff != "" {
			t.Errorf("%s\n%s(-task +imported):\n%s", names[pkg], files[pkg[2:]+"/import.cue"], diff)
		}
	}
}

// refusedFor reports whether err is what the case is refused for.
func refusedFor(name string, err error) bool {
	return refused[name] != "" && strings.Contains(err.Error(), refused[name])
}

// compileProgram compiles packages of one module and fails on findings.
func compileProgram(t *testing.T, files map[string]string) []*compiler.Package {
	t.Helper()
	program, err := compiler.Compile(&compiler.Config{Dir: writeModule(t, files)}, "./...")
	for _, f := range findings(t, err) {
		t.Errorf("%v %s", f.Origins, f.Message)
	}
	var packages []*compiler.Package
	for _, m := range program.Modules {
		packages = append(packages, m.Packages...)
	}
	return packages
}

// register returns what flytekit makes of a compiled task.
func register(t *testing.T, name string, task *compiler.Task) *flyte.TaskTemplate {
	t.Helper()
	authored, err := flyte.DecodeAuthored(task.JSON)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return nil
	}
	var template *flyte.AuthoredTemplate
	if task.Template != nil {
		template = &flyte.AuthoredTemplate{
			Name: task.Template.Name, PrimaryContainerName: task.Template.PrimaryContainerName, Pod: &task.Template.Pod,
		}
	}
	in, err := authored.Input(flyte.V2, template, nil, nil)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return nil
	}
	return in.Task
}

// taskJSON returns a task as JSON; metadata that says nothing is the same as none.
func taskJSON(t *testing.T, task *flyte.TaskTemplate) string {
	t.Helper()
	if p := task.K8sPod; p != nil && p.Metadata != nil && len(p.Metadata.Labels)+len(p.Metadata.Annotations) == 0 {
		p.Metadata = nil
	}
	data, err := json.Marshal(task)
	if err != nil {
		t.Fatal(err)
	}
	canonical, err := flyte.DecodeTask(data) // without enums that are the default
	if err != nil {
		t.Fatal(err)
	}
	if data, err = json.MarshalIndent(canonical, "", " "); err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestRoundTripTemplates imports the pod specs of every recorded case, and
// compares as TestRoundTripCorpus does.
func TestRoundTripTemplates(t *testing.T) {
	t.Parallel()
	files := map[string]string{}
	want := map[string]string{}
	seen := map[string]bool{}
	for _, c := range readFlyteCases(t) {
		for _, data := range []json.RawMessage{c.In.Template, c.In.Base, c.In.Overlay} {
			var spec corev1.PodSpec
			if !bytes.Contains(data, []byte(`"containers"`)) || json.Unmarshal(data, &spec) != nil || len(spec.Containers) == 0 || seen[string(data)] {
				continue
			}
			seen[string(data)] = true
			w, accepted := defaulted(t, withImages(&spec))
			if !accepted {
				continue
			}
			cue, err := importing.Import([]importing.Source{{Name: "spec.json", Data: data}}, importing.Options{Package: "p"})
			if err != nil {
				t.Errorf("%s: %v\n%s", c.Name, err, data)
				continue
			}
			pkg := fmt.Sprintf("./p%d", len(want))
			files[pkg[2:]+"/import.cue"], want[pkg] = string(cue), w
		}
	}
	if len(want) < 100 {
		t.Errorf("only %d templates were imported", len(want))
	}
	for _, p := range compileProgram(t, files) {
		got, _ := defaulted(t, withImages(&p.Templates[0].Pod.Spec))
		if diff := cmp.Diff(want[p.Path], got); diff != "" {
			t.Errorf("%s(-spec +compiled):\n%s", files[p.Path[2:]+"/import.cue"], diff)
		}
	}
}

// withImages returns a template with the spec, complete enough for a server to
// take it: templates leave images to the task.
func withImages(spec *corev1.PodSpec) *corev1.PodTemplateSpec {
	out := &corev1.PodTemplateSpec{Spec: *spec.DeepCopy()}
	for _, list := range [][]corev1.Container{out.Spec.Containers, out.Spec.InitContainers} {
		for i := range list {
			if list[i].Image == "" {
				list[i].Image = "task"
			}
		}
	}
	return out
}
