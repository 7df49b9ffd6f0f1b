package validation_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podcue/podcue/provenance"
	"github.com/podcue/podcue/validation"
)

func pod(t testing.TB, spec string) *corev1.Pod {
	t.Helper()
	p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "t"}}
	if err := json.Unmarshal([]byte(spec), &p.Spec); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestObjectIsDefaulted(t *testing.T) {
	t.Parallel()
	given := pod(t, `{"containers":[{"name":"main","image":"a:1","resources":{"limits":{"cpu":"1"}}}]}`)
	before := given.DeepCopy()
	v, err := validation.Pod("", given)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, given); diff != "" {
		t.Errorf("the given Pod was changed (-before +after):\n%s", diff)
	}
	obj, err := v.Object()
	if err != nil {
		t.Fatal(err)
	}
	got := obj.(*corev1.Pod)
	if got.Namespace != "default" || got.Spec.RestartPolicy != corev1.RestartPolicyAlways || got.Spec.DNSPolicy != corev1.DNSClusterFirst ||
		got.Spec.Containers[0].ImagePullPolicy != corev1.PullIfNotPresent || got.Spec.Containers[0].Resources.Requests.Cpu().String() != "1" {
		t.Errorf("not defaulted: %+v", got)
	}
}

func TestPodTemplate(t *testing.T) {
	t.Parallel()
	p := pod(t, `{"containers":[{"name":"main"}]}`)
	v, err := validation.PodTemplate("", &corev1.PodTemplate{ObjectMeta: p.ObjectMeta, Template: corev1.PodTemplateSpec{Spec: p.Spec}})
	if err != nil {
		t.Fatal(err)
	}
	want := []validation.Cause{{
		Field: "template.spec.containers[0].image", Message: "Required value", Type: "FieldValueRequired",
		Path: "template.spec.containers[main].image",
	}}
	if diff := cmp.Diff(want, v.Causes); diff != "" {
		t.Errorf("causes (-want +got):\n%s", diff)
	}
	if obj, err := v.Object(); err != nil || obj.(*corev1.PodTemplate).Template.Spec.DNSPolicy != corev1.DNSClusterFirst {
		t.Errorf("not defaulted: %v %v", obj, err)
	}
}

