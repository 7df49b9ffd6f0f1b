package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/podcue/podcue/finding"
)

// findings reads a report of podcue vet in JSON.
func findings(t testing.TB, report string) finding.List {
	t.Helper()
	var r struct{ Findings finding.List }
	if err := json.Unmarshal([]byte(report), &r); err != nil {
		t.Fatalf("%v\n%s", err, report)
	}
	return r.Findings
}

func writeFile(t testing.TB, name string, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// podsToJudge returns the fixtures of the Pod Security Standards, and random Pods.
func podsToJudge(t testing.TB) []map[string]any {
	var pods []map[string]any
	readLines(t, "policies/pss/testdata/fixtures.jsonl.gz", func(line []byte) {
		var c struct{ Object map[string]any }
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		pods = append(pods, c.Object)
	})
	for _, o := range randomObjects(t, rand.New(rand.NewPCG(*seed, 9)), current.version, 600) {
		var pod map[string]any
		if o.kind == "Pod" && json.Unmarshal(o.doc, &pod) == nil {
			pods = append(pods, pod)
		}
	}
	for i, pod := range pods {
		meta := child(pod, "metadata")
		meta["name"] = fmt.Sprintf("p%d", i)
		delete(meta, "namespace")
		delete(meta, "generateName")
	}
	return pods
}

// TestPodSecurity sends Pods to namespaces with Pod Security labels, and holds the
// server's verdicts against those of podcue vet --pss.
func TestPodSecurity(t *testing.T) {
	pods := podsToJudge(t)
	for _, standard := range []string{"baseline:1.37", "restricted:1.37", "baseline:1.34", "restricted:1.34", "restricted:1.28"} {
		level, version, _ := strings.Cut(standard, ":")
		t.Run(standard, func(t *testing.T) {
			namespace := "pss-" + level + "-" + strings.ReplaceAll(version, ".", "-")
			current.namespace(t, namespace, map[string]string{
				"pod-security.kubernetes.io/enforce": level, "pod-security.kubernetes.io/enforce-version": "v" + version,
			})
			refused := map[string]bool{}
			var valid bytes.Buffer
			judged := 0
			for _, pod := range pods {
				doc := marshal(t, pod)
				a := current.create(t, namespace, "pods", doc, true)
				switch {
				case a.accepted():
				case a.code == http.StatusForbidden && strings.Contains(a.status.Message, "violates PodSecurity"):
					_, _, name := names(pod)
					refused[name] = true
				case a.code == http.StatusUnprocessableEntity || a.code == http.StatusBadRequest:
					continue // not a Pod at all; TestRandomParity knows
				default:
					t.Fatalf("%d %s\n%s", a.code, a.status.Message, doc)
				}
				judged++
				valid.WriteString("---\n")
				valid.Write(append(doc, '\n'))
			}
			stdout, stderr, code := run(t, t.TempDir(), "vet", "-f", writeFile(t, "pods.yaml", valid.Bytes()), "--pss", standard, "--report", "json", "--fail-on", "never")
			if code != 0 {
				t.Fatalf("exit %d\n%s", code, stderr)
			}
			found := map[string][]string{}
			for _, f := range findings(t, stdout) {
				if f.PSS != nil {
					found[f.Object.Name] = append(found[f.Object.Name], f.String())
				}
			}
			for i, pod := range pods {
				_, _, name := names(pod)
				if refused[name] != (len(found[name]) > 0) {
					t.Errorf("pod %d: the server refuses: %v, podcue finds %v\n%s", i, refused[name], found[name], marshal(t, pod))
				}
			}
			t.Logf("%d Pods judged, %d refused", judged, len(refused))
			if judged < 400 || len(refused) < 50 || len(refused) == judged {
				t.Errorf("%d Pods judged, %d refused: too few of a kind", judged, len(refused))
			}
		})
	}
}
