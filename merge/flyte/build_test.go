package flyte_test

import (
	"errors"
	"hash/fnv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/provenance"
)

func pos(file string, line int) provenance.Position {
	return provenance.Position{Filename: file, Line: line, Column: 1}
}

// smallInput is a task with a pod spec, a base template and positions for some
// of their fields.
func smallInput() *flyte.Input {
	base := &corev1.PodTemplate{
		ObjectMeta: metav1.ObjectMeta{Name: "base", Namespace: "ns"},
		Template: corev1.PodTemplateSpec{
			ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"team": "platform"}},
			Spec: corev1.PodSpec{
				HostNetwork: true, ServiceAccountName: "base-sa",
				Containers: []corev1.Container{{Name: "default", Image: "default:1"}},
			},
		},
	}
	cfg := flyte.DefaultConfig(flyte.V2)
	cfg.DefaultPodTemplateName = "base"
	return &flyte.Input{
		Task: &flyte.TaskTemplate{
			Type: "python-task", Config: map[string]string{"primary_container_name": "main"},
			K8sPod: &flyte.K8sPod{PodSpec: &corev1.PodSpec{Containers: []corev1.Container{{
				Name: "main", Image: "train:1", Args: []string{"{{.outputPrefix}}", "--fast"},
			}}}},
		},
		Execution: &flyte.Execution{
			Namespace: "ns", GeneratedName: "run-n0-0", OutputPrefix: "s3://b/out", ServiceAccount: "runner",
			Overrides: flyte.Overrides{ContainerImage: "override:2"},
		},
		Config: cfg,
		Templates: flyte.NewStore(flyte.BaseTemplate{PodTemplate: base, Fields: provenance.Map{
			"spec.hostNetwork":               {{Layer: provenance.LayerBase, Pos: pos("base.yaml", 9)}},
			"spec.serviceAccountName":        {{Layer: provenance.LayerBase, Pos: pos("base.yaml", 10)}},
			"spec.containers[default].image": {{Layer: provenance.LayerBase, Pos: pos("base.yaml", 12)}},
		}}),
		Sources: &flyte.Sources{
			PodSpec: provenance.Map{
				"spec.containers[main].image": {{Layer: provenance.LayerTemplate, Pos: pos("gpu.cue", 4)}},
				"spec.containers[main].args":  {{Layer: provenance.LayerTemplate, Pos: pos("gpu.cue", 5)}},
			},
			Execution: provenance.Map{
				"overrides.containerImage": {{Layer: provenance.LayerOverride, Pos: pos("task.cue", 7)}},
			},
		},
	}
}

// Origins name layer, position and rule, and the losers stay below the winner.
func TestOrigins(t *testing.T) {
	out, err := flyte.V2.Build(smallInput())
	if err != nil {
		t.Fatal(err)
	}
	describe := func(path provenance.Path) []string {
		var s []string
		for _, o := range out.Fields[path] {
			s = append(s, strings.Join([]string{o.Layer, o.Pos.String(), o.Rule, o.Value}, " "))
		}
		return s
	}
	for path, want := range map[provenance.Path][]string{
		"spec.hostNetwork": {"base base.yaml:9:1  true"},
		"spec.containers[main].image": {
			`base base.yaml:12:1  "default:1"`, `template gpu.cue:4:1 override "train:1"`,
			`override task.cue:7:1 override-image "override:2"`,
		},
		"spec.serviceAccountName": {
			`base base.yaml:10:1  "base-sa"`, `execution - execution-service-account "runner"`,
		},
		"spec.restartPolicy":      {`flyte - restart-policy-never "Never"`},
		"spec.enableServiceLinks": {`flyte - no-service-links false`},
		"metadata.name":           {`execution - generated-name "run-n0-0"`},
	} {
		if diff := cmp.Diff(want, describe(path)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", path, diff)
		}
	}
	args := out.Fields["spec.containers[main].args[0]"]
	last := args[len(args)-1]
	if len(args) != 2 || args[0].Pos != pos("gpu.cue", 5) || last.Rule != "render" || last.Value != `"s3://b/out"` {
		t.Errorf("args[0]: %+v", args)
	}
	cpu, _ := out.Fields.Winner("spec.containers[main].resources.limits[cpu]")
	if cpu.Rule != "limit-from-request" || cpu.Value != `"1"` {
		t.Errorf("cpu limit: %+v", cpu)
	}
	if diff := cmp.Diff([]string{"ns/base"}, out.Templates); diff != "" {
		t.Error(diff)
	}
}

// A refusal says what it is about.
func TestErrorOrigins(t *testing.T) {
	in := smallInput()
	in.Task.Metadata = &flyte.TaskMetadata{PodTemplateName: "nope"}
	in.Sources.Task = provenance.Map{"metadata.podTemplateName": {{Layer: provenance.LayerTask, Pos: pos("task.cue", 3)}}}
	_, err := flyte.V2.Build(in)
	var e *flyte.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is no *flyte.Error", err)
	}
	if e.Stage != flyte.StagePod || e.Code != flyte.BadTaskSpecification || e.Message != "PodTemplate 'nope' does not exist" {
		t.Errorf("%+v", e)
	}
	if len(e.Origins) != 1 || e.Origins[0].Pos != pos("task.cue", 3) {
		t.Errorf("origins %+v", e.Origins)
	}
	if _, err := flyte.V2.PodSpec(in); !errors.As(err, &e) || e.Stage != flyte.StagePodSpec {
		t.Errorf("%v", err)
	}
}

