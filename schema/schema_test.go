package schema_test

import (
	"bytes"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/load"
	"cuelang.org/go/cue/parser"
	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/schema"
)

// build returns the package or files that args name, relative to dir.
func build(t testing.TB, dir string, args ...string) cue.Value {
	t.Helper()
	return buildIn(t, cuecontext.New(), dir, args...)
}

func buildIn(t testing.TB, ctx *cue.Context, dir string, args ...string) cue.Value {
	t.Helper()
	inst := load.Instances(args, &load.Config{Dir: dir})[0]
	if inst.Err != nil {
		t.Fatal(inst.Err)
	}
	return ctx.BuildInstance(inst)
}

// sources returns the parsed files of the schema by name.
func sources(t testing.TB) map[string]*ast.File {
	t.Helper()
	entries, err := schema.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]*ast.File{}
	for _, e := range entries {
		data, err := schema.Files.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(e.Name(), data, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = f
	}
	return files
}

// TestVendored checks that a vendored copy says what version it is of, and
// differs from the schema by its first lines only.
func TestVendored(t *testing.T) {
	t.Parallel()
	vendored := schema.Vendored()
	var names []string
	for _, name := range slices.Sorted(maps.Keys(vendored)) {
		if path.Dir(name) != schema.VendorDir {
			t.Errorf("%s is not in %s", name, schema.VendorDir)
		}
		names = append(names, path.Base(name))
		if got := schema.VendoredVersion(vendored[name]); got != schema.Version() {
			t.Errorf("%s: version %q, want %q", name, got, schema.Version())
		}
		_, rest, _ := bytes.Cut(vendored[name], []byte("\n\n"))
		original, err := schema.Files.ReadFile(path.Base(name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(rest, original) {
			t.Errorf("%s is not the schema's file", name)
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(sources(t))), names); diff != "" {
		t.Errorf("vendored files (-want +got):\n%s", diff)
	}
	for _, other := range []string{"", "package schema\n", "// Schema of podcue", "// Schema of podcue, version "} {
		if got := schema.VendoredVersion([]byte(other)); got != "" {
			t.Errorf("VendoredVersion(%q) = %q, want none", other, got)
		}
	}
}

// TestDocumented checks that every definition and every field has a comment:
// editors show it.
func TestDocumented(t *testing.T) {
	t.Parallel()
	for name, f := range sources(t) {
		var fields func(at string, decls []ast.Decl)
		fields = func(at string, decls []ast.Decl) {
			for _, d := range decls {
				field, ok := d.(*ast.Field)
				if !ok {
					continue
				}
				label, _, err := ast.LabelName(field.Label)
				if err != nil {
					continue // a pattern
				}
				here := strings.TrimPrefix(at+"."+label, ".")
				if len(ast.Comments(field)) == 0 {
					t.Errorf("%s: %s has no comment", name, here)
				}
				if s, ok := field.Value.(*ast.StructLit); ok && s.Lbrace.IsValid() {
					fields(here, s.Elts)
				}
			}
		}
		fields("", f.Decls)
	}
}
