package compiler_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/podcue/podcue/compiler"
	"github.com/podcue/podcue/finding"
)

// Fields may be asked for by several goroutines at once.
func TestFieldsConcurrently(t *testing.T) {
	t.Parallel()
	p, err := compiler.Compile(benchProject(8, true), "./...")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 2 {
		for _, pkg := range p.Modules[0].Packages {
			group.Go(func() {
				if o, ok := pkg.Templates[0].Fields().Winner("spec.restartPolicy"); !ok || o.Value != `"Never"` {
					t.Errorf("%s: got %v", pkg.Path, o)
				}
			})
		}
	}
	group.Wait()
}

// The same input compiles to the same output, whatever the order of maps.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	var first string
	for range 3 {
		var all strings.Builder
		for _, name := range []string{"references_to_templates", "broken_template_beside_others", "ways_to_write", "several_in_one_struct"} {
			ar, err := txtar.ParseFile("testdata/" + name + ".txtar")
			if err != nil {
				t.Fatal(err)
			}
			cfg, patterns := arguments(t, ar)
			p, err := compiler.Compile(cfg, patterns...)
			var list finding.List
			if err != nil && !errors.As(err, &list) {
				t.Fatal(err)
			}
			all.WriteString(renderFindings(list) + renderProgram(p) + renderFields(p))
		}
		if first == "" {
			first = all.String()
		}
		if diff := cmp.Diff(first, all.String()); diff != "" {
			t.Fatal(diff)
		}
	}
}
