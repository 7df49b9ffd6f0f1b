package policies_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/provenance"
)

func TestBaselineFile(t *testing.T) {
	t.Parallel()
	twice := found("Task", "./train", "fit", "hostpath", "spec.volumes[data]")
	other := found("PodTemplate", "./serve", "gpu", "host-port", "spec.containers[a].ports[8080/TCP]")
	other.Message = "a <port> of the node"
	b := policies.NewBaseline(finding.List{twice, other, twice, found("Task", "./train", "fit", "privileged", "spec")}, []string{"privileged"})
	data, err := b.Encode()
	if err != nil {
		t.Fatal(err)
	}
	want := `{
  "version": 1,
  "findings": [
    {
      "fingerprint": "` + other.Fingerprint() + `",
      "id": "host-port",
      "object": {
        "kind": "PodTemplate",
        "name": "gpu",
        "package": "./serve"
      },
      "path": "spec.containers[a].ports[8080/TCP]",
      "message": "a <port> of the node"
    },
    {
      "fingerprint": "` + twice.Fingerprint() + `",
      "id": "hostpath",
      "object": {
        "kind": "Task",
        "name": "fit",
        "package": "./train"
      },
      "path": "spec.volumes[data]",
      "message": "a message",
      "count": 2
    }
  ]
}
`
	if diff := cmp.Diff(want, string(data)); diff != "" {
		t.Errorf("Encode (-want +got):\n%s", diff)
	}
	read, err := policies.ReadBaseline(data)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := read.Encode(); err != nil || string(again) != want || read.Len() != 3 {
		t.Errorf("reading and writing again: %v, %d findings\n%s", err, read.Len(), again)
	}
}

func TestReadBaselineRefuses(t *testing.T) {
	t.Parallel()
	entry := `{"fingerprint": "a", "id": "x", "object": {"kind": "Task", "name": "t"}, "message": "m"}`
	for name, bad := range map[string]string{
		"no JSON":           `version: 1`,
		"another version":   `{"version": 2, "findings": []}`,
		"no version":        `{"findings": []}`,
		"unknown member":    `{"version": 1, "findings": [], "ignore": ["hostpath"]}`,
		"no fingerprint":    `{"version": 1, "findings": [{"id": "x"}]}`,
		"a negative count":  `{"version": 1, "findings": [{"fingerprint": "a", "id": "x", "count": -1}]}`,
		"fingerprint twice": `{"version": 1, "findings": [` + entry + `,` + entry + `]}`,
	} {
		if _, err := policies.ReadBaseline([]byte(bad)); err == nil {
			t.Errorf("%s: ReadBaseline succeeds", name)
		}
	}
	if b, err := policies.ReadBaseline([]byte(`{"version": 1, "findings": [` + entry + `]}`)); err != nil || b.Len() != 1 {
		t.Errorf("ReadBaseline of one entry: %v, %v", b, err)
	}
}

func TestBaselineApply(t *testing.T) {
	t.Parallel()
	known := found("Task", "./train", "fit", "hostpath", "spec.volumes[data]")
	mended := found("Task", "./train", "fit", "hostpath", "spec.volumes[etc]")
	idle := found("Task", "./train", "fit", "cpu-limit-set", "spec")
	locked := found("Task", "./train", "fit", "privileged", "spec.containers[a]")
	elsewhere := found("Task", "./other", "job", "hostpath", "spec.volumes[data]")
	fresh := found("PodTemplate", "./train", "gpu", "hostpath", "spec.volumes[data]")
	b := policies.NewBaseline(finding.List{known, mended, idle, locked, elsewhere}, nil)

	moved := known
	moved.Origins = []provenance.Origin{{Pos: provenance.Position{Filename: "moved.cue", Line: 99}}}
	scope := waiverScope()
	scope.Partial = true
	kept, waived, gone := b.Apply(finding.List{fresh, moved, known, locked}, scope)
	if diff := cmp.Diff(finding.List{fresh, known, locked}, kept); diff != "" {
		t.Errorf("kept: the new one, the second of its kind, and the locked one (-want +got):\n%s", diff)
	}
	want := []finding.Waived{{Finding: moved, By: "baseline", Reason: "known since the baseline was written"}}
	if diff := cmp.Diff(want, waived); diff != "" {
		t.Errorf("waived (-want +got):\n%s", diff)
	}
	// The locked one is never known, so its entry stands for nothing.
	if got, want := messages(gone), "spec.volumes[etc]: the baseline still has hostpath here, which is mended: a message\n"+
		"spec.containers[a]: the baseline still has privileged here, which is mended: a message"; got != want {
		t.Errorf("gone:\n got %s\nwant %s", got, want)
	}
	scope.Partial = false
	if _, _, gone := b.Apply(finding.List{known}, scope); len(gone) != 3 {
		t.Errorf("%d entries are gone in a run of everything, want 3: %v", len(gone), messages(gone))
	}
}

