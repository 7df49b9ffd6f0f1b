package compiler_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/podcue/podcue/compiler"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

var update = flag.Bool("update", false, "rewrite the want sections of testdata/*.txtar")

// TestGolden compiles the archives in testdata. An archive is a module: its
// files, and sections that begin with "want/":
//
//	want/findings  every finding as a person would read it
//	want/program   what compiled
//	want/fields    where the fields of the templates and tasks come from
//	want/error     the error of a compilation that could not run
//
// Lines of the comment that begin with "patterns:", "tags:" and "dir:" are
// arguments. An archive without a module file gets one.
func TestGolden(t *testing.T) {
	t.Parallel()
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			t.Parallel()
			golden(t, name)
		})
	}
}

func golden(t *testing.T, name string) {
	t.Helper()
	ar, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	cfg, patterns := arguments(t, ar)
	program, err := compiler.Compile(cfg, patterns...)
	got := map[string]string{}
	var list finding.List
	switch {
	case errors.As(err, &list):
		got["want/findings"] = renderFindings(list)
	case err != nil:
		got["want/error"] = strings.ReplaceAll(err.Error(), cfg.Dir, "DIR") + "\n"
	}
	if program != nil {
		got["want/program"] = renderProgram(program)
		if fields := renderFields(program); fields != "" && hasFile(ar, "want/fields") {
			got["want/fields"] = fields
		}
	}
	if *update {
		rewrite(t, name, ar, got)
		return
	}
	want := map[string]string{}
	for _, f := range ar.Files {
		if strings.HasPrefix(f.Name, "want/") {
			want[f.Name] = string(f.Data)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func hasFile(ar *txtar.Archive, name string) bool {
	for _, f := range ar.Files {
		if f.Name == name {
			return true
		}
	}
	return false
}

// arguments returns the configuration that compiles ar from memory: nothing is
// on disk.
func arguments(t *testing.T, ar *txtar.Archive) (*compiler.Config, []string) {
	t.Helper()
	cfg := &compiler.Config{Dir: filepath.Join(t.TempDir(), "project"), Overlay: map[string][]byte{}}
	patterns := []string{"./..."}
	for line := range strings.Lines(string(ar.Comment)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		switch key {
		case "patterns":
			patterns = strings.Fields(value)
		case "tags":
			cfg.Tags = strings.Fields(value)
		}
	}
	module := false
	for _, f := range ar.Files {
		if strings.HasPrefix(f.Name, "want/") {
			continue
		}
		module = module || strings.HasSuffix(f.Name, "cue.mod/module.cue") || f.Name == "no-module"
		cfg.Overlay[filepath.FromSlash(f.Name)] = f.Data
	}
	if !module {
		cfg.Overlay["cue.mod/module.cue"] = []byte("module: \"example.com/team\"\nlanguage: version: \"v0.15.0\"\n")
	}
	return cfg, patterns
}

func rewrite(t *testing.T, name string, ar *txtar.Archive, got map[string]string) {
	t.Helper()
	var files []txtar.File
	for _, f := range ar.Files {
		if !strings.HasPrefix(f.Name, "want/") {
			files = append(files, f)
		}
	}
	for _, section := range []string{"want/error", "want/findings", "want/program", "want/fields"} {
		if data, ok := got[section]; ok {
			files = append(files, txtar.File{Name: section, Data: []byte(data)})
		}
	}
	ar.Files = files
	if err := os.WriteFile(name, txtar.Format(ar), 0o666); err != nil {
		t.Fatal(err)
	}
}

// renderFindings prints findings nearly as the command does.
func renderFindings(list finding.List) string {
	var b strings.Builder
	for _, f := range list {
		fmt.Fprintf(&b, "%s: %s[%s] %s", f.Position(), f.Severity, f.ID, f.Object)
		if f.Object.Package != "" {
			fmt.Fprintf(&b, " in %s", f.Object.Package)
		}
		if f.Path != "" {
			fmt.Fprintf(&b, " %s", f.Path)
		}
		fmt.Fprintf(&b, ": %s\n", f.Message)
		for i, o := range f.Origins {
			if i > 0 {
				fmt.Fprintf(&b, "\talso %s\n", o.Pos)
			}
		}
		if f.Detail != "" {
			fmt.Fprintf(&b, "\t%s\n", f.Detail)
		}
		fmt.Fprintf(&b, "\thelp: %s\n", f.Help)
	}
	return b.String()
}

func renderProgram(p *compiler.Program) string {
	var b strings.Builder
	for _, m := range p.Modules {
		fmt.Fprintf(&b, "module %s at %s\n", m.Path, m.Root)
		if m.Platform != nil {
			fmt.Fprintf(&b, "\tplatform %s %s\n", m.Platform.Pos, m.Platform.JSON)
		}
		for _, pkg := range m.Packages {
			fmt.Fprintf(&b, "\tpackage %s %s\n", pkg.Path, pkg.ImportPath)
			for _, t := range pkg.Templates {
				pod, err := json.Marshal(t.Pod)
				if err != nil {
					return err.Error()
				}
				fmt.Fprintf(&b, "\t\ttemplate %s %s primary=%s used=%v\n\t\t\t%s\n", t.Name, t.Pos, t.PrimaryContainerName, t.Used, pod)
			}
			for _, t := range pkg.Tasks {
				template := "none"
				if t.Template != nil {
					template = t.Template.Package + ":" + t.Template.Name
				}
				fmt.Fprintf(&b, "\t\ttask %s %s template=%s\n\t\t\t%s\n", t.Name, t.Pos, template, t.JSON)
			}
		}
	}
	return b.String()
}

func renderFields(p *compiler.Program) string {
	var b strings.Builder
	show := func(title string, m provenance.Map) {
		fmt.Fprintf(&b, "%s\n", title)
		for _, path := range m.Paths() {
			fmt.Fprintf(&b, "\t%s\n", path)
			for _, o := range m[path] {
				fmt.Fprintf(&b, "\t\t%s %s %s %s\n", o.Pos, o.Layer, o.Rule, o.Value)
			}
		}
	}
	for _, m := range p.Modules {
		for _, pkg := range m.Packages {
			for _, t := range pkg.Templates {
				show("template "+t.Name, t.Fields())
			}
			for _, t := range pkg.Tasks {
				show("task "+t.Name, t.Fields())
			}
		}
		if m.Platform != nil {
			show("platform", m.Platform.Fields())
		}
	}
	lines := strings.Split(b.String(), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}
