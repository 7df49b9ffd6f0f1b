package policies_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/provenance"
)

func waiverScope() *policies.Scope {
	return &policies.Scope{
		Today:  time.Date(2030, 6, 15, 23, 59, 0, 0, time.FixedZone("far east", 14*3600)),
		IDs:    []string{"hostpath", "privileged", "cpu-limit-set", "merge-list-append"},
		Idle:   []string{"cpu-limit-set"},
		Locked: []string{"privileged"},
		Objects: []policies.ScopeObject{
			{Object: finding.Object{Kind: "PodTemplate", Name: "gpu", Package: "./train"}},
			{Object: finding.Object{Kind: "PodTemplate", Name: "gpu", Package: "./serve"}},
			{Object: finding.Object{Kind: "Task", Name: "fit", Package: "./train"}, Template: "gpu"},
			{Object: finding.Object{Kind: "Task", Name: "eval", Package: "./eval"}, Template: "gpu", TemplatePackage: "./train"},
			{Object: finding.Object{Kind: "Deployment", Name: "web", Stage: finding.StageManifest}},
		},
	}
}

func found(kind, pkg, name, id string, path provenance.Path) finding.Finding {
	return finding.Finding{
		ID: id, Severity: finding.Error, Path: path, Message: "a message", Detail: "Why.",
		Object: finding.Object{Kind: kind, Name: name, Package: pkg, Stage: finding.StageFinal},
	}
}

func manifest(f finding.Finding) finding.Finding {
	f.Object.Stage = finding.StageManifest
	return f
}

func TestWaiverTargets(t *testing.T) {
	t.Parallel()
	volume := provenance.Path("spec.volumes[data].hostPath")
	tests := []struct {
		name   string
		target policies.Target
		f      finding.Finding
		want   bool
	}{
		{"template", policies.Target{Template: "gpu"}, found("PodTemplate", "./train", "gpu", "hostpath", volume), true},
		{"another template", policies.Target{Template: "gpu"}, found("PodTemplate", "./train", "cpu", "hostpath", volume), false},
		{"qualified template", policies.Target{Template: "./train:gpu"}, found("PodTemplate", "./train", "gpu", "hostpath", volume), true},
		{"template of another package", policies.Target{Template: "./train:gpu"}, found("PodTemplate", "./serve", "gpu", "hostpath", volume), false},
		{"package without ./", policies.Target{Template: "train:gpu"}, found("PodTemplate", "./train", "gpu", "hostpath", volume), true},
		{"task that uses the template", policies.Target{Template: "gpu"}, found("Task", "./train", "fit", "hostpath", volume), true},
		{"task of another package that does", policies.Target{Template: "./train:gpu"}, found("Task", "./eval", "eval", "hostpath", volume), true},
		{"task", policies.Target{Task: "fit"}, found("Task", "./train", "fit", "hostpath", volume), true},
		{"task is not its template", policies.Target{Task: "fit"}, found("PodTemplate", "./train", "gpu", "hostpath", volume), false},
		{"manifest", policies.Target{Template: "web"}, manifest(found("Deployment", "", "web", "hostpath", volume)), true},
		{"another manifest", policies.Target{Template: "web"}, manifest(found("Deployment", "", "api", "hostpath", volume)), false},
		{"path", policies.Target{Path: "spec.volumes[data]"}, found("Task", "./train", "fit", "hostpath", volume), true},
		{"the very path", policies.Target{Path: volume}, found("Task", "./train", "fit", "hostpath", volume), true},
		{"path above is not covered", policies.Target{Path: volume + ".path"}, found("Task", "./train", "fit", "hostpath", volume), false},
		{"sibling with the same start", policies.Target{Path: "spec.volumes[dat]"}, found("Task", "./train", "fit", "hostpath", volume), false},
		{"path as the template has it", policies.Target{Path: "podSpec.volumes[data]"}, found("Task", "./train", "fit", "hostpath", volume), true},
		{"label with a dot", policies.Target{Path: "labels.team"}, found("Task", "./train", "fit", "hostpath", "metadata.labels[team]"), true},
		{"port without protocol", policies.Target{Path: "spec.containers[a].ports[8080]"}, found("Task", "./train", "fit", "hostpath", "spec.containers[a].ports[8080/TCP].hostPort"), true},
		{"finding without a path", policies.Target{Path: "spec"}, found("Task", "./train", "fit", "hostpath", ""), false},
		{"container", policies.Target{Container: "mesh"}, found("Task", "./train", "fit", "hostpath", "spec.initContainers[mesh].image"), true},
		{"container of a manifest", policies.Target{Container: "mesh"}, found("Deployment", "", "web", "hostpath", "spec.template.spec.containers[mesh].image"), true},
		{"another container", policies.Target{Container: "mesh"}, found("Task", "./train", "fit", "hostpath", "spec.containers[primary].image"), false},
		{"a volume of the name", policies.Target{Container: "data"}, found("Task", "./train", "fit", "hostpath", volume), false},
		{"template and container", policies.Target{Template: "gpu", Container: "mesh"}, found("Task", "./train", "fit", "hostpath", "spec.containers[primary]"), false},
		{"another id", policies.Target{Template: "gpu"}, found("PodTemplate", "./train", "gpu", "privileged", volume), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := policies.Waiver{ID: "hostpath", Target: test.target, Reason: "r", Owner: "o", Expires: "2030-06-15", Name: "waivers[0]"}
			kept, waived, about := policies.ApplyWaivers(finding.List{test.f}, []policies.Waiver{w}, waiverScope())
			if got := len(waived) == 1; got != test.want || len(kept)+len(waived) != 1 {
				t.Errorf("waived = %t (%d kept), want %t", got, len(kept), test.want)
			}
			if unused := len(about) == 1; unused == test.want {
				t.Errorf("the waiver is unused = %t, want %t: %v", unused, !test.want, about)
			}
		})
	}
}

