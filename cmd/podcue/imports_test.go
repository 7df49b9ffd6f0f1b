package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// allowed says which packages each package of podcue may import beside the
// standard library: one of ours by its folder, others by the prefix of their
// path. Compiling, merging, validating and checking never import one another,
// so that a program can use one without the others.
var allowed = map[string][]string{
	"provenance": {},
	"finding":    {"provenance"},
	"schema":     {},
	"schema/gen": {"policies", "k8s.io/api", "k8s.io/apimachinery", "cuelang.org/go", "golang.org/x/tools"},
	"compiler": {"schema", "finding", "provenance", "cuelang.org/go", "k8s.io/api", "k8s.io/apimachinery",
		"sigs.k8s.io/json"},
	"merge":       {"finding", "provenance", "k8s.io/api", "k8s.io/apimachinery"},
	"merge/flyte": {"merge", "finding", "provenance", "k8s.io/api", "k8s.io/apimachinery", "k8s.io/utils/ptr", "google.golang.org/protobuf", "go.yaml.in/yaml/v3", "sigs.k8s.io/json"},
	"validation":  {"finding", "provenance", "k8s.io/", "sigs.k8s.io/json"}, // the only importer of k8s.io/kubernetes
	"policies":    {"finding", "provenance", "k8s.io/api", "k8s.io/apimachinery", "sigs.k8s.io/json"},
	"policies/pss": {"policies", "finding", "provenance", "k8s.io/api", "k8s.io/apimachinery",
		"k8s.io/pod-security-admission"},
	"policies/policytest": {"policies", "finding", "provenance", "k8s.io/api", "k8s.io/apimachinery", "go.yaml.in/yaml/v3", "sigs.k8s.io/yaml", "golang.org/x/tools"},
	"policies/cuerule":    {"policies", "schema", "finding", "provenance", "cuelang.org/go", "k8s.io/api", "k8s.io/apimachinery", "sigs.k8s.io/json"},

	"cmd/podcue":                      {"*"},
	"cmd/podcue/internal/encode":      {"finding", "provenance", "k8s.io/api", "k8s.io/apimachinery"},
	"cmd/podcue/internal/importing":   {"cmd/podcue/internal/manifest", "finding", "provenance", "schema", "cuelang.org/go", "k8s.io/api", "go.yaml.in/yaml/v3"},
	"cmd/podcue/internal/manifest":    {"finding", "provenance", "go.yaml.in/yaml/v3", "k8s.io/api", "k8s.io/apimachinery", "sigs.k8s.io/json"},
	"cmd/podcue/internal/explanation": {"finding", "provenance", "k8s.io/api"},
	"cmd/podcue/internal/podiff":      {"finding", "provenance"},
	"cmd/podcue/internal/report":      {"finding", "provenance"},
	"cmd/podcue/internal/revision":    {},
	"cmd/podcue/internal/scaffold":    {"github.com/rogpeppe/go-internal/txtar"},
	"internal/conformance":            {"*"},
	"internal/flytecases":             {"merge/flyte", "finding", "provenance", "k8s.io/api", "k8s.io/apimachinery"},
}

// TestImports holds the arrows between the packages. It reads the files itself
// rather than asking go list, so that the test cache sees every change.
func TestImports(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for file, imports := range goFiles(t, "../..") {
		pkg := path.Dir(file)
		seen[pkg] = true
		rules, ok := allowed[pkg]
		if !ok {
			t.Errorf("%s: package %s has no rule", file, pkg)
			continue
		}
		for _, imp := range imports {
			if !importAllowed(rules, imp) {
				t.Errorf("%s may not import %s", file, imp)
			}
		}
	}
	for _, pkg := range slices.Sorted(maps.Keys(allowed)) {
		if !seen[pkg] {
			t.Errorf("there is a rule for %s, but no such package", pkg)
		}
	}
}

func importAllowed(rules []string, imp string) bool {
	if first, _, _ := strings.Cut(imp, "/"); !strings.Contains(first, ".") {
		return true // the standard library
	}
	ours, isOurs := strings.CutPrefix(imp, modulePath+"/")
	for _, r := range rules {
		switch {
		case r == "*":
			return imp != "k8s.io/kubernetes" && !strings.HasPrefix(imp, "k8s.io/kubernetes/")
		case isOurs && r == ours:
			return true
		case !isOurs && strings.Contains(r, ".") && strings.HasPrefix(imp, r):
			return true
		}
	}
	return false
}

// goFiles returns the imports of every Go file below root that is not a test and
// not in a nested module or test data.
func goFiles(t *testing.T, root string) map[string][]string {
	t.Helper()
	files := map[string][]string{}
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if _, err := os.Stat(filepath.Join(p, "go.mod")); err == nil && p != root {
				return fs.SkipDir
			}
			if n := d.Name(); n == "testdata" || strings.HasPrefix(n, ".") && p != root {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		files[rel] = []string{}
		for _, spec := range f.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			files[rel] = append(files[rel], imp)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
