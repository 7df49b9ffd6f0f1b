package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"

	"github.com/podcue/podcue/validation"
)

// run runs podcue in a directory and returns what it prints.
func run(t testing.TB, dir string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	cmd := exec.Command(podcue, args...)
	cmd.Dir = dir
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// export returns the objects that podcue exports of examples/ for a target.
func export(t testing.TB, args ...string) []map[string]any {
	t.Helper()
	stdout, stderr, code := run(t, "..", append([]string{"export", "./examples/..."}, args...)...)
	if code != 0 {
		t.Fatalf("podcue export %v: exit %d\n%s", args, code, stderr)
	}
	var objects []map[string]any
	for dec := utilyaml.NewYAMLOrJSONDecoder(strings.NewReader(stdout), 1<<20); ; {
		var obj map[string]any
		if err := dec.Decode(&obj); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if obj == nil {
			continue
		}
		if items, ok := obj["items"].([]any); ok {
			for _, item := range items {
				objects = append(objects, item.(map[string]any))
			}
			continue
		}
		objects = append(objects, obj)
	}
	if len(objects) == 0 {
		t.Fatalf("podcue export %v: nothing", args)
	}
	return objects
}

// names returns the kind, namespace and name of an object.
func names(obj map[string]any) (kind, namespace, name string) {
	meta, _ := obj["metadata"].(map[string]any)
	kind, _ = obj["kind"].(string)
	namespace, _ = meta["namespace"].(string)
	name, _ = meta["name"].(string)
	if namespace == "" {
		namespace = "default"
	}
	return kind, namespace, name
}

// apply applies an object on the server's side.
func (s *server) apply(t testing.TB, obj map[string]any, dryRun bool) *answer {
	t.Helper()
	kind, namespace, name := names(obj)
	path := "/api/v1/namespaces/" + namespace + "/" + strings.ToLower(kind) + "s/" + name + "?fieldManager=podcue&fieldValidation=Strict"
	if dryRun {
		path += "&dryRun=All"
	}
	a, err := s.send(http.MethodPatch, path, "application/apply-patch+yaml", marshal(t, obj))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestExportsApply applies what every target that is a Kubernetes object exports,
// first as a dry run, then for real.
func TestExportsApply(t *testing.T) {
	for _, s := range []*server{current, oldest} {
		for _, args := range [][]string{
			{"--target", "pod"}, {"--target", "podtemplate"}, {"--target", "podtemplate", "-n", "team-a", "-n", "team-b"}, {"--target", "list"},
			{"--target", "pod", "-o", "json"},
		} {
			t.Run(s.version+" "+strings.Join(args, " "), func(t *testing.T) {
				for _, obj := range export(t, append(args, "--kubernetes", s.version)...) {
					kind, namespace, name := names(obj)
					s.namespace(t, namespace, nil)
					for _, dryRun := range []bool{true, false} {
						if a := s.apply(t, obj, dryRun); !a.accepted() {
							t.Errorf("%s %s/%s, dry run %v: %d %s", kind, namespace, name, dryRun, a.code, a.status.Message)
						}
					}
				}
			})
		}
	}
}

// TestProfilesCreate creates the final Pods of every Flyte version, as a dry run.
func TestProfilesCreate(t *testing.T) {
	for _, profile := range []string{"flyte@v2", "flyte@v1.16", "strategic"} {
		for _, obj := range export(t, "--profile", profile) {
			_, _, name := names(obj)
			delete(obj["metadata"].(map[string]any), "namespace")
			if a := current.create(t, "default", "pods", marshal(t, obj), true); !a.accepted() {
				t.Errorf("%s %s: %d %s", profile, name, a.code, a.status.Message)
			}
		}
	}
}

// TestExamplesAreCreated creates the final Pods of examples/ for real, and reads
// back what the server stored: it is what podcue says that it stores.
func TestExamplesAreCreated(t *testing.T) {
	for _, obj := range export(t, "--target", "pod") {
		kind, _, name := names(obj)
		current.namespace(t, "created", nil)
		delete(obj["metadata"].(map[string]any), "namespace")
		doc := marshal(t, obj)
		if a := current.create(t, "created", strings.ToLower(kind)+"s", doc, false); !a.accepted() {
			t.Errorf("%s: %d %s", name, a.code, a.status.Message)
			continue
		}
		a, err := current.do(http.MethodGet, "/api/v1/namespaces/created/pods/"+name, nil)
		if err != nil {
			t.Fatal(err)
		}
		var stored corev1.Pod
		if err := json.Unmarshal(a.body, &stored); err != nil || stored.UID == "" {
			t.Fatalf("%s: not stored: %v %s", name, err, a.body)
		}
		v, err := validation.JSON(current.version, kind, doc)
		if err != nil {
			t.Fatal(err)
		}
		if diff := differStored(v, a.body); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestVetGivesTheServersWords sends a bad Pod to the server and to podcue vet, and
// holds the field and message in vet's report against the server's.
func TestVetGivesTheServersWords(t *testing.T) {
	doc := []byte(`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"t"},"spec":{"containers":[{"name":"main","volumeMounts":[{"name":"v","mountPath":"/d"}]}]}}`)
	want := current.create(t, "default", "pods", doc, true).causes()
	file := writeFile(t, "bad.json", doc)
	stdout, stderr, code := run(t, t.TempDir(), "vet", "-f", file, "--report", "json")
	if code != 1 {
		t.Fatalf("exit %d\n%s", code, stderr)
	}
	got := []string{}
	for _, f := range findings(t, stdout) {
		if f.ID == "api" && f.Server != nil {
			got = append(got, f.Server.Field+": "+f.Server.Message)
		}
	}
	if strings.Join(want, "\n") != strings.Join(got, "\n") {
		t.Errorf("the server: %q, podcue: %q", want, got)
	}
}