func TestWaiverProblems(t *testing.T) {
	t.Parallel()
	base := policies.Waiver{
		ID: "hostpath", Target: policies.Target{Template: "gpu"}, Reason: "the driver is late", Owner: "storage", Expires: "2030-06-15", Name: "waivers[0]",
		Pos: provenance.Position{Filename: "waivers.cue", Line: 3},
	}
	hit := found("PodTemplate", "./train", "gpu", "hostpath", "spec.volumes[data].hostPath")
	tests := []struct {
		name   string
		change func(*policies.Waiver, *policies.Scope)
		kept   bool
		about  string // severity: path: message
	}{
		{"holds on its last day", func(*policies.Waiver, *policies.Scope) {}, false, ""},
		{"expired", func(w *policies.Waiver, _ *policies.Scope) { w.Expires = "2030-06-14" }, true,
			"warning: waivers[0].expires: the waiver of storage for hostpath expired on 2030-06-14"},
		{"expired and unused", func(w *policies.Waiver, _ *policies.Scope) {
			w.Expires, w.Target.Template = "2030-06-14", "./serve:gpu"
		}, true,
			"warning: waivers[0]: the waiver of storage for hostpath covers nothing"},
		{"no date", func(w *policies.Waiver, _ *policies.Scope) { w.Expires = "2030-02-30" }, true,
			`error: waivers[0].expires: "2030-02-30" is not a day`},
		{"unknown id", func(w *policies.Waiver, _ *policies.Scope) { w.ID = "hostpaths" }, true,
			`error: waivers[0].id: the waiver is for "hostpaths", which is no policy and no hazard; did you mean hostpath?`},
		{"unknown template", func(w *policies.Waiver, _ *policies.Scope) { w.Target.Template = "gpus" }, true,
			`error: waivers[0].target.template: the waiver is for the template "gpus", which does not exist; did you mean gpu?`},
		{"unknown task", func(w *policies.Waiver, _ *policies.Scope) { w.Target = policies.Target{Task: "fit2"} }, true,
			`error: waivers[0].target.task: the waiver is for the task "fit2", which does not exist; did you mean fit?`},
		{"unknown task of a package", func(w *policies.Waiver, _ *policies.Scope) { w.Target = policies.Target{Task: "./train:fi"} }, true,
			`error: waivers[0].target.task: the waiver is for the task "./train:fi", which does not exist; did you mean ./train:fit?`},
		{"no target", func(w *policies.Waiver, _ *policies.Scope) { w.Target = policies.Target{} }, true,
			"error: waivers[0].target: the waiver names no target"},
		{"two targets", func(w *policies.Waiver, _ *policies.Scope) { w.Target.Task = "fit" }, true,
			"error: waivers[0].target: the waiver names both a template and a task"},
		{"unknown template in a partial run", func(w *policies.Waiver, s *policies.Scope) { w.Target.Template, s.Partial = "other", true }, true, ""},
		{"unused path in a partial run", func(w *policies.Waiver, s *policies.Scope) {
			w.Target, s.Partial = policies.Target{Path: "spec.hostNetwork"}, true
		}, true, ""},
		{"unused but switched off", func(w *policies.Waiver, _ *policies.Scope) { w.ID = "cpu-limit-set" }, true, ""},
		{"locked in the configuration", func(w *policies.Waiver, s *policies.Scope) { s.Locked = []string{"hostpath"} }, false, ""},
		{"locked and inline", func(w *policies.Waiver, s *policies.Scope) {
			w.Inline, w.Name, s.Locked = true, "spec.volumes[data]", []string{"hostpath"}
		}, true, "error: spec.volumes[data]: hostpath is locked: a waiver beside the value does not count"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w, scope := base, waiverScope()
			test.change(&w, scope)
			kept, waived, about := policies.ApplyWaivers(finding.List{hit}, []policies.Waiver{w}, scope)
			if got := len(kept) == 1; got != test.kept || len(kept)+len(waived) != 1 {
				t.Errorf("kept = %t (%d waived), want %t", got, len(waived), test.kept)
			}
			var lines []string
			for _, f := range about {
				lines = append(lines, f.Severity.String()+": "+string(f.Path)+": "+f.Message)
				if f.ID != finding.IDWaiver || f.Help == "" || f.Position() != w.Pos {
					t.Errorf("finding %+v has a wrong id, no help or a wrong position", f)
				}
			}
			if got := strings.Join(lines, "\n"); got != test.about {
				t.Errorf("about waivers:\n got %s\nwant %s", got, test.about)
			}
		})
	}
}

