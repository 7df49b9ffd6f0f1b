package flyte_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/merge/flyte"
)

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

// Of the generic key of an accelerator and the resource's own name, both in a node's
// resources, the generic one counts in Flyte 2; Flyte 1 knows no generic key there.
func TestBothAcceleratorKeys(t *testing.T) {
	t.Parallel()
	for p, want := range map[*flyte.Profile]map[string]string{
		flyte.V2: {"nvidia.com/gpu": "2"},
		flyte.V1: {"nvidia.com/gpu": "1", "gpu": "2"},
	} {
		for range 20 { // a map's order is random
			a := decodeAuthored(t, `{"name": "t", "image": "x:1", "overrides": {"resources": {"limits": {"gpu": "2", "nvidia.com/gpu": "1"}}}}`)
			in, err := a.Input(p, nil, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			out, err := p.Build(in)
			if err != nil {
				t.Fatal(err)
			}
			limits := out.Pod.Spec.Containers[0].Resources.Limits
			for _, name := range []string{"nvidia.com/gpu", "gpu"} {
				q, ok := limits[corev1.ResourceName(name)]
				if w, wanted := want[name]; ok != wanted || ok && q.String() != w {
					t.Fatalf("%s: %s is %s (there: %v), want %q", p.Name, name, q.String(), ok, w)
				}
			}
		}
	}
}
