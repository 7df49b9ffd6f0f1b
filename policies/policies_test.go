package policies_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/policies/policytest"
)

// Every policy flags what its test data says, on those lines, and nothing else.
func TestPolicies(t *testing.T) {
	t.Parallel()
	for _, p := range policies.All() {
		t.Run(p.ID, func(t *testing.T) {
			policytest.Run(t, p, filepath.Join("testdata", p.ID+".txtar"))
		})
	}
}

func TestValid(t *testing.T) {
	t.Parallel()
	all := policies.All()
	if err := policies.Validate(all); err != nil {
		t.Error(err)
	}
	if !slices.IsSortedFunc(all, func(a, b *policies.Policy) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("the policies are not sorted by id")
	}
	for _, p := range all {
		switch {
		case !slices.Contains(policies.Groups(), p.Group):
			t.Errorf("%s: unknown group %q", p.ID, p.Group)
		case p.Help == "" || strings.HasSuffix(p.Help, "."):
			t.Errorf("%s: the help %q is empty or ends with a period", p.ID, p.Help)
		case !slices.IsSorted(p.Frameworks):
			t.Errorf("%s: the frameworks are not sorted", p.ID)
		case len(p.Controls) > 0 != slices.Contains(p.Frameworks, "pss"):
			t.Errorf("%s: controls %v, but frameworks %v", p.ID, p.Controls, p.Frameworks)
		}
	}
}

// A policy that is declared but not listed would silently do nothing.
func TestAllIsComplete(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	declared := map[string]string{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range f.Decls {
			collect(decl, file, declared, listed)
		}
	}
	if len(declared) == 0 {
		t.Fatal("no declared policy was found")
	}
	for name, file := range declared {
		if !listed[name] && name != "unknownControl" {
			t.Errorf("%s: %s is not in all", file, name)
		}
	}
}

// collect adds the policies that decl declares, and those that "all" lists.
func collect(decl ast.Decl, file string, declared map[string]string, listed map[string]bool) {
	gen, ok := decl.(*ast.GenDecl)
	if !ok || gen.Tok != token.VAR {
		return
	}
	for _, spec := range gen.Specs {
		v := spec.(*ast.ValueSpec)
		for i, value := range v.Values {
			if u, ok := value.(*ast.UnaryExpr); ok {
				if lit, ok := u.X.(*ast.CompositeLit); ok && typeName(lit.Type) == "Policy" {
					declared[v.Names[i].Name] = file
				}
			}
			if lit, ok := value.(*ast.CompositeLit); ok && v.Names[i].Name == "all" {
				for _, e := range lit.Elts {
					listed[typeName(e)] = true
				}
			}
		}
	}
}

func typeName(e ast.Expr) string {
	if id, ok := e.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

// Test data that belongs to no policy would never run.
func TestNoStrayTestData(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), ".txtar"); ok {
			if _, err := policies.Lookup(id); err != nil {
				t.Errorf("testdata/%s: %v", e.Name(), err)
			}
		}
	}
}