// What is gone from a module is known where the module was looked at as a whole, and
// of what is in none where it was looked at itself.
func TestBaselineOfModules(t *testing.T) {
	t.Parallel()
	of := func(module, pkg, name string) finding.Finding {
		f := found("Task", pkg, name, "hostpath", "spec")
		f.Object.Module = module
		return f
	}
	manifest := found("Pod", "", "p", "hostpath", "spec")
	manifest.Object.Stage = finding.StageManifest
	b := policies.NewBaseline(finding.List{of("example.com/a", "./train", "old"), of("example.com/b", "./train", "old"), of("example.com/b", "./train", "fit"), manifest}, nil)
	scope := &policies.Scope{Partial: true, Modules: []string{"example.com/a"}}
	scope.Objects = []policies.ScopeObject{{Object: of("example.com/b", "./train", "fit").Object}}
	var got []string
	_, _, gone := b.Apply(nil, scope)
	for _, f := range gone {
		got = append(got, f.Object.Module+" "+f.Object.Name)
	}
	if diff := cmp.Diff([]string{"example.com/a old", "example.com/b fit"}, got); diff != "" {
		t.Errorf("gone (-want +got):\n%s", diff)
	}
	if n := b.Shrink(nil, scope).Len(); n != 2 {
		t.Errorf("%d entries are left, want the manifest's and the one of the other module", n)
	}
}

func messages(l finding.List) string {
	lines := make([]string, len(l))
	for i, f := range l {
		lines[i] = f.String()
	}
	return strings.Join(lines, "\n")
}

// Whatever is found, writing a baseline again only removes, and what it keeps is
// what Apply takes off the list.
func TestBaselineOnlyShrinks(t *testing.T) {
	t.Parallel()
	rnd := rand.New(rand.NewPCG(1, 2))
	paths := []provenance.Path{"spec.a", "spec.b", "spec.c", "spec.d"}
	some := func() finding.List {
		var l finding.List
		for range rnd.IntN(8) {
			l = append(l, found("Task", "./train", "fit", "hostpath", paths[rnd.IntN(len(paths))]))
		}
		return l
	}
	for range 500 {
		first, later := some(), some()
		b := policies.NewBaseline(first, nil)
		if b.Len() != len(first) {
			t.Fatalf("NewBaseline knows %d of %d findings", b.Len(), len(first))
		}
		shrunk := b.Shrink(later, waiverScope())
		_, waived, _ := b.Apply(later, waiverScope())
		if shrunk.Len() != len(waived) {
			t.Fatalf("Shrink keeps %d findings of %v, Apply knows %d of %v", shrunk.Len(), first, len(waived), later)
		}
		kept, again, gone := shrunk.Apply(later, waiverScope())
		if len(again) != len(waived) || len(kept)+len(again) != len(later) || len(gone) != 0 {
			t.Fatalf("after Shrink: %d kept, %d known, %d gone, want %d known and none gone", len(kept), len(again), len(gone), len(waived))
		}
		if second := shrunk.Shrink(some(), waiverScope()); second.Len() > shrunk.Len() {
			t.Fatal("a baseline has grown")
		}
	}
}
