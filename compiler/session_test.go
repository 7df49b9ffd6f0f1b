package compiler_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/compiler"
	"github.com/podcue/podcue/provenance"
)

// TestManyTemplates compiles more templates than one context of CUE's is used for:
// the positions of all of them are there, also of those whose context is gone, and
// tasks find templates of other packages.
func TestManyTemplates(t *testing.T) {
	t.Parallel()
	const packages, each = 5, 150
	overlay := map[string][]byte{"cue.mod/module.cue": []byte("module: \"example.com/many\"\nlanguage: version: \"v0.15.0\"\n")}
	for p := range packages {
		var b strings.Builder
		fmt.Fprintf(&b, "package p%d\n\nimport first \"example.com/many/p0\"\n\n", p)
		if p == 0 {
			b.Reset()
			b.WriteString("package p0\n\n")
		}
		for i := range each {
			fmt.Fprintf(&b, "templates: t%d: labels: {package: \"p%d\", n: \"%d\"}\n", i, p, i)
		}
		if p > 0 {
			b.WriteString("tasks: near: {image: \"a\", podTemplate: templates.t7}\ntasks: far: {image: \"a\", podTemplate: first.templates.t7}\n")
		}
		overlay[fmt.Sprintf("p%d/p.cue", p)] = []byte(b.String())
	}
	cfg := &compiler.Config{Dir: t.TempDir(), Overlay: overlay}
	program, err := compiler.Compile(cfg, "./...")
	if err != nil {
		t.Fatal(err)
	}
	all := program.Modules[0].Packages
	if len(all) != packages {
		t.Fatalf("%d packages", len(all))
	}
	var wg sync.WaitGroup
	for n, p := range all {
		if len(p.Templates) != each {
			t.Errorf("%s has %d templates", p.Path, len(p.Templates))
		}
		wg.Go(func() {
			for i, tpl := range p.Templates {
				at := tpl.Fields()["metadata.labels[n]"]
				want := []provenance.Origin{{
					Layer: "template", Value: fmt.Sprintf("%q", strings.TrimPrefix(tpl.Name, "t")), Pos: provenance.Position{Filename: p.Path[2:] + "/p.cue"},
				}}
				for i := range at {
					at[i].Pos.Line, at[i].Pos.Column = 0, 0
				}
				if diff := cmp.Diff(want, at); diff != "" {
					t.Errorf("%s, template %d (-want +got):\n%s", p.Path, i, diff)
				}
			}
		})
		for _, task := range p.Tasks {
			wg.Go(func() {
				if got := task.Fields()["image"]; len(got) != 1 || got[0].Value != `"a"` {
					t.Errorf("%s: image of %s: %v", p.Path, task.Name, got)
				}
			})
			of := all[0]
			if task.Name == "near" {
				of = all[n]
			}
			if got := task.Template; got.Name != "t7" || got.Package != of.Path || !got.Used {
				t.Errorf("%s: %s has the template %s:%s", p.Path, task.Name, got.Package, got.Name)
			}
		}
	}
	wg.Wait()
}
