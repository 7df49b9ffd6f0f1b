package flyte_test

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/provenance"
)

// A base PodTemplate, Flyte's configuration and a task as its author wrote it
// become the Pod that Flyte creates.
func ExampleProfile_Build() {
	config, err := flyte.LoadConfig(flyte.V2, flyte.ConfigFile{Name: "flyte.yaml", Data: []byte(
		"plugins: {k8s: {default-pod-template-name: base, default-cpus: 500m}}")})
	if err != nil {
		fmt.Println(err)
		return
	}
	task, err := flyte.DecodeAuthored([]byte(`{"name": "train", "image": "ghcr.io/acme/train:1.4", "resources": {"limits": {"memory": "4Gi"}}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	in, err := task.Input(flyte.V2, nil, nil, provenance.Map{})
	if err != nil {
		fmt.Println(err)
		return
	}
	in.Config = config
	in.Templates = flyte.NewStore(flyte.BaseTemplate{PodTemplate: &corev1.PodTemplate{
		ObjectMeta: metav1.ObjectMeta{Name: "base", Namespace: "flytesnacks-development"},
		Template:   corev1.PodTemplateSpec{Spec: corev1.PodSpec{PriorityClassName: "batch"}},
	}})
	out, err := flyte.V2.Build(in)
	if err != nil {
		fmt.Println(err)
		return
	}
	limits := out.Pod.Spec.Containers[0].Resources.Limits
	fmt.Println(out.Pod.Name, out.Pod.Spec.PriorityClassName, limits.Cpu(), limits.Memory())
	for _, o := range out.Fields["spec.containers[preview-train-0].resources.limits[cpu]"] {
		fmt.Println(o.Layer, o.Pos, o.Rule)
	}
	// Output:
	// preview-train-0 batch 500m 4Gi
	// config flyte.yaml:1:64 limit-from-request
}

// The loader of Flyte's configuration is silent about what it changes.
func ExampleLoadConfig() {
	config, err := flyte.LoadConfig(flyte.V2, flyte.ConfigFile{Name: "flyte.yaml", Data: []byte(
		"plugins:\n  k8s:\n    default-env-vars:\n      HTTP_PROXY: proxy:3128\n    defualt-cpus: 2\n")})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, n := range config.Notes {
		fmt.Println(n.Pos, n.Kind, n.Key, n.Became)
	}
	// Output:
	// flyte.yaml:4:7 lower-cased plugins.k8s.default-env-vars.HTTP_PROXY http_proxy
	// flyte.yaml:5:5 unknown-key plugins.k8s.defualt-cpus
}

func ExampleProfile_MergeBase() {
	template := &corev1.PodSpec{HostNetwork: true, Containers: []corev1.Container{
		{Name: "default", Args: []string{"--verbose"}}, {Name: "sidecar", Image: "dropped"},
	}}
	task := &corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Args: []string{"train"}}}}
	merged, err := flyte.V1.MergeBase(template, task, "main", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(merged.HostNetwork, len(merged.Containers), merged.Containers[0].Args)
	// Output:
	// true 1 [--verbose train]
}
