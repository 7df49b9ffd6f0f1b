package encode_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podcue/podcue/cmd/podcue/internal/encode"
)

const docsFile = "../../../../docs/targets.md"

// example is the object of the documentation.
func example() *encode.Object {
	template := &corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"team": "vision"}},
		Spec: corev1.PodSpec{
			Tolerations: []corev1.Toleration{{Key: "nvidia.com/gpu", Operator: corev1.TolerationOpExists}},
			Containers:  []corev1.Container{{Name: "primary"}},
		},
	}
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "train-n0-0", Namespace: "vision", Labels: template.Labels}, Spec: *template.Spec.DeepCopy()}
	pod.Spec.Containers[0].Image = "ghcr.io/acme/train:1.4"
	pod.Spec.RestartPolicy = corev1.RestartPolicyNever
	return &encode.Object{Package: "./train", Name: "gpu", Primary: "primary", Namespace: "vision", Template: template, Pod: pod}
}

func docs(t *testing.T) string {
	var b strings.Builder
	b.WriteString(`# Export targets

` + "`podcue export --target TARGET`" + ` writes the final Pods, or the templates themselves, for what reads them. This page is
generated from the targets themselves.

YAML is made to be compared: keys are in alphabetical order, but for apiVersion, kind, name, namespace, image, command and args,
which come first; there is no status, no null and no empty resources; strings that a YAML parser could take for something
else are quoted. Several objects are several documents in YAML; in JSON they are a List, or an array of what is no
Kubernetes object.

| target | made from | |
|---|---|---|
`)
	for _, target := range encode.Targets() {
		from := "the final Pods"
		if target.Authored {
			from = "the templates"
		}
		if target.Namespaced {
			from += ", once for each `-n NAMESPACE`"
		}
		fmt.Fprintf(&b, "| [`%s`](#%s) | %s | %s |\n", target.Name, target.Name, from, target.Doc)
	}
	b.WriteString(`
A PodTemplate of the cluster must have a container, and each container an image; a template need neither. Where they are
missing, ` + "`podtemplate`" + ` puts the primary container and the image ` + "`" + encode.PlaceholderImage + "`" + ` in their place, which
Flyte replaces with the task's own and never runs.

The Python of ` + "`flytekit`" + ` needs a kubernetes client that knows every field of the template. What is of a class that has had
several names (resource claims, lifecycle handlers, the resources of a volume claim) is written as a dict.
`)
	for _, target := range encode.Targets() {
		var out bytes.Buffer
		if err := target.Write(&out, []*encode.Object{example()}, "yaml"); err != nil {
			t.Fatal(err)
		}
		language := map[string]string{"yaml": "yaml", "py": "python"}[target.Extension("yaml")]
		fmt.Fprintf(&b, "\n## %s\n\n```%s\n%s```\n", target.Name, language, out.String())
	}
	return b.String()
}

// The documentation shows what the targets write.
func TestDocs(t *testing.T) {
	t.Parallel()
	got := docs(t)
	if *update {
		if err := os.WriteFile(docsFile, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(docsFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("run the test with -update: -want +got:\n%s", diff)
	}
}
