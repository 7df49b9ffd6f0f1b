package encode_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	kjson "sigs.k8s.io/json"

	"github.com/podcue/podcue/cmd/podcue/internal/encode"
	"github.com/podcue/podcue/cmd/podcue/internal/manifest"
	"github.com/podcue/podcue/merge/flyte"
)

// What a target writes, vet -f and import read: the same pods, in the same order.
func TestReadBack(t *testing.T) {
	t.Parallel()
	for _, target := range encode.Targets() {
		if target.Name == "flytekit" {
			continue // Python
		}
		for _, format := range []string{"yaml", "json"} {
			if format == "json" && (target.Name == "podspec" || target.Name == "flyte-k8spod") {
				continue // an array of what is no Kubernetes object
			}
			var b bytes.Buffer
			if err := target.Write(&b, objects(t), format); err != nil {
				t.Fatal(err)
			}
			r := &manifest.Reader{}
			read, found := r.All(manifest.Source{Name: "out." + format, Data: b.Bytes()})
			if len(found) > 0 || len(read) != 2 {
				t.Errorf("%s, %s: %d objects, %v", target.Name, format, len(read), found)
				continue
			}
			for i, o := range objects(t) {
				want := corev1.PodTemplateSpec{Spec: o.Pod.Spec}
				switch {
				case target.Name == "podtemplate":
					want = encode.PodTemplate(o).Template
				case target.Authored:
					want = *o.Template
				case target.Name != "podspec":
					want.ObjectMeta = o.Pod.ObjectMeta
				}
				if diff := cmp.Diff(marshal(t, want), marshal(t, read[i].Template)); diff != "" || len(read[i].Unknown) > 0 {
					t.Errorf("%s, %s: unknown %v, -want +got:\n%s", target.Name, format, read[i].Unknown, diff)
				}
				if target.Name == "flyte-k8spod" && read[i].Primary != o.Primary {
					t.Errorf("the primary container is %q, want %q", read[i].Primary, o.Primary)
				}
			}
		}
	}
}

// A K8sPod has the members that flyteidl has, and no others.
func TestK8sPodMembers(t *testing.T) {
	t.Parallel()
	target, err := encode.Lookup("flyte-k8spod")
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects(t) {
		var b bytes.Buffer
		if err := target.Write(&b, []*encode.Object{o}, "json"); err != nil {
			t.Fatal(err)
		}
		var pod flyte.K8sPod
		if strict, err := kjson.UnmarshalStrict(b.Bytes(), &pod); err != nil || len(strict) > 0 {
			t.Errorf("%s: %v %v", o.Name, err, strict)
		}
		if pod.PrimaryContainerName != "primary" || pod.PodSpec == nil || marshal(t, pod.PodSpec) != marshal(t, o.Template.Spec) {
			t.Errorf("%s came back as %+v", o.Name, pod)
		}
	}
}

// The Python has every value of the template, as JSON has them, in their order.
func TestFlytekitHasAll(t *testing.T) {
	t.Parallel()
	target, err := encode.Lookup("flytekit")
	if err != nil {
		t.Fatal(err)
	}
	o := objects(t)[0]
	var b bytes.Buffer
	if err := target.Write(&b, []*encode.Object{o}, "yaml"); err != nil {
		t.Fatal(err)
	}
	var spec map[string]any
	if err := json.Unmarshal([]byte(marshal(t, o.Template.Spec)), &spec); err != nil {
		t.Fatal(err)
	}
	for _, v := range leaves(spec) {
		if text := pythonLiteral(v); !strings.Contains(b.String(), text) {
			t.Errorf("no %s in\n%s", text, b.String())
		}
	}
}

func leaves(v any) []any {
	switch v := v.(type) {
	case map[string]any:
		var all []any
		for _, e := range v {
			all = append(all, leaves(e)...)
		}
		return all
	case []any:
		var all []any
		for _, e := range v {
			all = append(all, leaves(e)...)
		}
		return all
	}
	return []any{v}
}

func pythonLiteral(v any) string {
	if b, ok := v.(bool); ok {
		return map[bool]string{true: "True", false: "False"}[b]
	}
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(data)
}
