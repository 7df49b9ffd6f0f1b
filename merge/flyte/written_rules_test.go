package flyte_test

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/merge/flyte"
)

// copilotCommand is the command of copilot's downloader.
func copilotCommand(t *testing.T, p *flyte.Profile, configure func(*flyte.Config)) []string {
	t.Helper()
	a := decodeAuthored(t, `{"name": "t", "image": "x:1", "dataConfig": {"enabled": true},
		"interface": {"inputs": {"variables": {"x": {"type": {"simple": "INTEGER"}}}}}}`)
	in, err := a.Input(p, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	in.Config = flyte.DefaultConfig(p)
	in.Config.Storage = flyte.StorageConfig{Type: "stow", Stow: flyte.StowConfig{Kind: "s3", Config: map[string]string{"b": "2", "a": "1"}}}
	configure(in.Config)
	out, err := p.Build(in)
	if err != nil {
		t.Fatal(err)
	}
	return out.Pod.Spec.InitContainers[0].Command
}

// How copilot is told about the object store: what has no recorded case.
func TestCopilotStorage(t *testing.T) {
	t.Parallel()
	other := &flyte.StorageConfig{Type: "stow", Container: "own", Stow: flyte.StowConfig{Kind: "google", Config: map[string]string{"c": "3"}}}
	usual := "--storage.type=stow --storage.stow.config a=1 --storage.stow.config b=2 --storage.stow.kind=s3"
	own := "--storage.container=own --storage.type=stow --storage.stow.config c=3 --storage.stow.kind=google"
	for name, c := range map[string]struct {
		configure func(*flyte.Config)
		want      map[*flyte.Profile]string
	}{
		"usual": {func(*flyte.Config) {}, map[*flyte.Profile]string{flyte.V1: usual, flyte.V2: usual}},
		"several containers": {
			func(c *flyte.Config) { c.Storage.MultiContainerEnabled, c.Storage.Container = true, "b" },
			map[*flyte.Profile]string{
				flyte.V1: "--storage.enable-multicontainer --storage.container=b " + usual,
				flyte.V2: "--storage.enable-multicontainer --storage.container=b " + usual,
			},
		},
		// Only Flyte 2 knows the key.
		"overridden": {
			func(c *flyte.Config) { c.CoPilot.StorageConfigOverride = other },
			map[*flyte.Profile]string{flyte.V1: usual, flyte.V2: own},
		},
	} {
		for p, want := range c.want {
			t.Run(p.Name+"/"+name, func(t *testing.T) {
				got := strings.Join(copilotCommand(t, p, c.configure), " ")
				if diff := cmp.Diff("/bin/flyte-copilot --storage.limits.maxDownloadMBs=0 --logger.level=3 "+want, got); diff != "" {
					t.Errorf("-want +got:\n%s", diff)
				}
			})
		}
	}
}

// References to images, by flytekit's rules: the whole reference, its name, its tag
// or digest.
func TestImageReferences(t *testing.T) {
	t.Parallel()
	for image, want := range map[string]string{
		"{{.image.tagged}}": "reg:5000/a/b:1.2",
		"{{ .images.tagged.fqn }}:{{.image.tagged.version}}": "reg:5000/a/b:1.2",
		"{{.image.pinned}}": "reg/c@sha256:abc",
		"{{.image.pinned.fqn}}:{{.image.pinned.version}}": "reg/c@sha256:abc",
		"x-{{.image.pinned.version}}":                     "x-sha256:abc",
		"{{.image.bare}}":                                 "reg:5000/bare",
		"{{.image.default}}":                              "reg/default:1",
		"":                                                "reg/default:1",
		"reg/own:3":                                       "reg/own:3",
		"{{.image.bare.fqn}}-{{.image.tagged.version}}:{{.other}}": "reg:5000/bare-1.2:{{.other}}",
	} {
		a := decodeAuthored(t, `{"name": "t", "image": "`+image+`", "images": {"default": "reg/default:1",
			"byName": {"tagged": "reg:5000/a/b:1.2", "pinned": "reg/c@sha256:abc", "bare": "reg:5000/bare"}}}`)
		in, err := a.Input(flyte.V2, nil, nil, nil)
		if err != nil {
			t.Errorf("%s: %v", image, err)
			continue
		}
		if got := in.Task.Container.Image; got != want {
			t.Errorf("%s is %s, want %s", image, got, want)
		}
	}
}

// What a class of accelerators says of unpartitioned devices beats the gpu-… keys.
func TestUnpartitionedDeviceClass(t *testing.T) {
	t.Parallel()
	a := decodeAuthored(t, `{"name": "t", "image": "x:1", "resources": {"limits": {"gpu": "1"}},
		"accelerator": {"deviceClass": "GOOGLE_TPU", "unpartitioned": true}}`)
	in, err := a.Input(flyte.V2, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	in.Config = flyte.DefaultConfig(flyte.V2)
	requirement := func(key string) *corev1.NodeSelectorRequirement {
		return &corev1.NodeSelectorRequirement{Key: key, Operator: corev1.NodeSelectorOpExists}
	}
	in.Config.GPUUnpartitionedNodeSelectorRequirement = requirement("gpu")
	in.Config.GPUUnpartitionedToleration = &corev1.Toleration{Key: "gpu"}
	in.Config.AcceleratorDeviceClasses = map[string]flyte.AcceleratorDeviceClass{"GOOGLE_TPU": {
		ResourceName:                         "google.com/tpu",
		UnpartitionedNodeSelectorRequirement: requirement("tpu"),
		UnpartitionedToleration:              &corev1.Toleration{Key: "tpu"},
	}}
	out, err := flyte.V2.Build(in)
	if err != nil {
		t.Fatal(err)
	}
	spec := out.Pod.Spec
	terms := spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms
	if diff := cmp.Diff([]corev1.NodeSelectorTerm{{MatchExpressions: []corev1.NodeSelectorRequirement{*requirement("tpu")}}}, terms); diff != "" {
		t.Errorf("node selector terms, -want +got:\n%s", diff)
	}
	if diff := cmp.Diff([]corev1.Toleration{{Key: "tpu"}}, spec.Tolerations); diff != "" {
		t.Errorf("tolerations, -want +got:\n%s", diff)
	}
}

// The label task-name of a TaskAction's Pod: invalid characters become dashes, a bad
// first or last one x, and 63 are kept.
func TestTaskNameLabel(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"wf.train":                     "wf.train",
		"my task/1":                    "my-task-1",
		"_private_":                    "xprivatex",
		".a-":                          "xax",
		"-":                            "x",
		strings.Repeat("a", 70):        strings.Repeat("a", 63),
		strings.Repeat("a", 62) + "--": strings.Repeat("a", 62) + "x",
	} {
		a := flyte.Action{}
		e, err := a.Execution(&flyte.TaskTemplate{ID: &flyte.Identifier{Name: name}}, "")
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Labels["task-name"]; got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	a := flyte.Action{}
	e, err := a.Execution(&flyte.TaskTemplate{ID: &flyte.Identifier{}}, "")
	if _, ok := e.Labels["task-name"]; ok || err != nil {
		t.Errorf("a task without a name has the labels %v (%v)", e.Labels, err)
	}
}

// engineBase32 is the alphabet that Flyte writes secrets in.
var engineBase32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz123456").WithPadding(base32.NoPadding)

// Flyte 1's engine announces secrets in protobuf's text form, and the execution's
// identity as a label.
func TestLaunchMetadata(t *testing.T) {
	t.Parallel()
	a := decodeAuthored(t, `{"name": "t", "image": "x:1", "securityContext": {
		"runAs": {"executionIdentity": "Jane.Doe+x@Example.com!"},
		"secrets": [
			{"group": "g", "groupVersion": "v", "key": "k", "mountRequirement": "FILE", "envVar": "E"},
			{"key": "a\"b\\c\n\r\té", "mountRequirement": "ANY"}]},
		"execution": {"labels": {"execution-identity": "beaten", "mine": "kept"}}}`)
	in, err := a.Input(flyte.V1, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	out, err := flyte.V1.Build(in)
	if err != nil {
		t.Fatal(err)
	}
	labels := map[string]string{"execution-identity": "jane-doe-x-example-com", "inject-flyte-secrets": "true", "mine": "kept"}
	if diff := cmp.Diff(labels, out.Pod.Labels); diff != "" {
		t.Errorf("labels, -want +got:\n%s", diff)
	}
	for name, want := range map[string]string{
		"flyte.secrets/s0": "group: \"g\"\ngroup_version: \"v\"\nkey: \"k\"\nmount_requirement: FILE\nenv_var: \"E\"\n",
		"flyte.secrets/s1": `key: "a\"b\\c\n\r\t\303\251"` + "\n",
	} {
		got, err := engineBase32.DecodeString(out.Pod.Annotations[name])
		if diff := cmp.Diff(want, string(got)); diff != "" || err != nil {
			t.Errorf("%s, -want +got (%v):\n%s", name, err, diff)
		}
	}
	a = decodeAuthored(t, `{"name": "t", "image": "x:1", "securityContext": {"runAs": {"executionIdentity": "`+strings.Repeat("-a", 40)+`"}}}`)
	if in, err = a.Input(flyte.V1, nil, nil, nil); err != nil {
		t.Fatal(err)
	}
	if out, err = flyte.V1.Build(in); err != nil {
		t.Fatal(err)
	}
	if got, want := out.Pod.Labels["execution-identity"], strings.Trim(strings.Repeat("-a", 40)[:63], "-"); got != want {
		t.Errorf("a long identity is %q, want %q", got, want)
	}
}

// The variables of an interface are a map in Flyte 1, here sorted, and a list in
// Flyte 2.
func TestInterfaceOrder(t *testing.T) {
	t.Parallel()
	for p, want := range map[*flyte.Profile]string{flyte.V1: "abz", flyte.V2: "zab"} {
		task := &flyte.TaskTemplate{}
		err := json.Unmarshal([]byte(`{"container": {"image": "x:1", "dataConfig": {"enabled": true}}, "interface": {"inputs": {"variables": [
			{"key": "zz", "value": {"type": {"simple": "INTEGER"}}},
			{"key": "aa", "value": {"type": {"simple": "STRING"}}},
			{"key": "bb", "value": {"type": {"simple": "FLOAT"}}}]}}}`), task)
		if err != nil {
			t.Fatal(err)
		}
		in, err := task.Input(p, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		in.Config = flyte.DefaultConfig(p)
		in.Config.Storage.Stow = flyte.StowConfig{Kind: "s3", Config: map[string]string{"a": "b"}}
		out, err := p.Build(in)
		if err != nil {
			t.Fatal(err)
		}
		args := out.Pod.Spec.InitContainers[0].Args
		wire, err := base64.StdEncoding.DecodeString(args[len(args)-1])
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, m := range regexp.MustCompile(`aa|bb|zz`).FindAllString(string(wire), -1) {
			got += m[:1]
		}
		if got != want {
			t.Errorf("%s: the variables come as %s, want %s", p.Name, got, want)
		}
	}
}

// Inputs in a command line, kind by kind.
func TestInputText(t *testing.T) {
	t.Parallel()
	for literal, want := range map[string]string{
		`{"scalar": {"primitive": {"integer": "-5"}}}`:                        "-5",
		`{"scalar": {"primitive": {"floatValue": 2.5}}}`:                      "2.5",
		`{"scalar": {"primitive": {"stringValue": "a b"}}}`:                   "a b",
		`{"scalar": {"primitive": {"boolean": false}}}`:                       "false",
		`{"scalar": {"primitive": {"datetime": "2026-01-02T03:04:05.006Z"}}}`: "2026-01-02T03:04:05.006Z",
		`{"scalar": {"primitive": {"duration": "90.5s"}}}`:                    "seconds:90 nanos:500000000",
		`{"scalar": {"primitive": {"duration": "3s"}}}`:                       "seconds:3",
		`{"scalar": {"blob": {"uri": "s3://b/x"}}}`:                           "s3://b/x",
		`{"scalar": {"schema": {"uri": "s3://b/s"}}}`:                         "s3://b/s",
		`{"collection": {"literals": [{"scalar": {"primitive": {"integer": "1"}}}, {"scalar": {"primitive": {"duration": "1s"}}}]}}`: "[1,seconds:1]",
	} {
		a := decodeAuthored(t, `{"name": "t", "image": "x:1", "args": ["--x={{.inputs.x}}"], "execution": {"inputs": {"literals": {"x": `+literal+`}}}}`)
		in, err := a.Input(flyte.V2, nil, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		out, err := flyte.V2.Build(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := out.Pod.Spec.Containers[0].Args[0]; got != "--x="+want {
			t.Errorf("%s is %s, want --x=%s", literal, got, want)
		}
	}
}
