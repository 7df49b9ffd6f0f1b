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
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

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
	if diff := cmp.Diff([]string(nil), out.Templates); diff != "" {
		t.Errorf("templates that took part, -want +got:\n%s", diff)
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

// An execution without an owner, which no engine knows but a preview does, leaves a
// template's owners away, unless owners are switched off.
func TestNoOwner(t *testing.T) {
	t.Parallel()
	for _, p := range flyte.Profiles() {
		for _, off := range []bool{false, true} {
			in := smallInput()
			in.Config = flyte.DefaultConfig(p)
			in.Config.DefaultPodTemplateName, in.Config.DisableInjectOwnerReferences = "base", off
			in.Templates = flyte.NewStore(flyte.BaseTemplate{PodTemplate: &corev1.PodTemplate{
				ObjectMeta: metav1.ObjectMeta{Name: "base", Namespace: in.Execution.Namespace},
				Template:   corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{OwnerReferences: []metav1.OwnerReference{{Name: "template"}}}},
			}})
			out, err := p.Build(in)
			if err != nil {
				t.Fatal(err)
			}
			if kept := len(out.Pod.OwnerReferences) == 1; kept != (off && p == flyte.V2) {
				t.Errorf("%s, switched off %v: the owners are %v", p.Name, off, out.Pod.OwnerReferences)
			}
		}
	}
}

// The second form of sidecar tasks has its pod spec in custom and its metadata in
// the K8sPod.
func TestLegacySidecarMetadata(t *testing.T) {
	t.Parallel()
	task := &flyte.TaskTemplate{}
	err := json.Unmarshal([]byte(`{"type": "sidecar", "taskTypeVersion": 1, "config": {"primary_container_name": "main"},
		"custom": {"containers": [{"name": "main", "image": "x:1"}]},
		"k8sPod": {"metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}}}}`), task)
	if err != nil {
		t.Fatal(err)
	}
	in := smallInput()
	in.Task = task
	out, err := flyte.V2.Build(in)
	if err != nil {
		t.Fatal(err)
	}
	if out.Pod.Labels["a"] != "b" || out.Pod.Annotations["c"] != "d" || out.Pod.Annotations["primary_container_name"] != "main" {
		t.Errorf("labels %v, annotations %v", out.Pod.Labels, out.Pod.Annotations)
	}
}

// add-tolerations-for-extended-resources looks at init containers too, and only at
// what plugins other than the pod plugin start from.
func TestExtendedTolerationsOfInitContainers(t *testing.T) {
	t.Parallel()
	in := smallInput()
	in.Config = flyte.DefaultConfig(flyte.V2)
	in.Config.AddTolerationsForExtendedResources = []string{"example.com/fpga"}
	in.Task.K8sPod.PodSpec.InitContainers = []corev1.Container{{Name: "init", Resources: corev1.ResourceRequirements{
		Requests: corev1.ResourceList{"example.com/fpga": resource.MustParse("1")},
	}}}
	spec, err := flyte.V2.PodSpec(in)
	if err != nil {
		t.Fatal(err)
	}
	want := []corev1.Toleration{{Key: "example.com/fpga", Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoSchedule}}
	if diff := cmp.Diff(want, spec.Spec.Tolerations); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if out, err := flyte.V2.Build(in); err != nil || len(out.Pod.Spec.Tolerations) > 0 {
		t.Errorf("an ordinary Pod has %v (%v)", out.Pod.Spec.Tolerations, err)
	}
}
