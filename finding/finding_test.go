package finding_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

func at(file string, line, column int) []provenance.Origin {
	return []provenance.Origin{
		{Layer: "flyte"}, // no position: never printed
		{Layer: "template", Pos: provenance.Position{Filename: file, Line: line, Column: column}},
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	f := finding.Finding{
		ID: "hostpath", Severity: finding.Error,
		Object:  finding.Object{Kind: "PodTemplate", Name: "gpu", Stage: finding.StageFinal},
		Path:    "spec.volumes[sock].hostPath.path",
		Message: "hostPath /var/run/docker.sock is a container runtime socket",
		Origins: at("train/gpu.cue", 12, 14),
		Help:    "mount a PersistentVolumeClaim",
		PSS:     &finding.PSS{Level: "baseline", Version: "1.37", Control: "hostPathVolumes"},
	}
	r := finding.Report{
		Findings: finding.List{f}, Checked: 2,
		Waived: []finding.Waived{{Finding: finding.Finding{ID: "x", Severity: finding.Info}, By: "waiver", Reason: "old", Owner: "me", Expires: "2027-01-01"}},
	}
	got, err := json.Marshal(&r)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"version":1,"findings":[{"id":"hostpath","severity":"error","object":{"kind":"PodTemplate","name":"gpu","stage":"final"},` +
		`"path":"spec.volumes[sock].hostPath.path","message":"hostPath /var/run/docker.sock is a container runtime socket",` +
		`"positions":[{"file":"train/gpu.cue","line":12,"column":14,"layer":"template"}],"help":"mount a PersistentVolumeClaim",` +
		`"pss":{"level":"baseline","version":"1.37","control":"hostPathVolumes"}}],` +
		`"waived":[{"id":"x","severity":"info","object":{"kind":"","name":""},"message":"","positions":[],` +
		`"waiver":{"by":"waiver","reason":"old","owner":"me","expires":"2027-01-01"}}],` +
		`"summary":{"checked":2,"errors":1,"warnings":0,"infos":0,"waived":1}}`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	var back finding.Finding
	one, _ := json.Marshal(f)
	if err := json.Unmarshal(one, &back); err != nil {
		t.Fatal(err)
	}
	f.Origins = f.Origins[1:]
	if diff := cmp.Diff(f, back); diff != "" {
		t.Errorf("reading back (-want +got):\n%s", diff)
	}
	empty, _ := json.Marshal(&finding.Report{})
	if want := `{"version":1,"findings":[],"waived":[],"summary":{"checked":0,"errors":0,"warnings":0,"infos":0,"waived":0}}`; string(empty) != want {
		t.Errorf("an empty report is %s", empty)
	}
}

func TestSortAndUnique(t *testing.T) {
	t.Parallel()
	l := finding.List{
		{ID: "b", Severity: finding.Warning, Message: "nowhere"},
		{ID: "a", Severity: finding.Warning, Message: "m", Origins: at("z.cue", 1, 1)},
		{ID: "a", Severity: finding.Error, Message: "m", Origins: at("a.cue", 10, 2)},
		{ID: "a", Severity: finding.Error, Message: "m", Origins: at("a.cue", 9, 30)},
		{ID: "a", Severity: finding.Error, Message: "m", Origins: at("a.cue", 10, 2), Object: finding.Object{Name: "another task"}},
	}
	var got []string
	for _, f := range l.Unique() {
		got = append(got, f.Severity.String()+" "+f.String())
	}
	want := []string{"error a.cue:9:30: m", "error a.cue:10:2: m", "warning z.cue:1:1: m", "warning nowhere"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// The server does not name the field in its messages.
func TestUniqueKeepsFieldsOfTheVerdictApart(t *testing.T) {
	t.Parallel()
	required := func(path provenance.Path, task string) finding.Finding {
		return finding.Finding{
			ID: finding.IDAPI, Severity: finding.Error, Path: path, Message: "Required value",
			Object: finding.Object{Kind: "Task", Name: task}, Origins: at("a.cue", 3, 1),
		}
	}
	l := finding.List{
		required("spec.containers[0].image", "fit"), required("spec.containers[0].name", "fit"),
		required("spec.containers[1].image", "serve"), // the same container, after another one
	}
	var got []string
	for _, f := range l.Unique() {
		got = append(got, string(f.Path))
	}
	if diff := cmp.Diff([]string{"spec.containers[0].image", "spec.containers[0].name"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestSeverity(t *testing.T) {
	t.Parallel()
	for _, s := range []finding.Severity{finding.Error, finding.Warning, finding.Info} {
		back, err := finding.ParseSeverity(s.String())
		if err != nil || back != s {
			t.Errorf("%v came back as %v, %v", s, back, err)
		}
	}
	if _, err := json.Marshal(finding.Finding{}); err == nil {
		t.Error("a finding without a severity was encoded")
	}
	if _, err := finding.ParseSeverity("fatal"); err == nil {
		t.Error("an unknown severity was accepted")
	}
	l := finding.List{{Severity: finding.Warning}}
	if l.AtLeast(finding.Error) || !l.AtLeast(finding.Warning) || !l.AtLeast(finding.Info) {
		t.Error("AtLeast is wrong about a warning")
	}
}
