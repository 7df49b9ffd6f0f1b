package flyte_test

import (
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"

	"github.com/podcue/podcue/merge/flyte"
)

// specOf returns a pod spec of containers containers with env variables each,
// and volumes volumes.
func specOf(names []string, volumes, env int, prefix string) *corev1.PodSpec {
	spec := &corev1.PodSpec{
		NodeSelector: map[string]string{prefix + "pool": "a", "zone": "b"},
		Tolerations:  []corev1.Toleration{{Key: prefix + "gpu", Operator: corev1.TolerationOpExists}},
	}
	for i := range volumes {
		spec.Volumes = append(spec.Volumes, corev1.Volume{
			Name: fmt.Sprintf("%sv%d", prefix, i), VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}},
		})
	}
	for _, name := range names {
		c := corev1.Container{
			Name: name, Image: "ghcr.io/acme/train:1.4", Args: []string{"pyflyte-execute", "--inputs", "{{.input}}"},
			Resources: corev1.ResourceRequirements{
				Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("2"), corev1.ResourceMemory: resource.MustParse("4Gi")},
				Limits:   corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("2"), corev1.ResourceMemory: resource.MustParse("4Gi")},
			},
			SecurityContext: &corev1.SecurityContext{RunAsNonRoot: ptr.To(true), Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}}},
			ReadinessProbe:  &corev1.Probe{PeriodSeconds: 5},
		}
		for j := range env {
			c.Env = append(c.Env, corev1.EnvVar{Name: fmt.Sprintf("%sE%d", prefix, j), Value: "value"})
		}
		for j := range volumes {
			c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: fmt.Sprintf("%sv%d", prefix, j), MountPath: fmt.Sprintf("/%s%d", prefix, j)})
		}
		spec.Containers = append(spec.Containers, c)
	}
	return spec
}

// mediumInput is a task of 3 containers, 5 volumes and 20 variables each, with a
// base template of the same size.
func mediumInput() *flyte.Input {
	names := []string{"primary", "side", "log"}
	base := &corev1.PodTemplate{
		ObjectMeta: metav1.ObjectMeta{Name: "base", Namespace: "proj-dev"},
		Template: corev1.PodTemplateSpec{
			ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"team": "vision"}},
			Spec:       *specOf([]string{"default", "primary", "side"}, 5, 20, "b"),
		},
	}
	cfg := flyte.DefaultConfig(flyte.V2)
	cfg.DefaultPodTemplateName = "base"
	return &flyte.Input{
		Config:    cfg,
		Templates: flyte.NewStore(flyte.BaseTemplate{PodTemplate: base}),
		Task: &flyte.TaskTemplate{
			Type:   "python-task",
			Config: map[string]string{"primary_container_name": "primary"},
			K8sPod: &flyte.K8sPod{PodSpec: specOf(names, 5, 20, "t")},
		},
		Execution: &flyte.Execution{
			Namespace: "proj-dev", GeneratedName: "exec1-n0-0", InputPrefix: "s3://b/in", OutputPrefix: "s3://b/out",
			ExecutionID: &flyte.ExecutionID{Project: "proj", Domain: "dev", Name: "exec1"},
			Overrides:   flyte.Overrides{Resources: &corev1.ResourceRequirements{}},
		},
	}
}

func BenchmarkBuildMedium(b *testing.B) {
	for _, p := range flyte.Profiles() {
		for _, provenance := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/provenance=%v", p.Name, provenance), func(b *testing.B) {
				in := mediumInput()
				if provenance {
					in.Sources = &flyte.Sources{}
				}
				b.ReportAllocs()
				for b.Loop() {
					if _, err := p.Build(in); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkMergeBaseMedium(b *testing.B) {
	in := mediumInput()
	template := in.Templates.Template("proj-dev", "base")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := flyte.V2.MergeBase(&template.Template.Spec, in.Task.K8sPod.PodSpec, "primary", ""); err != nil {
			b.Fatal(err)
		}
	}
}
