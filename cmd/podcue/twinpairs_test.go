package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/validation"
)

// noTwins are the policies that find something where the API server refuses
// something else: what mends the one does not mend the other.
var noTwins = map[string]string{
	"deprecated-field": "an annotation that is gone, for a container that is not there",
	"host-network":     "hostNetwork goes with hostUsers for the server, and with nothing for the policy",
	"host-port":        "two containers have the port; each of them is one too many",
	"node-selection":   "a node's name goes without scheduling gates for the server, and with nothing for the policy",
	"proc-mount":       "an unmasked /proc goes with hostUsers: false for the server, and with nothing for the policy",
}

// TestTwinsAreKnown goes through the pods of all policies' tests, of all
// explanations of the API server, and of its recorded answers: where a policy and
// the server speak of one place, there is a rule that links them, or a reason not to.
func TestTwinsAreKnown(t *testing.T) {
	t.Parallel()
	set, err := policies.Select(&policies.Selection{})
	if err != nil {
		t.Fatal(err)
	}
	linked, apart, open := map[string]bool{}, map[string]bool{}, map[string]string{}
	for name, pod := range refusedPods(t) {
		object := finding.Object{Kind: "Pod", Name: name, Stage: finding.StageManifest}
		verdict, err := validation.Pod("", pod)
		if err != nil {
			t.Fatal(err)
		}
		api := validation.Findings(verdict, object, nil)
		found := policies.Check(&policies.Subject{
			Object: object, Kind: "Pod", Pod: &corev1.PodTemplateSpec{ObjectMeta: pod.ObjectMeta, Spec: pod.Spec},
		}, set)
		pairs := twins{}
		pairs.note(slices.Concat(api, found))
		for _, f := range found {
			for _, a := range api {
				switch {
				case slices.Contains(pairs[a.Key()], f.Key()) || slices.Contains(pairs[f.Key()], a.Key()):
					linked[f.ID] = true
				case !samePlace(f.Path, a.Path) || len(pairs[a.Key()]) > 0:
				case noTwins[f.ID] != "":
					apart[f.ID] = true
				default:
					open[f.ID] = fmt.Sprintf("%s: %s: %s, but the server: %s", name, f.Path, f.Message, a.Message)
				}
			}
		}
	}
	for _, what := range slices.Sorted(maps.Values(open)) {
		t.Error(what)
	}
	for id := range noTwins {
		if !apart[id] {
			t.Errorf("no pod shows why %s is in noTwins", id)
		}
	}
	want := []string{
		"gpu-quantity", "hostpath-unclean", "merge-duplicate-key", "mount-path-conflict", "port-duplicate",
		"requests-gt-limits", "sysctls", "volume-duplicate", "volume-missing",
	}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(linked))); diff != "" {
		t.Errorf("policies that are linked with the server's verdict (-want +got):\n%s", diff)
	}
}

// refusedPods returns the pods that are made to be refused, by where they stand.
func refusedPods(t *testing.T) map[string]*corev1.Pod {
	t.Helper()
	pods := recordedPods(t)
	files, err := filepath.Glob("../../policies/testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no test data of policies", err)
	}
	for _, file := range append(files, "../../validation/testdata/explanations.txtar") {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			pod := &corev1.Pod{}
			if !strings.HasSuffix(f.Name, ".yaml") || yaml.Unmarshal(f.Data, pod) != nil {
				continue // what cannot be decoded is no pod
			}
			pod.Name = "p"
			for i := range pod.Spec.Containers {
				if c := &pod.Spec.Containers[i]; c.Image == "" && !strings.HasSuffix(file, "explanations.txtar") {
					c.Image = "ghcr.io/acme/t:1"
				}
			}
			pods[filepath.Base(file)+" "+f.Name] = pod
		}
	}
	return pods
}

// recordedPods returns the pods that a real API server has refused.
func recordedPods(t *testing.T) map[string]*corev1.Pod {
	t.Helper()
	file, err := os.Open("../../validation/testdata/cases.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	pods := map[string]*corev1.Pod{}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var c struct {
			Name, Kind string
			Object     json.RawMessage
			Server     struct{ Accepted bool }
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		pod := &corev1.Pod{}
		if c.Kind == "Pod" && !c.Server.Accepted && json.Unmarshal(c.Object, pod) == nil {
			pods[c.Name] = pod
		}
	}
	if err := lines.Err(); err != nil || len(pods) == 0 {
		t.Fatal("no recorded pods", err)
	}
	return pods
}
