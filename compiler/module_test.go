package compiler_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/compiler"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/schema"
)

const (
	moduleFile = "module: \"example.com/team\"\nlanguage: version: \"v0.15.0\"\n"
	goodFile   = "package team\n\nimport \"github.com/podcue/podcue/schema\"\n\ntemplates: [_]: schema.#PodTemplate\ntemplates: gpu: podSpec: containers: [{name: \"main\"}]\n"
)

// write writes files into a new folder and returns its name.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(data), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// compiled returns what compiled, a line for each template, and the findings.
func compiled(t *testing.T, cfg *compiler.Config, patterns ...string) ([]string, string) {
	t.Helper()
	p, err := compiler.Compile(cfg, patterns...)
	var list finding.List
	if err != nil && !errors.As(err, &list) {
		t.Fatal(err)
	}
	var names []string
	for _, m := range p.Modules {
		for _, pkg := range m.Packages {
			for _, tmpl := range pkg.Templates {
				names = append(names, m.Root+" "+pkg.Path+":"+tmpl.Name+" "+tmpl.Pos.String())
			}
		}
	}
	return names, renderFindings(list)
}

func wantCompiled(t *testing.T, cfg *compiler.Config, patterns []string, want ...string) {
	t.Helper()
	got, findings := compiled(t, cfg, patterns...)
	if findings != "" {
		t.Errorf("findings:\n%s", findings)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A copy of the schema in cue.mod is used as it is, without a word while it is
// this podcue's.
func TestVendored(t *testing.T) {
	t.Parallel()
	files := map[string]string{"cue.mod/module.cue": moduleFile, "team.cue": goodFile}
	for name, data := range schema.Vendored() {
		files[name] = string(data)
	}
	wantCompiled(t, &compiler.Config{Dir: write(t, files)}, nil, ". .:gpu team.cue:6:12")
}

// A stale copy is used too, and podcue says so.
func TestVendoredStale(t *testing.T) {
	t.Parallel()
	files := map[string]string{"cue.mod/module.cue": moduleFile, "team.cue": goodFile}
	for name, data := range schema.Vendored() {
		files[name] = strings.Replace(string(data), "version "+schema.Version(), "version 0123456789ab", 1)
	}
	name := schema.VendorDir + "/podtemplate.cue"
	files[name] = strings.Replace(files[name], "podSpec?:", "oldName?: string\n\tpodSpec?:", 1)
	files["old.cue"] = "package team\n\ntemplates: gpu: oldName: \"x\"\n"
	p, err := compiler.Compile(&compiler.Config{Dir: write(t, files)}, ".")
	var list finding.List
	if !errors.As(err, &list) || len(list) != 2 || p == nil {
		t.Fatalf("got %v", err)
	}
	stale := list[0]
	if stale.ID != finding.IDSchema || stale.Severity != finding.Warning || !strings.Contains(stale.Message, "0123456789ab") {
		t.Errorf("got %v %+v", stale.Severity, stale)
	}
}

// The schema as a dependency of the module: it is the embedded one, so that
// nothing is fetched.
func TestDependency(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"cue.mod/module.cue": moduleFile + "deps: \"github.com/podcue/podcue@v0\": v: \"v0.1.0\"\n",
		"team/team.cue":      goodFile,
		"team/bad/bad.cue":   "package bad\n\ntemplates: gpu: podSpec: containers: [{nam: \"main\"}]\n",
	}
	got, findings := compiled(t, &compiler.Config{Dir: write(t, files)}, "./...")
	if diff := cmp.Diff([]string{". ./team:gpu team/team.cue:6:12"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if !strings.Contains(findings, "team/bad/bad.cue:3:40: error[schema] PodTemplate/gpu in ./team/bad spec.containers[0].nam: unknown field nam; did you mean name?") &&
		!strings.Contains(findings, "team/bad/bad.cue:3:40: error[cue] PodTemplate/gpu in ./team/bad spec.containers[0].nam: unknown field nam; did you mean name?") {
		t.Errorf("findings:\n%s", findings)
	}
}

// A dependency that is in no cache is a finding, at once and without the network.
func TestDependencyMissing(t *testing.T) {
	t.Setenv("CUE_CACHE_DIR", t.TempDir())
	files := map[string]string{
		"cue.mod/module.cue": moduleFile + "deps: \"example.com/bases@v0\": v: \"v0.1.0\"\n",
		"ok/ok.cue":          "package ok\n\ntemplates: ok: podSpec: containers: [{name: \"main\"}]\n",
		"bad/bad.cue":        "package bad\n\nimport \"example.com/bases\"\n\ntemplates: gpu: bases.#Base\n",
	}
	got, findings := compiled(t, &compiler.Config{Dir: write(t, files)}, "./...")
	if diff := cmp.Diff([]string{". ./ok:ok ok/ok.cue:3:12"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if !strings.Contains(findings, "bad/bad.cue:3:8: error[cue] Package/./bad in ./bad: module example.com/bases@v0.1.0 is not in the module cache, and podcue uses no network") {
		t.Errorf("findings:\n%s", findings)
	}
}

// Both ways at once are one too many.
func TestDependencyAndVendored(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"cue.mod/module.cue": moduleFile + "deps: \"github.com/podcue/podcue@v0\": v: \"v0.1.0\"\n",
		"team.cue":           goodFile,
	}
	for name, data := range schema.Vendored() {
		files[name] = string(data)
	}
	_, findings := compiled(t, &compiler.Config{Dir: write(t, files)}, ".")
	if !strings.Contains(findings, "is found twice") || !strings.HasPrefix(findings, "team.cue:3:8: error[cue]") {
		t.Errorf("findings:\n%s", findings)
	}
}

// A pattern may reach into several modules, each with its own platform; a module
// within a module is one of its own.
func TestModules(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{
		"a/cue.mod/module.cue":        "module: \"example.com/a\"\nlanguage: version: \"v0.15.0\"\n",
		"a/podcue.cue":                "package podcue\n\nprofile: \"flyte@v1.16\"\n",
		"a/train/train.cue":           "package train\n\ntemplates: gpu: podSpec: containers: [{name: \"main\"}]\n",
		"a/nested/cue.mod/module.cue": "module: \"example.com/nested\"\nlanguage: version: \"v0.15.0\"\n",
		"a/nested/n.cue":              "package nested\n\ntemplates: gpu: podSpec: containers: [{name: \"main\"}]\n",
		"b/cue.mod/module.cue":        "module: \"example.com/b@v1\"\nlanguage: version: \"v0.15.0\"\n",
		"b/lib/lib.cue":               "package lib\n\n#Base: podSpec?: {...}\n",
		"b/b.cue":                     "package b\n\nimport \"example.com/b/lib@v1\"\n\ntemplates: gpu: podSpec: containers: [{name: \"main\"}]\n_x: lib.#Base\n",
		"loose/x.cue":                 "package x\n",
	})
	wantCompiled(t, &compiler.Config{Dir: dir}, []string{"./..."},
		"a ./a/train:gpu a/train/train.cue:3:12",
		"a/nested ./a/nested:gpu a/nested/n.cue:3:12",
		"b ./b:gpu b/b.cue:5:12",
	)
	p, err := compiler.Compile(&compiler.Config{Dir: filepath.Join(dir, "a", "train")}, ".", "../nested", "../../b")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range p.Modules {
		line := m.Root + " " + m.Path
		if m.Platform != nil {
			line += " " + string(m.Platform.JSON) + " " + m.Platform.Pos.String()
		}
		got = append(got, line)
		for _, pkg := range m.Packages {
			got = append(got, pkg.Path+" "+pkg.ImportPath)
		}
	}
	want := []string{
		".. example.com/a {\"profile\":\"flyte@v1.16\"} ../podcue.cue:1:1",
		". example.com/a/train",
		"../../b example.com/b",
		"../../b example.com/b",
		"../nested example.com/nested",
		"../nested example.com/nested",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// Nothing outside the module is read, however a link leads there.
func TestSymlinks(t *testing.T) {
	t.Parallel()
	outside := write(t, map[string]string{"secret.cue": "package secret\n\n#Secret: \"x\"\n", "team.cue": goodFile})
	dir := write(t, map[string]string{
		"cue.mod/module.cue": moduleFile,
		"ok/ok.cue":          "package ok\n\ntemplates: ok: podSpec: containers: [{name: \"main\"}]\n",
		"a/real.cue":         goodFile,
		"uses/uses.cue":      "package uses\n\nimport \"example.com/team/out:secret\"\n\ntemplates: gpu: labels: a: secret.#Secret\n",
	})
	for link, to := range map[string]string{
		"bad.cue": filepath.Join(outside, "team.cue"), "out": outside, "a/again.cue": "real.cue", "pipe.cue": os.DevNull,
	} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Skipf("no symbolic links here: %v", err)
		}
	}
	got, findings := compiled(t, &compiler.Config{Dir: dir}, "./...")
	if diff := cmp.Diff([]string{". ./a:gpu a/again.cue:6:12", ". ./ok:ok ok/ok.cue:3:12"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	for _, want := range []string{
		"bad.cue: error[cue] Package/. in .: bad.cue is a link that leads out of the module",
		"pipe.cue is a link that leads out of the module",
		"uses/uses.cue:3:8: error[cue] Package/./uses in ./uses: there is no package example.com/team/out",
	} {
		if !strings.Contains(findings, want) {
			t.Errorf("no finding %q in:\n%s", want, findings)
		}
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	cfg := &compiler.Config{Dir: t.TempDir(), Timeout: time.Nanosecond, Overlay: map[string][]byte{
		"cue.mod/module.cue": []byte(moduleFile), "team.cue": []byte(goodFile),
	}}
	p, err := compiler.Compile(cfg, ".")
	if !errors.Is(err, compiler.ErrTimeout) || p != nil {
		t.Errorf("got %v, %v", p, err)
	}
}

// What cannot be CUE is one finding with the file's name.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ data, want string }{
		"binary":       {"package team\n\x00\x01", "is no text: it has a byte 0"},
		"encoding":     {"package team\nx: \"caf\xe9\"\n", "is not UTF-8: it has the byte 0xe9"},
		"large":        {"package team\n" + strings.Repeat("// padding\n", 500_000), "is larger than 4 MiB"},
		"deep structs": {"package team\nx: " + strings.Repeat("{a: ", 600) + "1" + strings.Repeat("}", 600), "nested more than 500 levels deep"},
		"deep chain":   {"package team\nx: " + strings.Repeat("a: ", 600) + "1\n", "nested more than 500 levels deep"},
		"deep lists":   {"package team\nx: " + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000), "exceeds maximum nesting depth"},
		"deep parens":  {"package team\nx: " + strings.Repeat("(", 2_000) + "1" + strings.Repeat(")", 2_000), "nested more than 500 levels deep"},
		"deep not":     {"package team\nx: " + strings.Repeat("!", 5_000) + "true", "nested more than 500 levels deep"},
		"long sum":     {"package team\nx: 1" + strings.Repeat("+1", 20_000), "an expression of more than 10000 operands"},
		"unclosed":     {"package team\nx: " + strings.Repeat("{a: ", 100_000), "exceeds maximum nesting depth"},
		"yaml":         {"templates:\n  - a\n", "has no package clause"},
		"empty":        {"", "has no package clause"},
		"tabs":         {"\t\t\t", "has no package clause"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := compiler.Compile(&compiler.Config{Dir: t.TempDir(), Overlay: map[string][]byte{
				"cue.mod/module.cue": []byte(moduleFile), "team.cue": []byte(test.data),
			}}, ".")
			if err == nil || !strings.Contains(err.Error(), test.want) || len(err.Error()) > 300 {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
