package manifest_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/cmd/podcue/internal/manifest"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// read returns the objects of one source, and what could not be decoded.
func read(t *testing.T, name, text string) ([]*manifest.Object, finding.List) {
	t.Helper()
	return (&manifest.Reader{}).All(manifest.Source{Name: name, Data: []byte(text)})
}

// at returns the position of the only origin of p, as "line:column".
func at(fields provenance.Map, p provenance.Path) string {
	if len(fields[p]) != 1 {
		return fmt.Sprintf("%d origins", len(fields[p]))
	}
	pos := fields[p][0].Pos
	return fmt.Sprintf("%d:%d", pos.Line, pos.Column)
}

// indent returns text with every line n spaces further right.
func indent(text string, n int) string {
	pad := strings.Repeat(" ", n)
	return pad + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n"+pad) + "\n"
}

const template = `metadata:
  labels: {app: web}
spec:
  containers:
  - name: web
    image: nginx:1.29
`

// Every kind that carries a pod template is read, with the template's root and
// the positions below it.
func TestKinds(t *testing.T) {
	t.Parallel()
	wrap := map[string]struct {
		version, around string
		root            provenance.Path
		indent          int
	}{
		"CronJob":               {"batch/v1", "spec:\n  schedule: '@daily'\n  jobTemplate:\n    spec:\n      template:\n", "spec.jobTemplate.spec.template", 8},
		"DaemonSet":             {"apps/v1", "spec:\n  selector: {}\n  template:\n", "spec.template", 4},
		"Deployment":            {"apps/v1", "spec:\n  replicas: 2\n  template:\n", "spec.template", 4},
		"Job":                   {"batch/v1", "spec:\n  template:\n", "spec.template", 4},
		"PodTemplate":           {"v1", "template:\n", "template", 2},
		"ReplicaSet":            {"apps/v1", "spec:\n  template:\n", "spec.template", 4},
		"ReplicationController": {"v1", "spec:\n  template:\n", "spec.template", 4},
		"StatefulSet":           {"apps/v1", "spec:\n  serviceName: web\n  template:\n", "spec.template", 4},
	}
	for _, kind := range manifest.Kinds() {
		if kind == "Pod" {
			continue // below
		}
		k, ok := wrap[kind]
		if !ok {
			t.Errorf("nothing tests the kind %s", kind)
			continue
		}
		head := fmt.Sprintf("apiVersion: %s\nkind: %s\nmetadata: {name: web, namespace: shop}\n%s", k.version, kind, k.around)
		objects, found := read(t, "a.yaml", head+indent(template, k.indent))
		if len(objects) != 1 || len(found) > 0 {
			t.Errorf("%s: %d objects, %v", kind, len(objects), found)
			continue
		}
		o := objects[0]
		if o.APIVersion != k.version || o.Kind != kind || o.Name != "web" || o.Namespace != "shop" || o.Root != k.root || len(o.Unknown) > 0 {
			t.Errorf("%s: %s %s %s/%s at %q, unknown %v", kind, o.APIVersion, o.Kind, o.Namespace, o.Name, o.Root, o.Unknown)
		}
		if got := o.Template.Spec.Containers[0].Image + o.Template.Labels["app"]; got != "nginx:1.29web" {
			t.Errorf("%s: the template has %q", kind, got)
		}
		line := strings.Count(head, "\n")
		for p, want := range map[provenance.Path]string{
			"spec.containers[web]":       fmt.Sprintf("%d:%d", line+5, k.indent+5),
			"spec.containers[web].image": fmt.Sprintf("%d:%d", line+6, k.indent+5),
			"metadata.labels[app]":       fmt.Sprintf("%d:%d", line+2, k.indent+12),
		} {
			if got := at(o.Fields(), k.root+"."+p); got != want {
				t.Errorf("%s: %s.%s is at %s, want %s", kind, k.root, p, got, want)
			}
			if got := at(o.TemplateFields(), p); got != want {
				t.Errorf("%s: %s of the template is at %s, want %s", kind, p, got, want)
			}
		}
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	text := "\xef\xbb\xbf# a comment\n%YAML 1.1\n---\napiVersion: v1\nkind: Pod\nmetadata: {generateName: a-, labels: {x: \"y\"}}\nspec: {containers: []}\n---\n\n---\n# nothing\n--- # with a comment\n" +
		"apiVersion: v1\nkind: Service\nmetadata: {name: s}\n---\nname: no manifest\n...\n" +
		"apiVersion: v1\nkind: ConfigMap\n---\r\napiVersion: v1\r\nkind: Pod\r\nmetadata:\r\n  name: b\r\nspec:\r\n  nodeName: über\r\n  containers: [{name: é, image: x}]\r\n---\nnull\n"
	r := &manifest.Reader{}
	var names []string
	for o := range r.Objects(manifest.Source{Name: "a.yaml", Data: []byte(text)}) {
		names = append(names, o.Name+" "+o.Position().String())
		if o.Name == "b" {
			if got := at(o.Fields(), "spec.containers[é].image"); got != "28:27" {
				t.Errorf("the image is at %s; columns are in bytes", got)
			}
		}
	}
	if diff := cmp.Diff([]string{"a-* a.yaml:4:1", "b a.yaml:22:1"}, names); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if r.Skipped() != 2 {
		t.Errorf("%d documents were skipped, want 2", r.Skipped())
	}
	// What follows the end of a document needs a separator; kubectl does not even
	// see it.
	if f := r.Findings(); len(f) != 1 || f[0].String() != "a.yaml:19: the YAML cannot be parsed: did not find expected <document start>" {
		t.Errorf("findings: %v", f)
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	objects, found := read(t, "a.yaml", `apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata: {name: a}
  spec: {containers: []}
- &d
  apiVersion: apps/v1
  kind: Deployment
  metadata: {name: b}
- *d
- text
---
apiVersion: v1
kind: PodList
items:
- metadata: {name: c}
  spec:
    hostNetwork: true
`)
	var got []string
	for _, o := range objects {
		got = append(got, o.Kind+" "+o.Name+" "+o.Position().String())
	}
	want := []string{"Pod a a.yaml:4:3", "Deployment b a.yaml:8:3", "Deployment b a.yaml:8:3", "Pod c a.yaml:18:3"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := at(objects[3].Fields(), "spec.hostNetwork"); got != "20:5" {
		t.Errorf("the path of an item's field is not that of the item: %s", got)
	}
	if len(found) != 1 || found[0].String() != `a.yaml:13:3: an item of the list is the text "text", not an object` {
		t.Errorf("findings: %v", found)
	}
}

// What an alias or a merge key brings is written where its anchor is.
func TestAnchors(t *testing.T) {
	t.Parallel()
	objects, found := read(t, "a.yaml", `apiVersion: v1
kind: Pod
metadata: {name: a}
spec:
  initContainers:
  - &c
    name: one
    image: first
    env: &env
    - {name: A, value: "1"}
  containers:
  - <<: *c
    name: two
  - name: three
    env: *env
    <<: [{image: win}, *c]
  - <<: *c
    <<: {name: four}
`)
	if len(objects) != 1 || len(found) > 0 {
		t.Fatalf("%d objects, %v", len(objects), found)
	}
	o := objects[0]
	var names []string
	for _, c := range o.Template.Spec.Containers {
		names = append(names, c.Name+" "+c.Image)
	}
	// What comes later wins, as in Kubernetes: the merge took the name three away.
	if diff := cmp.Diff([]string{"two first", "one win", "four first"}, names); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for p, want := range map[provenance.Path]string{
		"spec.containers[two].name":         "13:5",
		"spec.containers[two].image":        "8:5",
		"spec.containers[two].env[A].value": "10:17",
		"spec.containers[one].image":        "16:11",
		"spec.containers[one].env[A]":       "10:7",
		"spec.containers[four].name":        "18:10",
	} {
		if got := at(o.Fields(), p); got != want {
			t.Errorf("%s is at %s, want %s", p, got, want)
		}
	}
}

func TestUnknownFields(t *testing.T) {
	t.Parallel()
	objects, found := read(t, "a.yaml", `apiVersion: apps/v1
kind: Deployment
metadata: {name: a, lables: {}}
spec:
  replica: 3
  template:
    spec:
      hostnetwork: true
      containers:
      - name: web
        Image: x
        ports: [{containerPort: 80, hostport: 80}]
        resources: {limit: {cpu: 1}}
        zzzzzzzzzzzz: 1
---
apiVersion: extensions/v1beta1
kind: Deployment
metadata: {name: old}
spec:
  rollbackTo: {revision: 1}
  template:
    spec: {containers: [{name: a, img: b}]}
`)
	if len(found) > 0 || len(objects) != 2 {
		t.Fatalf("%d objects, %v", len(objects), found)
	}
	want := []manifest.UnknownField{
		{"metadata.lables", "labels"},
		{"spec.replica", "replicas"},
		{"spec.template.spec.containers[web].Image", "image"},
		{"spec.template.spec.containers[web].ports[80/TCP].hostport", "hostPort"},
		{"spec.template.spec.containers[web].resources.limit", "limits"},
		{"spec.template.spec.containers[web].zzzzzzzzzzzz", ""},
		{"spec.template.spec.hostnetwork", "hostNetwork"},
	}
	sortUnknown(objects[0].Unknown)
	if diff := cmp.Diff(want, objects[0].Unknown); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, u := range objects[0].Unknown {
		if !objects[0].Fields().Has(u.Path) {
			t.Errorf("nobody wrote %s", u.Path)
		}
	}
	// Of a removed version, only the pod is today's.
	if diff := cmp.Diff([]manifest.UnknownField{{"spec.template.spec.containers[a].img", "image"}}, objects[1].Unknown); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func sortUnknown(u []manifest.UnknownField) {
	slices.SortFunc(u, func(a, b manifest.UnknownField) int { return strings.Compare(string(a.Path), string(b.Path)) })
}

func TestFlyte(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text    string
		kind    string
		root    provenance.Path
		places  map[provenance.Path]string
		unknown []manifest.UnknownField
	}{
		"K8sPod": {
			text: "{\n  \"metadata\": {\"labels\": {\"app\": \"web\"}},\n  \"podSpec\": {\n    \"containers\": [{\"name\": \"web\", \"image\": \"nginx:1.29\", \"imag\": 1}]\n  },\n  \"primaryContainerName\": \"web\", \"dataConfig\": {\"enabled\": true}\n}\n",
			kind: "K8sPod",
			places: map[provenance.Path]string{
				"metadata.labels[app]": "2:27", "spec.containers[web].image": "4:36", "primaryContainerName": "6:3",
			},
			unknown: []manifest.UnknownField{{"spec.containers[web].imag", "image"}},
		},
		"snake case": {
			text: "metadata: {labels: {app: web}}\npod_spec:\n  containers:\n  - name: web\n    image: nginx:1.29\nprimary_container_name: web\n",
			kind: "K8sPod",
			places: map[provenance.Path]string{
				"spec.containers[web].image": "5:5",
			},
		},
		"TaskTemplate": {
			text: "id: {name: web}\ntype: sidecar\nmetadata: {interruptible: true}\nk8s_pod:\n  metadata: {labels: {app: web}}\n  podSpec:\n    containers:\n    - name: web\n      image: nginx:1.29\nconfig: {primary_container_name: web}\n",
			kind: "TaskTemplate", root: "k8sPod",
			places: map[provenance.Path]string{
				"k8sPod.spec.containers[web].image": "9:7", "k8sPod.metadata.labels[app]": "5:23", "id.name": "1:6",
			},
		},
		"PodSpec": {
			text: "containers:\n- name: web\n  image: nginx:1.29\nhostNetwerk: true\n",
			kind: "PodSpec",
			places: map[provenance.Path]string{
				"spec.containers[web].image": "3:3",
			},
			unknown: []manifest.UnknownField{{"spec.hostNetwerk", "hostNetwork"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			objects, found := read(t, "a", test.text)
			if len(objects) != 1 || len(found) > 0 {
				t.Fatalf("%d objects, %v", len(objects), found)
			}
			o := objects[0]
			if o.Kind != test.kind || o.Root != test.root || o.Template.Spec.Containers[0].Image != "nginx:1.29" {
				t.Errorf("it is a %s with the root %q and the template %+v", o.Kind, o.Root, o.Template)
			}
			if test.kind != "PodSpec" && (o.Primary != "web" || o.Template.Labels["app"] != "web") {
				t.Errorf("the primary container is %q, the labels are %v", o.Primary, o.Template.Labels)
			}
			if test.kind == "TaskTemplate" && (o.Name != "web" || o.Interruptible == nil || !*o.Interruptible) {
				t.Errorf("the task is %q, interruptible %v", o.Name, o.Interruptible)
			}
			for p, want := range test.places {
				if got := at(o.Fields(), p); got != want {
					t.Errorf("%s is at %s, want %s", p, got, want)
				}
			}
			if diff := cmp.Diff(test.unknown, o.Unknown); diff != "" {
				t.Errorf("unknown (-want +got):\n%s", diff)
			}
		})
	}
}

// Kinds that nobody knows are looked through for pod templates.
func TestEmbedded(t *testing.T) {
	t.Parallel()
	r := &manifest.Reader{}
	objects, found := r.All(manifest.Source{Name: "a.yaml", Data: []byte(`apiVersion: kubeflow.org/v1
kind: PyTorchJob
metadata: {name: train}
spec:
  pytorchReplicaSpecs:
    Master:
      template:
        spec:
          containers: [{name: pytorch, image: a}]
    Worker:
      template:
        spec:
          extra: of their own
          containers: [{name: pytorch, image: b}]
---
apiVersion: example.com/v1
kind: Thing
metadata: {name: none}
spec: {template: {containers: [1]}}
---
apiVersion: example.com/v1
kind: Thing
metadata: {name: broken}
spec: {template: {spec: {containers: [{name: 7}]}}}
`)})
	var got []string
	for _, o := range objects {
		got = append(got, fmt.Sprintf("%s %s %s %d %v", o.Kind, o.Root, o.Template.Spec.Containers[0].Image, o.Fields()[o.Root][0].Pos.Line, o.Unknown))
	}
	want := []string{
		"PyTorchJob spec.pytorchReplicaSpecs.Master.template a 7 []",
		"PyTorchJob spec.pytorchReplicaSpecs.Worker.template b 11 []",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if len(found) != 1 || found[0].String() != "a.yaml:24:40: spec.template.spec.containers[\"7\"].name: the number 7 stands where a text must be" {
		t.Errorf("findings: %v", found)
	}
	if r.Skipped() != 1 {
		t.Errorf("%d documents were skipped, want 1", r.Skipped())
	}
}

func TestVolumes(t *testing.T) {
	t.Parallel()
	r := &manifest.Reader{}
	volumes := manifest.Source{Name: "v.yaml", Data: []byte(`apiVersion: v1
kind: PersistentVolume
metadata: {name: one}
spec: {hostPath: {path: /one}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: shop}
spec: {volumeName: one}
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: PersistentVolume
  metadata: {name: two}
  spec: {hostPath: {path: /two}, claimRef: {name: cache, namespace: default}}
- apiVersion: v1
  kind: PersistentVolumeClaim
  metadata: {name: gone, namespace: shop}
  spec: {volumeName: nowhere}
`)}
	pods := manifest.Source{Name: "p.yaml", Data: []byte("apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: b}\n")}
	r.Volumes(volumes)
	r.Volumes(pods)
	got := map[string]string{}
	for _, src := range []manifest.Source{pods, volumes} {
		for o := range r.Objects(src) {
			for name, spec := range o.Claims {
				got[o.Name+" "+name] = spec.HostPath.Path
			}
		}
	}
	if diff := cmp.Diff(map[string]string{"a data": "/one", "b cache": "/two"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if len(r.Findings()) > 0 || r.Skipped() != 0 {
		t.Errorf("findings %v, %d skipped", r.Findings(), r.Skipped())
	}
}

// The layer is that which the reader was given, and reading may end early.
func TestReader(t *testing.T) {
	t.Parallel()
	r := &manifest.Reader{Layer: provenance.LayerBase}
	src := manifest.Source{Name: "base.yaml", Data: []byte("apiVersion: v1\nkind: PodTemplate\nmetadata: {name: base}\ntemplate:\n" + indent(template, 2) + "---\n\tbroken\n")}
	for o := range r.Objects(src) {
		want := []provenance.Origin{{Layer: provenance.LayerBase, Pos: provenance.Position{Filename: "base.yaml", Line: 10, Column: 7}}}
		if diff := cmp.Diff(want, o.TemplateFields()["spec.containers[web].image"]); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
		object := &corev1.PodTemplate{}
		if err := json.Unmarshal(o.JSON, object); err != nil || object.Name != "base" {
			t.Errorf("the JSON is %s, %v", o.JSON, err)
		}
		break
	}
	if len(r.Findings()) > 0 {
		t.Errorf("more was read than asked for: %v", r.Findings())
	}
}
