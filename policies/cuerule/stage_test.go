package cuerule_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/policies/cuerule"
)

var update = flag.Bool("update", false, "write what the tests see as what they want")

// TestStage runs the archives of testdata. An archive is a module: its CUE files
// are loaded from ./policies, or the packages that the file "load" names, with
// the configuration config.json, and every pod*.yaml is checked. The section
// want has what is wrong with the policies, and then the findings.
func TestStage(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := stage(t, archive)
			for i := range archive.Files {
				if f := &archive.Files[i]; f.Name == "want" {
					if *update {
						f.Data = []byte(got)
						if err := os.WriteFile(file, txtar.Format(archive), 0o666); err != nil {
							t.Fatal(err)
						}
						return
					}
					if diff := cmp.Diff(string(f.Data), got); diff != "" {
						t.Errorf("-want +got:\n%s", diff)
					}
					return
				}
			}
			t.Error("the archive has no section want")
		})
	}
}

func stage(t *testing.T, archive *txtar.Archive) string {
	t.Helper()
	dir, patterns, config := t.TempDir(), []string{"./policies"}, []byte(nil)
	for _, f := range archive.Files {
		switch f.Name {
		case "load":
			patterns = strings.Fields(string(f.Data))
		case "config.json":
			config = f.Data
		default:
			write(t, filepath.Join(dir, f.Name), f.Data)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "cue.mod/module.cue")); err != nil {
		write(t, filepath.Join(dir, "cue.mod/module.cue"), []byte("module: \"example.com/project\"\nlanguage: version: \"v0.15.0\"\n"))
	}
	var out strings.Builder
	rules, err := cuerule.Load(&cuerule.Config{Dir: dir}, patterns...)
	var problems finding.List
	switch {
	case errors.As(err, &problems):
		list(&out, problems)
	case err != nil:
		fmt.Fprintf(&out, "error: %v\n", err)
		return out.String()
	}
	set, err := policies.Select(&policies.Selection{Policies: rules.Policies(), Disable: builtins(), Config: config, Others: rules.Broken()})
	if err != nil {
		fmt.Fprintf(&out, "error: %v\n", err)
		return out.String()
	}
	for _, f := range archive.Files {
		if strings.HasPrefix(f.Name, "pod") && strings.HasSuffix(f.Name, ".yaml") {
			fmt.Fprintf(&out, "%s:\n", f.Name)
			list(&out, policies.Check(subject(t, f.Data), set))
		}
	}
	return out.String()
}

func write(t testing.TB, name string, data []byte) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o777), os.WriteFile(name, data, 0o666)); err != nil {
		t.Fatal(err)
	}
}

func list(out *strings.Builder, l finding.List) {
	for _, f := range l {
		fmt.Fprintf(out, "%s: %s: %s: %s [%s]\n", f.Position(), f.Severity, f.Path, f.Message, f.ID)
		if f.ID == finding.IDCUE {
			fmt.Fprintf(out, "\thelp: %s\n", f.Help)
		}
	}
}

func subject(t testing.TB, data []byte) *policies.Subject {
	t.Helper()
	pod := &corev1.PodTemplateSpec{}
	if err := yaml.UnmarshalStrict(data, pod); err != nil {
		t.Fatal(err)
	}
	return &policies.Subject{Object: finding.Object{Kind: "Pod", Name: "p", Stage: finding.StageManifest}, Pod: pod, Primary: "primary"}
}

func builtins() []string {
	var ids []string
	for _, p := range policies.All() {
		ids = append(ids, p.ID)
	}
	return ids
}