func TestTemplateSpec(t *testing.T) {
	t.Parallel()
	spec := &corev1.PodTemplateSpec{Spec: pod(t, `{"containers":[{"name":"main","image":"a","volumeMounts":[{"name":"v","mountPath":"/d"}],
		"env":[{"name":"A","value":"1"},{"name":"A","value":"2"}]}]}`).Spec}
	v, err := validation.TemplateSpec("1.36", "spec.template", spec)
	if err != nil {
		t.Fatal(err)
	}
	want := []validation.Cause{{
		Field: "spec.template.spec.containers[0].volumeMounts[0].name", Message: `Not found: "v"`, Type: "FieldValueNotFound",
		Path: "spec.template.spec.containers[main].volumeMounts[/d].name",
	}}
	if diff := cmp.Diff(want, v.Causes); diff != "" {
		t.Errorf("causes (-want +got):\n%s", diff)
	}
	spec.Spec.Containers[0].VolumeMounts = nil
	if v, err = validation.TemplateSpec("1.36", "spec.template", spec); err != nil {
		t.Fatal(err)
	}
	warned := []validation.Warning{{
		Text: `spec.template.spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply`,
		Path: "spec.template.spec.containers[main].env[1]",
	}}
	if diff := cmp.Diff(warned, v.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

// TestStatefulSet judges the template of a StatefulSet, which mounts a claim and
// has a hostname that a Pod may not have.
func TestStatefulSet(t *testing.T) {
	t.Parallel()
	spec := &corev1.PodTemplateSpec{Spec: pod(t, `{"hostname":"a.b","containers":[{"name":"main","image":"a","volumeMounts":[
		{"name":"data","mountPath":"/d"},{"name":"nope","mountPath":"/n"}]}],"volumes":[{"name":"x","emptyDir":{},"secret":{}}]}`).Spec}
	before := spec.DeepCopy()
	v, err := validation.StatefulSetTemplate("", spec, []string{"data"})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`spec.template.spec.containers[0].volumeMounts[1].name: Not found: "nope" (FieldValueNotFound)`,
		"spec.template.spec.volumes[1].secret: Forbidden: may not specify more than 1 volume type (FieldValueForbidden)",
	}
	if diff := cmp.Diff(want, lines(v)); diff != "" {
		t.Errorf("causes (-want +got):\n%s", diff)
	}
	if got := v.Causes[1].Path; got != "spec.template.spec.volumes[x].secret" {
		t.Errorf("the second is at %s", got)
	}
	if diff := cmp.Diff(before, spec); diff != "" {
		t.Errorf("the template was changed:\n%s", diff)
	}
}

// TestDropped finds the fields that the server throws away: 1.34 does not know the
// ones that came with later versions.
func TestDropped(t *testing.T) {
	t.Parallel()
	const spec = `{"containers":[{"name":"main","image":"a","lifecycle":{"stopSignal":"SIGTERM","preStop":{"exec":{"command":["a"]}}}},
		{"name":"side","image":"a","lifecycle":{"stopSignal":"SIGTERM"}}],"os":{"name":"linux"}}`
	v, err := validation.Pod("1.34", pod(t, spec))
	if err != nil {
		t.Fatal(err)
	}
	want := []provenance.Path{"spec.containers[main].lifecycle.stopSignal", "spec.containers[side].lifecycle"}
	if diff := cmp.Diff(want, v.Dropped); diff != "" || !v.Accepted() {
		t.Errorf("dropped (-want +got), accepted %v:\n%s", v.Accepted(), diff)
	}
	template := &corev1.PodTemplate{ObjectMeta: metav1.ObjectMeta{Name: "t"}, Template: corev1.PodTemplateSpec{Spec: pod(t, spec).Spec}}
	if v, err = validation.PodTemplate("1.34", template); err != nil {
		t.Fatal(err)
	}
	if len(v.Dropped) != 2 || v.Dropped[0] != "template."+want[0] {
		t.Errorf("dropped from a PodTemplate: %v", v.Dropped)
	}
}

// TestAppArmorAnnotation holds what the server does before it validates.
func TestAppArmorAnnotation(t *testing.T) {
	t.Parallel()
	p := pod(t, `{"containers":[{"name":"main","image":"a"}]}`)
	p.Annotations = map[string]string{"container.apparmor.security.beta.kubernetes.io/main": "runtime/default"}
	v, err := validation.Pod("", p)
	if err != nil {
		t.Fatal(err)
	}
	want := []validation.Warning{{
		Text: `metadata.annotations[container.apparmor.security.beta.kubernetes.io/main]: deprecated since v1.30; use the "appArmorProfile" field instead`,
		Path: "metadata.annotations[container.apparmor.security.beta.kubernetes.io/main]",
	}}
	if diff := cmp.Diff(want, v.Warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

// TestGenerateName judges a Pod whose name the server makes.
func TestGenerateName(t *testing.T) {
	t.Parallel()
	p := pod(t, `{"containers":[{"name":"main","image":"a"}]}`)
	p.Name, p.GenerateName = "", "train-"+strings.Repeat("x", 70)
	if v, err := validation.Pod("", p); err != nil || !v.Accepted() || len(v.Warnings) > 0 {
		t.Errorf("%+v %v", v, err)
	}
}

// TestConcurrent judges with all versions at once: the feature gates are global,
// and every verdict must be that of its own version.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	cases := serverCases(t)
	type key struct{ version, name string }
	judge := func(version string, c *serverCase) *validation.Verdict {
		v, err := validation.JSON(version, c.Kind, c.Object)
		if err != nil {
			t.Error(err)
		}
		return v
	}
	want := map[key]*validation.Verdict{}
	for _, version := range validation.Versions() {
		for i := range cases {
			want[key{version, cases[i].Kind + cases[i].Name}] = judge(version, &cases[i])
		}
	}
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for i := range cases {
				c, version := &cases[(i*7+n*13)%len(cases)], validation.Versions()[(i+n)%4]
				got, want := judge(version, c), want[key{version, c.Kind + c.Name}]
				if !reflect.DeepEqual(got.Causes, want.Causes) || !reflect.DeepEqual(got.Warnings, want.Warnings) ||
					!reflect.DeepEqual(got.Dropped, want.Dropped) || got.Refusal != want.Refusal {
					t.Errorf("%s %s: another verdict than alone", version, c.Name)
				}
			}
		})
	}
	wg.Wait()
}

func Example() {
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "train"},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "primary", Image: "ghcr.io/acme/train:1.4",
			VolumeMounts: []corev1.VolumeMount{{Name: "data", MountPath: "/data"}},
		}}},
	}
	v, err := validation.Pod("1.37", pod)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(v.Accepted())
	for _, c := range v.Causes {
		fmt.Printf("%s: %s\n", c.Field, c.Message)
		fmt.Println(c.Path)
		e, _ := validation.Explain(c)
		fmt.Println(e.Help)
	}
	// Output:
	// false
	// spec.containers[0].volumeMounts[0].name: Not found: "data"
	// spec.containers[primary].volumeMounts[/data].name
	// add a volume of this name to spec.volumes, or mend the name of the mount
}