// Only a shared store shows Flyte 2's traces, and only under its profile.
func TestSharedStore(t *testing.T) {
	template := &corev1.PodTemplate{
		ObjectMeta: metav1.ObjectMeta{Name: "base", Namespace: "ns"},
		Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			Containers: []corev1.Container{{Name: "main", Args: []string{"template"}}},
		}},
	}
	for _, c := range []struct {
		name    string
		profile *flyte.Profile
		store   *flyte.Store
		want    []string
	}{
		{"shared", flyte.V2, flyte.NewSharedStore(flyte.BaseTemplate{PodTemplate: template}), []string{"template", "x", "--fast", "x", "--fast"}},
		{"not shared", flyte.V2, flyte.NewStore(flyte.BaseTemplate{PodTemplate: template}), []string{"template", "x", "--fast"}},
		{"flyte@v1.16", flyte.V1, flyte.NewSharedStore(flyte.BaseTemplate{PodTemplate: template}), []string{"x", "--fast"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := smallInput()
			in.Templates = c.store
			in.Execution.OutputPrefix = "x"
			var out *flyte.Output
			for range 2 {
				var err error
				if out, err = c.profile.Build(in); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(c.want, out.Pod.Spec.Containers[0].Args); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if diff := cmp.Diff([]string{"ns/base"}, out.Templates); diff != "" {
				t.Errorf("templates that took part, -want +got:\n%s", diff)
			}
			checkOrigins(t, c.name, out)
		})
	}
	if len(template.Template.Spec.Containers[0].Args) != 1 {
		t.Error("the caller's template changed")
	}
}

// The template of a device class is kept in the configuration, and the merge of Flyte
// 2 writes into it as into those of the store: only a shared store shows it.
func TestSharedDeviceClass(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		store *flyte.Store
		want  string
	}{
		"shared":     {flyte.NewSharedStore(), "class x --fast x --fast"},
		"not shared": {flyte.NewStore(), "class x --fast"},
		"no store":   {nil, "class x --fast"},
	} {
		for _, traced := range []bool{false, true} {
			in := smallInput()
			if !traced {
				in.Sources = nil
			}
			in.Execution.OutputPrefix, in.Templates = "x", c.store
			if c.store != nil && traced {
				in.Templates = map[string]*flyte.Store{"shared": flyte.NewSharedStore(), "not shared": flyte.NewStore()}[name]
			}
			in.Task.ExtendedResources = &flyte.ExtendedResources{GPUAccelerator: &flyte.GPUAccelerator{DeviceClass: "TPU"}}
			in.Config = flyte.DefaultConfig(flyte.V2)
			class := &corev1.PodTemplate{}
			class.Template.Spec.Containers = []corev1.Container{{Name: "main", Args: []string{"class"}}}
			in.Config.AcceleratorDeviceClasses = map[string]flyte.AcceleratorDeviceClass{"TPU": {ResourceName: "tpu", PodTemplate: class}}
			var out *flyte.Output
			for range 2 {
				var err error
				if out, err = flyte.V2.Build(in); err != nil {
					t.Fatal(err)
				}
			}
			if got := strings.Join(out.Pod.Spec.Containers[0].Args, " "); got != c.want {
				t.Errorf("%s, traced %v: %s, want %s", name, traced, got, c.want)
			}
			if diff := cmp.Diff([]string{"device-class TPU"}, out.Templates); diff != "" {
				t.Errorf("%s: templates that took part, -want +got:\n%s", name, diff)
			}
			if traced {
				checkOrigins(t, name, out)
			}
			if len(class.Template.Spec.Containers[0].Args) != 1 {
				t.Errorf("%s: the configuration changed", name)
			}
		}
	}
}

// Names that no pod may have are converted; long ones are cut where each version
// cuts them, and get the same hash.
func TestPodNames(t *testing.T) {
	long := strings.Repeat("a", 300)
	for _, c := range []struct {
		profile  *flyte.Profile
		in, want string
	}{
		{flyte.V2, "run-n0-0", "run-n0-0"},
		{flyte.V2, "RunN0_x.", "run-n0x"},
		{flyte.V2, long, strings.Repeat("a", 222) + "-f"},
		{flyte.V1, long, strings.Repeat("a", 232) + "-f"},
	} {
		in := smallInput()
		in.Execution.GeneratedName = c.in
		out, err := c.profile.Build(in)
		if err != nil {
			t.Fatal(err)
		}
		got := out.Pod.Name
		if len(c.in) > 253 {
			hash := fnv.New32a()
			hash.Write([]byte(c.in))
			c.want += engineBase32.EncodeToString(hash.Sum(nil))
		}
		if got != c.want {
			t.Errorf("%s: %s is %s, want %s", c.profile.Name, c.in, got, c.want)
		}
	}
}
