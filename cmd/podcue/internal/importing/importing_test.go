package importing_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/podcue/podcue/cmd/podcue/internal/importing"
	"github.com/podcue/podcue/finding"
)

var update = flag.Bool("update", false, "write what the tests get into their golden files")

// TestGolden checks the CUE that manifests become. An archive has the sources and
// want.cue; the comment's first line says what it shows, and "factor" in it asks
// for factoring.
func TestGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no test data", err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var sources []importing.Source
		want := -1
		for i, f := range archive.Files {
			if f.Name == "want.cue" {
				want = i
				continue
			}
			sources = append(sources, importing.Source{Name: f.Name, Data: f.Data})
		}
		if want < 0 {
			t.Fatalf("%s: no want.cue", file)
		}
		got, err := importing.Import(sources, importing.Options{Package: "p", Factor: bytes.Contains(archive.Comment, []byte("factor"))})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if *update {
			archive.Files[want].Data = got
			if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if diff := cmp.Diff(string(archive.Files[want].Data), string(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", file, diff)
		}
		if _, errs := compile(t, map[string]string{"p/import.cue": string(got)}); len(errs) > 0 {
			t.Errorf("%s: %v", file, errs)
		}
	}
}

// TestBadInput checks that what cannot be imported is an error with the file and
// the line, and that there is no result then, whatever else is imported.
func TestBadInput(t *testing.T) {
	t.Parallel()
	good := importing.Source{Name: "good.yaml", Data: []byte("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b}]}\n")}
	bomb := "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 'b'; i <= 'j'; i++ {
		ref := "*" + string(i-1)
		bomb += fmt.Sprintf("%c: &%c [%s]\n", i, i, strings.Repeat(ref+", ", 9)+ref)
	}
	head := "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n"
	tests := []struct {
		name, data, want string
		line             int
	}{
		{"empty", "", "no pod template", 1},
		{"comments only", "# nothing\n", "no pod template", 1},
		{"tab", head + "\t- name: a\n", "tab", 6},
		{"binary", "\x7fELF\x02\x01\x01\x00\x00\x00", "", 1},
		{"invalid UTF-8", head + "  - name: \"\xff\xfe\"\n    image: b\n", "UTF-8", 6},
		{"unclosed", head + "  - name: \"a\n", "", 6},
		{"anchors", bomb + "apiVersion: v1\nkind: Pod\nspec: {containers: *j}\n", "", 0},
		{"endless anchor", "apiVersion: v1\nkind: Pod\nspec: &a {containers: [*a]}\n", "", 3},
		{"unknown kind", "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n", "no pod template or task in it: the first document is a Service of apiVersion v1", 1},
		{"unknown apiVersion", "---\n# a\napiVersion: v9\nkind: Pod\nspec: {containers: [{name: a}]}\n", "no Pod in apiVersion v9", 3},
		{"unknown field", head + "  - name: a\n    imagePullPolcy: Always\n", `unknown field spec.containers[a].imagePullPolcy; did you mean "imagePullPolicy"?`, 7},
		{"wrong type", head + "  - name: a\n    stdin: 3\n", "", 7},
		{"key twice", head + "  - name: a\n    name: b\n", "twice", 7},
		{"large", head + strings.Repeat("  - name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n", 1_500_000), "", 1},
	}
	for _, tt := range tests {
		out, err := importing.Import([]importing.Source{good, {Name: "bad.yaml", Data: []byte(tt.data)}}, importing.Options{})
		var list finding.List
		if out != nil || !errors.As(err, &list) || len(list) == 0 {
			t.Errorf("%s: got %d bytes and the error %v", tt.name, len(out), err)
			continue
		}
		f := list[0]
		if len(f.Origins) == 0 || f.Origins[0].Pos.Filename != "bad.yaml" || tt.line > 0 && f.Origins[0].Pos.Line != tt.line {
			t.Errorf("%s: %q is at %v, want line %d", tt.name, f.Message, f.Origins, tt.line)
		}
		if !strings.Contains(f.Message, tt.want) || f.Message == "" {
			t.Errorf("%s: %q does not say %q", tt.name, f.Message, tt.want)
		}
	}
}

// FuzzImport checks that no input makes Import panic or write CUE that is none.
func FuzzImport(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		for _, src := range archive.Files {
			f.Add(src.Data, true)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, factor bool) {
		out, err := importing.Import([]importing.Source{{Name: "a.yaml", Data: data}, {Name: "b.yaml", Data: data}}, importing.Options{Factor: factor})
		var list finding.List
		if err != nil && !errors.As(err, &list) {
			t.Errorf("%v", err)
		}
		if (err == nil) == (out == nil) {
			t.Errorf("%d bytes and the error %v", len(out), err)
		}
	})
}
