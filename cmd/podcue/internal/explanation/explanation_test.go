package explanation_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/cmd/podcue/internal/explanation"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

func at(layer, file string, line, column int, rule, value string) provenance.Origin {
	return provenance.Origin{Layer: layer, Pos: provenance.Position{Filename: file, Line: line, Column: column}, Rule: rule, Value: value}
}

// subject is a Pod whose fields came from here and there.
func subject(t *testing.T) *explanation.Subject {
	t.Helper()
	var pod map[string]any
	err := json.Unmarshal([]byte(`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "labels": {"app.kubernetes.io/name": "x"}},
		"spec": {"hostNetwork": true, "containers": [{"name": "main", "image": "nginx:1.29", "resources": {"limits": {"cpu": "2", "memory": "1Gi"}},
		"env": [{"name": "A", "value": "first"}, {"name": "A", "value": "last"}], "ports": [{"containerPort": 80}]}]}}`), &pod)
	if err != nil {
		t.Fatal(err)
	}
	return &explanation.Subject{
		Object: finding.Object{Kind: "Task", Name: "train", Package: "./train"}, Profile: "flyte@v2", Pod: pod,
		Fields: provenance.Map{
			"metadata.name":    {{Layer: provenance.LayerExecution, Rule: "generated-name", Value: `"p"`}},
			"metadata.labels":  {at(provenance.LayerTemplate, "t.cue", 2, 1, "", "")},
			"spec.hostNetwork": {at(provenance.LayerTemplate, "t.cue", 3, 2, "", "false"), at(provenance.LayerBase, "base.yaml", 2, 1, "", "true")},
			"spec.containers[main].image": {
				at(provenance.LayerBase, "base.yaml", 9, 1, "", `"old"`),
				at(provenance.LayerTemplate, "t.cue", 1, 3, "override", `"nginx:1.29"`),
			},
			"spec.containers[main].name": {
				at(provenance.LayerBase, "base.yaml", 9, 1, "", `"primary"`),
				at(provenance.LayerTemplate, "t.cue", 2, 1, "unified", `"main"`),
				at(provenance.LayerTemplate, "t.cue", 1, 3, "override", `"main"`),
			},
			"spec.containers[main].resources.limits[cpu]":    {at(provenance.LayerTask, "t.cue", 5, 1, "", `"2"`)},
			"spec.containers[main].resources.limits[memory]": {at(provenance.LayerConfig, "flyte.yaml", 7, 9, "default-memory", `"1Gi"`)},
		},
		Hazards: finding.List{
			{ID: "merge-false-lost", Severity: finding.Warning, Path: "spec.hostNetwork", Message: "an explicit false is lost", Help: "set it in the base"},
			{ID: "merge-other", Severity: finding.Warning, Path: "spec.volumes[x]", Message: "something else"},
		},
		Source: func(file string) []byte {
			return map[string][]byte{"t.cue": []byte("ü\timage: x\r\nsecond\n\thostNetwork: false\n"), "base.yaml": []byte("a\nhostNetwork: true\n")}[file]
		},
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	s := subject(t)
	for path, want := range map[provenance.Path]struct {
		path    provenance.Path
		value   string
		layers  string // the winner first
		hazards int
	}{
		"spec.hostNetwork":                           {"spec.hostNetwork", "true", "base template", 1},
		"spec.containers[main].image":                {"spec.containers[main].image", `"nginx:1.29"`, "template base", 0},
		"spec.containers[0].image":                   {"spec.containers[main].image", `"nginx:1.29"`, "template base", 0},
		"spec.containers[main].resources.limits.cpu": {"spec.containers[main].resources.limits[cpu]", `"2"`, "task", 0},
		"spec.containers[main].ports[80]":            {"spec.containers[main].ports[80/TCP]", `{"containerPort":80}`, "", 0},
		// A node without origins of its own has those of the leaves below it …
		"spec.containers[main].resources": {"spec.containers[main].resources", `{"limits":{"cpu":"2","memory":"1Gi"}}`, "task config", 0},
		// … and a leaf without any those of what it is in.
		"metadata.labels.app.kubernetes.io/name": {"metadata.labels[app.kubernetes.io/name]", `"x"`, "template", 0},
		"spec":                                   {"spec", provenance.JSON(s.Pod["spec"]), "base config task template", 2},
	} {
		f, err := s.Explain(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		var layers []string
		for _, o := range f.Origins {
			layers = append(layers, o.Layer)
		}
		got := strings.Join(layers, " ")
		if path == "spec" {
			got = sortedWords(got)
		}
		if f.Path != want.path || provenance.JSON(f.Value) != want.value || got != want.layers || len(f.Hazards) != want.hazards {
			t.Errorf("%s is %s = %s from %q with %d hazards, want %+v", path, f.Path, provenance.JSON(f.Value), got, len(f.Hazards), want)
		}
	}
}

func sortedWords(s string) string {
	seen := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		seen[w] = true
	}
	var out []string
	for _, w := range []string{"base", "config", "task", "template"} {
		if seen[w] {
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}

func TestUnknownField(t *testing.T) {
	t.Parallel()
	s := subject(t)
	for path, want := range map[provenance.Path]string{
		"spec.hostNetwrok": "the Pod has no spec.hostNetwrok; did you mean spec.hostNetwork?",
		"spec.hostPID": "the Pod has no spec.hostPID\n" +
			"help: nobody sets it; it would come from the template (podSpec, labels, annotations), the base PodTemplate, the plugins.k8s configuration",
		"zzzzzzzzzzzzzz":                      "the Pod has no zzzzzzzzzzzzzz\nhelp: Kubernetes knows no such field of a Pod",
		"spec.containers[0].securtyContext.x": "the Pod has no spec.containers[0].securtyContext.x; did you mean spec.containers[main].securityContext.x?",
		"spec.containers[main].image.tag":     "the Pod has no spec.containers[main].image.tag; did you mean spec.containers[main].image?",
		"spec.containers.main":                "the Pod has no spec.containers.main; did you mean spec.containers[main]?",
		"containers[main].image":              "the Pod has no containers[main].image; did you mean spec.containers[main].image?",
		// An element of a list is one that there is.
		"spec.containers.0.image":              "the Pod has no spec.containers.0.image; did you mean spec.containers[main].image?",
		"spec.containers[mian].image":          "the Pod has no spec.containers[mian].image; did you mean spec.containers[main].image?",
		"spec.containers[mian].imgae":          "the Pod has no spec.containers[mian].imgae; did you mean spec.containers[main]?",
		"spec.containers[5]":                   "the Pod has no spec.containers[5]\nhelp: spec.containers has [main]",
		"spec.containers[sidecar].image":       "the Pod has no spec.containers[sidecar].image\nhelp: spec.containers has [main]",
		"spec.containers[main].env[B].value":   "the Pod has no spec.containers[main].env[B].value; did you mean spec.containers[main].env[A].value?",
		"spec.containers[main].env[TOKEN]":     "the Pod has no spec.containers[main].env[TOKEN]\nhelp: spec.containers[main].env has [A], [1]",
		"spec.containers[main].ports[metrics]": "the Pod has no spec.containers[main].ports[metrics]\nhelp: spec.containers[main].ports has [80/TCP]",
		// A key of a map may be any, and is perhaps one that there is.
		"metadata.labels[app.kubernetes.io/nam]": "the Pod has no metadata.labels[app.kubernetes.io/nam]; did you mean metadata.labels[app.kubernetes.io/name]?\n" +
			"help: nobody sets it; it would come from the template (podSpec, labels, annotations), the base PodTemplate, the plugins.k8s configuration",
		"metadata.labels.app.kubernetes.io/nam": "the Pod has no metadata.labels.app.kubernetes.io/nam; did you mean metadata.labels[app.kubernetes.io/name]?\n" +
			"help: nobody sets it; it would come from the template (podSpec, labels, annotations), the base PodTemplate, the plugins.k8s configuration",
		"spec.containers[main].resources.limits.nvidia.com/gpu": "the Pod has no spec.containers[main].resources.limits.nvidia.com/gpu\n" +
			"help: nobody sets it; it would come from the template (podSpec, labels, annotations), the base PodTemplate, the plugins.k8s configuration",
	} {
		_, err := s.Explain(path)
		var unknown *explanation.UnknownFieldError
		if !errors.As(err, &unknown) || err.Error() != want {
			t.Errorf("%s: %v, want %s", path, err, want)
		}
	}
	_, err := s.Explain("spec.containers[main].imag")
	var unknown *explanation.UnknownFieldError
	if !errors.As(err, &unknown) || unknown.Parent != "spec.containers[main]" || unknown.Nearest != "spec.containers[main].image" {
		t.Errorf("the error is %#v", err)
	}
}

// What only the API server's defaults have is explained as theirs.
func TestDefaulted(t *testing.T) {
	t.Parallel()
	s := subject(t)
	s.Defaulted = func() any {
		var pod map[string]any
		err := json.Unmarshal([]byte(`{"spec": {"dnsPolicy": "ClusterFirst", "hostNetwork": true, "securityContext": {},
			"containers": [{"name": "main", "imagePullPolicy": "IfNotPresent"}]}, "status": {"phase": "Pending"}}`), &pod)
		if err != nil {
			t.Fatal(err)
		}
		return pod
	}
	for path, want := range map[provenance.Path]string{
		"spec.dnsPolicy": `spec.dnsPolicy = "ClusterFirst"

  wins  kubernetes  "ClusterFirst"  (api-server-default)

  nobody sets it: the API server adds it when the Pod is created

Task train, merged by flyte@v2
`,
		"spec.containers[0].imagePullPolicy": `spec.containers[main].imagePullPolicy = "IfNotPresent"

  wins  kubernetes  "IfNotPresent"  (api-server-default)

  nobody sets it: the API server adds it when the Pod is created

Task train, merged by flyte@v2
`,
	} {
		f, err := s.Explain(path)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := s.WriteText(&b, f, false); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, b.String()); diff != "" {
			t.Errorf("%s: -want +got:\n%s", path, diff)
		}
	}
	for _, path := range []provenance.Path{"status.phase", "spec.hostPID", "spec.containers[other].imagePullPolicy"} {
		if f, err := s.Explain(path); err == nil {
			t.Errorf("%s is explained as %+v", path, f)
		}
	}
	if f, err := s.Explain("spec.hostNetwork"); err != nil || f.Origins[0].Layer != provenance.LayerBase {
		t.Errorf("what somebody sets is explained as %+v, %v", f, err)
	}
}

func TestWriteText(t *testing.T) {
	t.Parallel()
	s := subject(t)
	for path, want := range map[provenance.Path]string{
		"spec.hostNetwork": `spec.hostNetwork = true

  wins  base  true
        base.yaml:2:1
        2 | hostNetwork: true
          | ^

  lost  template  false
        t.cue:3:2
        3 |     hostNetwork: false
          |     ^

  warning: an explicit false is lost [merge-false-lost]
  help: set it in the base

Task train, merged by flyte@v2
`,
		"spec.containers[main].image": `spec.containers[main].image = "nginx:1.29"

  wins  template  "nginx:1.29"  (override)
        t.cue:1:3
        1 | ü    image: x
          |  ^

  lost  base  "old"
        base.yaml:9:1

Task train, merged by flyte@v2
`,
		"spec.containers[main].resources": `spec.containers[main].resources = {"limits":{"cpu":"2","memory":"1Gi"}}

  part  task
        t.cue:5:1

  part  config  (default-memory)
        flyte.yaml:7:9

Task train, merged by flyte@v2
`,
		// What says the same, and what was appended to, did not lose.
		"spec.containers[main].name": `spec.containers[main].name = "main"

  wins  template  "main"  (override)
        t.cue:1:3
        1 | ü    image: x
          |  ^

  also  template  "main"  (unified)
        t.cue:2:1
        2 | second
          | ^

  lost  base  "primary"
        base.yaml:9:1

Task train, merged by flyte@v2
`,
		"spec.containers[main].env[A].value": `spec.containers[main].env[A].value = "first"

  no origin is recorded

  hidden: the container gets the last variable of this name: spec.containers[main].env[1]

Task train, merged by flyte@v2
`,
		"metadata.name": `metadata.name = "p"

  wins  execution  "p"  (generated-name)

Task train, merged by flyte@v2
`,
		"kind": `kind = "Pod"

  no origin is recorded

Task train, merged by flyte@v2
`,
	} {
		f, err := s.Explain(path)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := s.WriteText(&b, f, false); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, b.String()); diff != "" {
			t.Errorf("%s: -want +got:\n%s", path, diff)
		}
		var colored strings.Builder
		if err := s.WriteText(&colored, f, true); err != nil {
			t.Fatal(err)
		}
		if plain := stripColor(colored.String()); plain != b.String() || colored.Len() == b.Len() {
			t.Errorf("%s in colour is\n%s", path, colored.String())
		}
	}
}

// stripColor removes the codes of colours.
func stripColor(s string) string {
	var b strings.Builder
	for s != "" {
		before, after, found := strings.Cut(s, "\x1b[")
		b.WriteString(before)
		if !found {
			break
		}
		_, s, _ = strings.Cut(after, "m")
	}
	return b.String()
}

func TestAnnotate(t *testing.T) {
	t.Parallel()
	s := subject(t)
	s.Fields["spec.containers[main].args"] = []provenance.Origin{at(provenance.LayerTask, strings.Repeat("deep/", 20)+"task.cue", 123, 45, "", "")}
	yaml := "metadata:\n  name: p\nspec:\n  hostNetwork: true\n  containers:\n  - image: " + strings.Repeat("long", 20) + "\n  - args: []\n"
	lines := map[int]provenance.Path{
		2: "metadata.name", 4: "spec.hostNetwork", 6: "spec.containers[main].image", 7: "spec.containers[main].args", 5: "spec.nobody",
	}
	s.Fields["metadata.name"] = append([]provenance.Origin{at(provenance.LayerTemplate, "t.cue", 1, 1, "", ""),
		at(provenance.LayerExecution, "e.yaml", 1, 1, "constraint", "")}, s.Fields["metadata.name"]...)
	want := `metadata:
  name: p                                           # execution generated-name (1 lost)
spec:
  hostNetwork: true                                 # base base.yaml:2:1 (1 lost)
  containers:
  - image: longlonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglong  # template t.cue:1:3 (1 lost)
  - args: []                                        # task …deep/deep/deep/deep/deep/task.cue:123:45
`
	var b strings.Builder
	if err := s.Annotate(&b, []byte(yaml), lines, false); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	var colored strings.Builder
	if err := s.Annotate(&colored, []byte(yaml), lines, true); err != nil {
		t.Fatal(err)
	}
	if stripColor(colored.String()) != b.String() || !strings.Contains(colored.String(), "\x1b[34m# base") {
		t.Errorf("in colour it is\n%s", colored.String())
	}
}

func TestWriteJSON(t *testing.T) {
	t.Parallel()
	s := subject(t)
	f, err := s.Explain("spec.hostNetwork")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := s.WriteJSON(&b, f); err != nil {
		t.Fatal(err)
	}
	want := `{"version":1,"object":{"kind":"Task","name":"train","package":"./train"},"profile":"flyte@v2","fields":[` +
		`{"path":"spec.hostNetwork","value":true,"origins":[` +
		`{"layer":"base","wins":true,"shares":true,"file":"base.yaml","line":2,"column":1,"value":true},` +
		`{"layer":"template","wins":false,"shares":false,"file":"t.cue","line":3,"column":2,"value":false}],` +
		`"hazards":[{"id":"merge-false-lost","severity":"warning","object":{"kind":"","name":""},"path":"spec.hostNetwork",` +
		`"message":"an explicit false is lost","positions":[],"help":"set it in the base"}]}]}`
	if diff := cmp.Diff(want, compact(t, b.String())); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func compact(t *testing.T, s string) string {
	t.Helper()
	var b strings.Builder
	var v json.RawMessage
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	b.Write(data)
	return b.String()
}

// All explains every leaf, each once, in the order of the paths.
func TestAll(t *testing.T) {
	t.Parallel()
	s := subject(t)
	var got []provenance.Path
	for _, f := range s.All() {
		got = append(got, f.Path)
		if again, err := s.Explain(f.Path); err != nil || again.Path != f.Path {
			t.Errorf("%s is explained as %v, %v", f.Path, again, err)
		}
	}
	want := []provenance.Path{
		"apiVersion", "kind", "metadata.labels[app.kubernetes.io/name]", "metadata.name",
		"spec.containers[main].env[1].name", "spec.containers[main].env[1].value",
		"spec.containers[main].env[A].name", "spec.containers[main].env[A].value",
		"spec.containers[main].image", "spec.containers[main].name", "spec.containers[main].ports[80/TCP].containerPort",
		"spec.containers[main].resources.limits[cpu]", "spec.containers[main].resources.limits[memory]", "spec.hostNetwork",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Of several variables of one name the last one counts, and the others say so.
func TestHidden(t *testing.T) {
	t.Parallel()
	s := subject(t)
	for path, want := range map[provenance.Path]provenance.Path{
		"spec.containers[main].env[A].value": "spec.containers[main].env[1]",
		"spec.containers[main].env[A]":       "spec.containers[main].env[1]",
		"spec.containers[main].env[1].value": "",
		"spec.containers[main].image":        "",
	} {
		f, err := s.Explain(path)
		if err != nil || f.Hidden != want {
			t.Errorf("%s is hidden by %q, %v; want %q", path, f.Hidden, err, want)
		}
	}
}

// Long values are on several lines, or cut where they are not what is asked for.
func TestLongValues(t *testing.T) {
	t.Parallel()
	s := subject(t)
	long := strings.Repeat("ü", 60)
	s.Pod["spec"].(map[string]any)["nodeName"] = long
	s.Fields["spec.nodeName"] = []provenance.Origin{{Layer: provenance.LayerTask, Value: provenance.JSON(long)}}
	s.Pod["metadata"].(map[string]any)["annotations"] = map[string]any{"a": long, "b": long}
	for path, want := range map[provenance.Path][]string{
		"spec.nodeName":        {"spec.nodeName = \"" + long + "\"\n", "wins  task  \"" + strings.Repeat("ü", 29) + "…\n"},
		"metadata.annotations": {"metadata.annotations = {\n  \"a\": \"" + long + "\",\n"},
	} {
		f, err := s.Explain(path)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := s.WriteText(&b, f, false); err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(b.String(), w) {
				t.Errorf("%s: no %q in\n%s", path, w, b.String())
			}
		}
	}
}
