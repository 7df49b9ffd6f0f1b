package finding_test

import (
	"regexp"
	"testing"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

func TestFingerprint(t *testing.T) {
	t.Parallel()
	base := finding.Finding{
		ID: "hostpath", Severity: finding.Error,
		Object:  finding.Object{Kind: "PodTemplate", Name: "gpu", Package: "./train", Stage: finding.StageAuthored},
		Path:    "spec.volumes[data].hostPath",
		Message: "2 containers mount /data of the node",
		Origins: []provenance.Origin{{Pos: provenance.Position{Filename: "a.cue", Line: 3}}},
	}
	want := base.Fingerprint()
	if !regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString(want) {
		t.Errorf("Fingerprint() = %q, want 32 hexadecimal digits", want)
	}
	tests := []struct {
		name   string
		change func(*finding.Finding)
		same   bool
	}{
		{"nothing", func(*finding.Finding) {}, true},
		{"a moved line", func(f *finding.Finding) { f.Origins = nil }, true},
		{"the severity", func(f *finding.Finding) { f.Severity = finding.Info }, true},
		{"help and detail", func(f *finding.Finding) { f.Help, f.Detail = "help", "detail" }, true},
		{"the stage", func(f *finding.Finding) { f.Object.Stage = finding.StageFinal }, true},
		{"a count", func(f *finding.Finding) { f.Message = "31 containers mount /data of the node" }, true},
		{"the value", func(f *finding.Finding) { f.Message = "2 containers mount /etc of the node" }, false},
		{"a number in a word", func(f *finding.Finding) { f.Message = "2 containers mount /data2 of the node" }, false},
		{"the id", func(f *finding.Finding) { f.ID = "hostpath-writable" }, false},
		{"the name", func(f *finding.Finding) { f.Object.Name = "cpu" }, false},
		{"the kind", func(f *finding.Finding) { f.Object.Kind = "Task" }, false},
		{"the package", func(f *finding.Finding) { f.Object.Package = "./eval" }, false},
		{"the module", func(f *finding.Finding) { f.Object.Module = "example.com/a" }, false},
		{"the path", func(f *finding.Finding) { f.Path = "spec.volumes[etc].hostPath" }, false},
		{"where one part ends", func(f *finding.Finding) { f.Object.Package, f.Object.Name = "./traing", "pu" }, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := base
			test.change(&f)
			if got := f.Fingerprint(); (got == want) != test.same {
				t.Errorf("Fingerprint() = %s, want same = %t as %s", got, test.same, want)
			}
		})
	}
}

// The digits are written to baselines, so they may not change.
func TestFingerprintIsStable(t *testing.T) {
	t.Parallel()
	f := finding.Finding{ID: "hostpath", Object: finding.Object{Kind: "PodTemplate", Name: "gpu"}, Path: "spec", Message: "a message"}
	if got, want := f.Fingerprint(), "17f9aa6fccb6027b2087f905a1112fc9"; got != want {
		t.Errorf("Fingerprint() = %s, want %s", got, want)
	}
}