func TestExpiredWaiverIsInTheDetail(t *testing.T) {
	t.Parallel()
	w := policies.Waiver{ID: "hostpath", Target: policies.Target{Task: "fit"}, Reason: "the driver is late", Owner: "storage", Expires: "2029-12-31"}
	f := found("Task", "./train", "fit", "hostpath", "spec.volumes[data]")
	kept, _, _ := policies.ApplyWaivers(finding.List{f}, []policies.Waiver{w}, waiverScope())
	if want := "Why. A waiver of storage covered it until 2029-12-31: the driver is late."; len(kept) != 1 || kept[0].Detail != want {
		t.Errorf("kept %+v, want the detail %q", kept, want)
	}
	if kept[0].Fingerprint() != f.Fingerprint() {
		t.Error("an expired waiver changes the finding's fingerprint")
	}
	if f.Detail != "Why." {
		t.Error("the argument was changed")
	}
}

// Of two waivers, the one that holds counts; both are in use.
func TestRenewedWaiver(t *testing.T) {
	t.Parallel()
	old := policies.Waiver{ID: "hostpath", Target: policies.Target{Task: "fit"}, Reason: "old", Owner: "a", Expires: "2029-12-31", Name: "waivers[0]"}
	renewed := policies.Waiver{ID: "hostpath", Target: policies.Target{Path: "spec.volumes"}, Reason: "new", Owner: "b", Expires: "2031-12-31", Name: "waivers[1]"}
	f := found("Task", "./train", "fit", "hostpath", "spec.volumes[data]")
	kept, waived, about := policies.ApplyWaivers(finding.List{f}, []policies.Waiver{old, renewed}, waiverScope())
	want := []finding.Waived{{
		Finding: f, By: "waiver", Reason: "new", Owner: "b", Expires: "2031-12-31", Waiver: finding.Object{Kind: "Waiver", Name: "waivers[1]"},
	}}
	if diff := cmp.Diff(want, waived); diff != "" || len(kept) != 0 {
		t.Errorf("waived (-want +got):\n%s", diff)
	}
	if len(about) != 1 || about[0].Path != "waivers[0].expires" {
		t.Errorf("about waivers: %v, want the old one alone", about)
	}
}

func TestDecodeWaivers(t *testing.T) {
	t.Parallel()
	fields := provenance.Map{}
	at := func(line int) provenance.Origin {
		return provenance.Origin{Layer: provenance.LayerConfig, Pos: provenance.Position{Filename: "waivers.cue", Line: line}}
	}
	fields.Add("waivers[0].id", at(3))
	fields.Add("waivers[0].expires", at(7))
	fields.Add("waivers[1].id", at(10))
	data := `[{"id": "hostpath", "target": {"template": "gpu", "path": "spec.volumes"}, "reason": "r", "owner": "o", "expires": "2029-01-01"},
	          {"id": "privileged", "target": {"container": "mesh"}, "reason": "r2", "owner": "o2", "expires": "2031-01-01", "ticket": "T-1"}]`
	got, err := policies.DecodeWaivers([]byte(data), fields)
	if err != nil {
		t.Fatal(err)
	}
	want := []policies.Waiver{{
		ID: "hostpath", Target: policies.Target{Template: "gpu", Path: "spec.volumes"}, Reason: "r", Owner: "o", Expires: "2029-01-01",
		Name: "waivers[0]", Pos: provenance.Position{Filename: "waivers.cue", Line: 3},
		Fields: provenance.Map{"id": {at(3)}, "expires": {at(7)}},
	}, {
		ID: "privileged", Target: policies.Target{Container: "mesh"}, Reason: "r2", Owner: "o2", Expires: "2031-01-01", Ticket: "T-1",
		Name: "waivers[1]", Pos: provenance.Position{Filename: "waivers.cue", Line: 10},
		Fields: provenance.Map{"id": {at(10)}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("DecodeWaivers (-want +got):\n%s", diff)
	}
	f := found("PodTemplate", "./train", "gpu", "hostpath", "spec.volumes[data]")
	_, _, about := policies.ApplyWaivers(finding.List{f}, got[:1], waiverScope())
	if len(about) != 1 || about[0].Position().Line != 7 || about[0].Origins[0].Layer != provenance.LayerPolicy {
		t.Errorf("about waivers: %+v, want the position of expires", about)
	}
	for _, bad := range []string{`{}`, `[{"check": "hostpath"}]`, `[`} {
		if _, err := policies.DecodeWaivers([]byte(bad), nil); err == nil {
			t.Errorf("DecodeWaivers(%s) succeeds", bad)
		}
	}
	if ws, err := policies.DecodeWaivers(nil, nil); len(ws) != 0 || err != nil {
		t.Errorf("DecodeWaivers(nil) = %v, %v", ws, err)
	}
}
