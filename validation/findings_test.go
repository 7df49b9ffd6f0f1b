package validation_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
	"github.com/podcue/podcue/validation"
)

func at(file string, line int, layer string) provenance.Origin {
	return provenance.Origin{Layer: layer, Pos: provenance.Position{Filename: file, Line: line, Column: 3}}
}

// TestFindings maps causes to the lines of the layers that wrote the fields, or
// of the nearest thing that somebody wrote.
func TestFindings(t *testing.T) {
	t.Parallel()
	p := pod(t, `{"containers":[{"name":"main","image":"a"},{"name":"proxy","volumeMounts":[{"name":"v","mountPath":"/d"}]}]}`)
	v, err := validation.Pod("", p)
	if err != nil {
		t.Fatal(err)
	}
	fields := provenance.Map{
		"spec.containers[proxy].name":                  {at("base.yaml", 7, "base")},
		"spec.containers[proxy]":                       {at("base.yaml", 6, "base")},
		"spec.containers[proxy].volumeMounts[/d].name": {at("base.yaml", 9, "base"), at("train.cue", 4, "template")},
	}
	object := finding.Object{Kind: "Task", Name: "train", Stage: finding.StageFinal}
	got, err := json.MarshalIndent(validation.Findings(v, object, func() provenance.Map { return fields }), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want := `[
  {
    "id": "api",
    "severity": "error",
    "object": {
      "kind": "Task",
      "name": "train",
      "stage": "final"
    },
    "path": "spec.containers[proxy].image",
    "message": "Required value",
    "detail": "A Pod is not created while one of its containers has no image; Flyte gives the task's image to the primary container only.",
    "positions": [
      {
        "file": "base.yaml",
        "line": 6,
        "column": 3,
        "layer": "base"
      }
    ],
    "help": "set the image of this container, or take the container out",
    "server": {
      "field": "spec.containers[1].image",
      "message": "Required value"
    }
  },
  {
    "id": "api",
    "severity": "error",
    "object": {
      "kind": "Task",
      "name": "train",
      "stage": "final"
    },
    "path": "spec.containers[proxy].volumeMounts[/d].name",
    "message": "Not found: \"v\"",
    "detail": "A mount names a volume of the same Pod, and there is none of this name; volumes of the cluster are not looked at.",
    "positions": [
      {
        "file": "train.cue",
        "line": 4,
        "column": 3,
        "layer": "template"
      },
      {
        "file": "base.yaml",
        "line": 9,
        "column": 3,
        "layer": "base"
      }
    ],
    "help": "add a volume of this name to spec.volumes, or mend the name of the mount",
    "server": {
      "field": "spec.containers[1].volumeMounts[0].name",
      "message": "Not found: \"v\""
    }
  }
]`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
}

// TestFindingsOfTemplate: an authored template is judged as a PodTemplate, but its
// paths are those of the pod that it describes.
func TestFindingsOfTemplate(t *testing.T) {
	t.Parallel()
	p := pod(t, `{"containers":[{"name":"main","image":"a","env":[{"name":"A","value":"1"},{"name":"A","value":"2"}]}]}`)
	template := &corev1.PodTemplate{ObjectMeta: p.ObjectMeta, Template: corev1.PodTemplateSpec{Spec: p.Spec}}
	v, err := validation.PodTemplate("", template)
	if err != nil {
		t.Fatal(err)
	}
	fields := func() provenance.Map {
		return provenance.Map{"spec.containers[main].env[1]": {at("train.cue", 4, "template")}}
	}
	found := validation.Findings(v, finding.Object{Kind: "PodTemplate", Name: "gpu", Stage: finding.StageAuthored}, fields)
	if len(found) != 1 || found[0].Severity != finding.Warning || found[0].Path != "spec.containers[main].env[1]" ||
		found[0].Position().Line != 4 || found[0].Server.Field != "template.spec.containers[0].env[1]" {
		t.Errorf("%+v", found)
	}
	found = validation.Findings(v, finding.Object{Kind: "PodTemplate", Name: "gpu", Stage: finding.StageManifest}, nil)
	if len(found) != 1 || found[0].Path != "template.spec.containers[main].env[1]" {
		t.Errorf("%+v", found)
	}
}

// TestFindingsOfDocument: what cannot be decoded, with a hint.
func TestFindingsOfDocument(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string][3]string{
		`{"spec":{"containers":[{"name":"main","image":"a","imagePullPolcy":"Always"}]}}`: {"spec.containers[main].imagePullPolcy", `unknown field "spec.containers[0].imagePullPolcy"`, "did you mean imagePullPolicy?"},
		`{"spec":{"Containers":[]}}`:                {"spec.Containers", `unknown field "spec.Containers"`, "did you mean containers?"},
		`{"spec":{"containers":[{"qqqqqqqqq":1}]}}`: {"spec.containers[0].qqqqqqqqq", `unknown field "spec.containers[0].qqqqqqqqq"`, "remove the field, or move it to where it belongs"},
		strings.Repeat(" ", 4<<20):                  {"", "Request entity too large: limit is 3145728", "make the object smaller, or several of it"},
	} {
		v, err := validation.JSON("", "Pod", []byte(doc))
		if err != nil {
			t.Fatal(err)
		}
		found := validation.Findings(v, finding.Object{Kind: "Pod", Stage: finding.StageManifest}, nil)
		if len(found) != 1 {
			t.Fatalf("%d findings", len(found))
		}
		got := [3]string{string(found[0].Path), found[0].Message, found[0].Help}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// TestFindingsOfDropped: a field that is thrown away is a warning.
func TestFindingsOfDropped(t *testing.T) {
	t.Parallel()
	v, err := validation.Pod("1.34", pod(t, `{"os":{"name":"linux"},"containers":[{"name":"main","image":"a","lifecycle":{"stopSignal":"SIGTERM"}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	found := validation.Findings(v, finding.Object{Kind: "Pod", Name: "t"}, nil)
	if len(found) != 1 || found[0].Severity != finding.Warning || found[0].Message != "Kubernetes 1.34 drops this field without a word" {
		t.Errorf("%+v", found)
	}
}

// TestPaths holds that the paths of all recorded causes and warnings are those of
// nodes of the object, or begin with one.
func TestPaths(t *testing.T) {
	t.Parallel()
	for _, c := range serverCases(t) {
		v, err := validation.JSON("", c.Kind, c.Object)
		if err != nil {
			t.Fatal(err)
		}
		var obj any
		if err := json.Unmarshal(c.Object, &obj); err != nil {
			t.Fatal(err)
		}
		var paths []provenance.Path
		for _, cause := range v.Causes {
			paths = append(paths, cause.Path)
		}
		for _, w := range v.Warnings {
			paths = append(paths, w.Path)
		}
		for _, p := range paths {
			up := p
			for up != "" {
				if canonical, _, ok := provenance.Resolve(obj, up); ok {
					if canonical != up {
						t.Errorf("%s: %s is not canonical: %s", c.Name, up, canonical)
					}
					break
				}
				up = up.Parent()
			}
			if up == "" || up == "spec" && p != "spec" && p.Parent() != "spec" {
				t.Errorf("%s: %s leads to nothing", c.Name, p)
			}
		}
	}
}
