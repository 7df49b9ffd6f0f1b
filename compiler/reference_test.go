package compiler_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/podcue/podcue/compiler"
)

// A template that a task takes from another package of the module is that
// package's template, whether the package is named or not: even one of several in
// its folder, unified with the schema by podcue alone, or taken by way of a third
// package.
func TestTemplateOfAnotherPackage(t *testing.T) {
	t.Parallel()
	dir := write(t, map[string]string{
		"cue.mod/module.cue": moduleFile,
		"shared/gpu.cue": `package shared

templates: [string]: podSpec: nodeSelector: gpu: "yes"
templates: gpu: {
	labels: team: "vision"
	podSpec: containers: [{name: "primary", tty: true}] @podcue(waive,check=tty-stdin,reason="r",owner=o,expires="2030-01-31")
}
`,
		"shared/other.cue": "package other\n\nx: 1\n",
		"lib/lib.cue":      "package lib\n\nimport \"example.com/team/shared\"\n\nall: gpu: shared.templates.gpu\n",
		"train/train.cue": `package train

import (
	"example.com/team/lib"
	"example.com/team/shared"
)

tasks: {
	direct: {podTemplate: shared.templates.gpu, image: "a"}
	by_way: {podTemplate: lib.all.gpu, image: "a"}
	changed: {podTemplate: shared.templates.gpu & {labels: a: "b"}, image: "a"}
}
`,
	})
	templates := map[string]*compiler.Template{}
	for _, patterns := range []string{"./train", "./train ./shared:shared"} {
		p, err := compiler.Compile(&compiler.Config{Dir: dir}, strings.Fields(patterns)...)
		if err != nil {
			t.Fatal(err)
		}
		packages := p.Modules[0].Packages
		train := packages[len(packages)-1]
		used := map[string]*compiler.Template{}
		for _, task := range train.Tasks {
			used[task.Name] = task.Template
		}
		if used["direct"] != used["by_way"] {
			t.Errorf("%s: one template is two", patterns)
		}
		if c := used["changed"]; c.Name != "changed" || c.Package != "./train" || len(train.Templates) != 1 || train.Templates[0] != c {
			t.Errorf("%s: the changed template is %s:%s of %d", patterns, c.Package, c.Name, len(train.Templates))
		}
		templates[patterns] = used["direct"]
	}
	got, want := templates["./train"], templates["./train ./shared:shared"]
	if got.Package != "./shared:shared" || got.Name != "gpu" || !got.Used || len(got.Waivers) != 1 || got.PrimaryContainerName != "primary" {
		t.Errorf("the template is %+v", got)
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(compiler.Template{}, "Fields"), cmpopts.IgnoreUnexported(compiler.Template{})); diff != "" {
		t.Errorf("the package is not named (-named +not):\n%s", diff)
	}
	if diff := cmp.Diff(want.Fields(), got.Fields()); diff != "" {
		t.Errorf("positions, where the package is not named (-named +not):\n%s", diff)
	}
}
