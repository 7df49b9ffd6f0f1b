package podiff_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/cmd/podcue/internal/podiff"
	"github.com/podcue/podcue/provenance"
)

func sample(t *testing.T) *podiff.Report {
	before := object(t, `{"spec": {"containers": [{"name": "c", "image": "a|b", "securityContext": {"runAsNonRoot": true}}]}}`)
	after := object(t, `{"spec": {"hostNetwork": true, "containers": [{"name": "c", "image": "a`+"`"+`b"}]}}`)
	return &podiff.Report{From: "main", To: "work tree", Objects: []podiff.Object{
		{
			Kind: "Task", Name: "./train:a_b", Status: podiff.Changed, Changes: podiff.Compare(before, after),
			Origin: func(p provenance.Path) provenance.Position {
				if p == "spec.hostNetwork" {
					return provenance.Position{Filename: "train/a.cue", Line: 4, Column: 9}
				}
				return provenance.Position{}
			},
		},
		{Kind: "Task", Name: "new", Status: podiff.Added, Changes: podiff.Compare(nil, after)},
	}}
}

func write(t *testing.T, name string, color bool) string {
	t.Helper()
	f, err := podiff.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := f.Write(&b, sample(t), color); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	t.Parallel()
	want := `~ Task ./train:a_b
    ~ spec.containers[c].image: "a|b" -> "a` + "`" + `b"
    - spec.containers[c].securityContext: {"runAsNonRoot":true}
        ! security: it may run as root [run-as-non-root]
    + spec.hostNetwork: true
        at train/a.cue:4:9
        ! security: it shares the node's network [host-network]
+ Task new
        ! security: it shares the node's network [host-network]
main -> work tree: 1 added, 1 changed, 0 removed; 3 security-relevant
`
	if diff := cmp.Diff(want, write(t, "text", false)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if got := write(t, "text", true); !strings.Contains(got, "\x1b[32m+\x1b[0m spec.hostNetwork") {
		t.Errorf("no colour in %q", got)
	}
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	got := write(t, "markdown", false)
	for _, want := range []string{
		"### Final Pods: `main` → `work tree`\n",
		"<summary>~ Task ./train:a\\_b</summary>",
		"| ~ | `spec.containers[c].image` | `` \"a\\|b\" -> \"a`b\" `` |  |\n",
		"| + | `spec.hostNetwork` | `true` | `train/a.cue:4:9`<br>⚠️ **weaker**: it shares the node's network |\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	var got struct {
		Version int
		Objects []struct {
			Status  string
			Changes []struct {
				Path, Change, Origin string
				Weaker               []string
			}
		}
		Summary podiff.Summary
	}
	if err := json.Unmarshal([]byte(write(t, "json", false)), &got); err != nil {
		t.Fatal(err)
	}
	if got.Version != 1 || got.Summary != (podiff.Summary{Added: 1, Changed: 1, Weaker: 3}) {
		t.Errorf("version and summary are %+v", got)
	}
	if c := got.Objects[0].Changes[2]; c.Path != "spec.hostNetwork" || c.Change != "added" || c.Origin != "train/a.cue:4:9" || c.Weaker[0] != "host-network" {
		t.Errorf("the third change is %+v", c)
	}
}

// TestFindings checks the form that reports of findings are made from.
func TestFindings(t *testing.T) {
	t.Parallel()
	var got []string
	known := map[string]bool{}
	for _, r := range podiff.Rules() {
		known[r.ID] = true
	}
	for _, f := range sample(t).Findings() {
		if !known[f.ID] {
			t.Errorf("%s is no rule", f.ID)
		}
		got = append(got, fmt.Sprintf("%s %s %s %s:%s %s", f.Severity, f.ID, f.Position(), f.Object.Package, f.Object.Name, f.Message))
	}
	want := []string{
		"info diff - ./train:a_b spec.containers[c].image was \"a|b\" and is \"a`b\"",
		"warning diff-weaker-run-as-non-root - ./train:a_b spec.containers[c].securityContext is gone: {\"runAsNonRoot\":true}",
		"warning diff-weaker-host-network train/a.cue:4:9 ./train:a_b spec.hostNetwork is new: true",
		"warning diff-weaker-host-network - :new the Pod is new",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestNoDifferences(t *testing.T) {
	t.Parallel()
	for _, f := range podiff.Formats() {
		var b strings.Builder
		if err := f.Write(&b, &podiff.Report{From: "a", To: "b"}, false); err != nil || b.Len() == 0 {
			t.Errorf("%s: %q, %v", f.Name, b.String(), err)
		}
	}
	if _, err := podiff.Lookup("sarif"); err == nil || !strings.Contains(err.Error(), "json, markdown, text") {
		t.Errorf("an unknown format gives %v", err)
	}
}
