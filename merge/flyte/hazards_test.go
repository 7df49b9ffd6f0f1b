package flyte_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/provenance"
)

// Every hazard is documented, and every one that is declared is in the list.
func TestHazardList(t *testing.T) {
	declared := 0
	files, err := filepath.Glob("hazards*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.CompositeLit); ok {
				if name, ok := lit.Type.(*ast.Ident); ok && name.Name == "Hazard" {
					declared++
				}
			}
			return true
		})
	}
	all := flyte.Hazards()
	if len(all) != declared {
		t.Errorf("%d hazards are declared, but %d are in the list", declared, len(all))
	}
	profiles := map[string]bool{}
	for _, p := range flyte.Profiles() {
		profiles[p.Name] = true
	}
	id := regexp.MustCompile(`^merge(-[a-z0-9]+)+$`)
	for i, h := range all {
		if !id.MatchString(h.ID) || i > 0 && all[i-1].ID >= h.ID {
			t.Errorf("%s is malformed, or not in order", h.ID)
		}
		title := h.Title()
		if title == "" || strings.HasSuffix(title, ".") || h.Detail() == "" || !strings.HasSuffix(h.Detail(), ".") ||
			h.Help == "" || strings.HasSuffix(h.Help, ".") || h.Severity == 0 || len(h.Profiles) == 0 {
			t.Errorf("%s is not documented: %+v", h.ID, h)
		}
		for _, p := range h.Profiles {
			if !profiles[p] {
				t.Errorf("%s: there is no profile %s", h.ID, p)
			}
		}
		if h.Bad() == "" || h.Good() == "" || h.Bad() == h.Good() {
			t.Errorf("%s needs two examples", h.ID)
		}
		if got, err := flyte.LookupHazard(h.ID); err != nil || got != h {
			t.Errorf("LookupHazard(%s) = %v, %v", h.ID, got, err)
		}
	}
	if _, err := flyte.LookupHazard("merge-volume-duplicated"); err == nil || err.Error() != `unknown hazard "merge-volume-duplicated"; did you mean merge-volume-duplicate?` {
		t.Errorf("%v", err)
	}
	examples, err := filepath.Glob("hazards/*")
	if err != nil || len(examples) != 2*len(all) {
		t.Errorf("%d examples of %d hazards", len(examples), len(all))
	}
}

// Over all recorded inputs: the findings are well-formed, the same each time and
// without asking for provenance, and looking for them changes nothing.
func TestHazardProperties(t *testing.T) {
	t.Parallel()
	i := 0
	podInputs(t, func(name string, p *flyte.Profile, in *flyte.Input) {
		if i++; i%3 != 0 { // the others differ by chance only
			return
		}
		in.Sources = &flyte.Sources{}
		out, err := p.Build(in)
		if err != nil {
			out = nil
		}
		before := marshal(t, []any{in.Task, in.Execution})
		found := p.Hazards(in, out)
		for _, f := range found {
			checkShape(t, name, p, f)
		}
		if again := p.Hazards(in, out); cmp.Diff(found, again) != "" {
			t.Fatalf("%s: other findings the second time:\n%s", name, cmp.Diff(found, again))
		}
		if after := marshal(t, []any{in.Task, in.Execution}); before != after {
			t.Fatalf("%s: an input changed:\n%s", name, cmp.Diff(before, after))
		}
		if out == nil {
			return
		}
		in.Sources, out.Fields = nil, nil
		if diff := cmp.Diff(summary(found), summary(p.Hazards(in, out))); diff != "" {
			t.Fatalf("%s: with provenance -, without +:\n%s", name, diff)
		}
	})
}

func summary(found finding.List) []string {
	var lines []string
	for _, f := range found {
		lines = append(lines, fmt.Sprintf("%s %s %s: %s", f.Severity, f.ID, f.Path, f.Message))
	}
	return lines
}

func checkShape(t *testing.T, name string, p *flyte.Profile, f finding.Finding) {
	t.Helper()
	h, err := flyte.LookupHazard(f.ID)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	switch {
	case !slices.Contains(h.Profiles, p.Name):
		t.Fatalf("%s: %s does not exist in %s", name, f.ID, p.Name)
	case f.Severity < h.Severity:
		t.Fatalf("%s: %s is worse than it can be: %s", name, f.ID, f.Severity)
	case f.Message == "" || strings.ContainsAny(f.Message, "\n") || strings.HasSuffix(f.Message, ".") || strings.Contains(f.Message, "%!"):
		t.Fatalf("%s: message %q", name, f.Message)
	}
	for _, o := range f.Origins {
		if o.Layer == "" {
			t.Fatalf("%s: %s has an origin without a layer: %+v", name, f.ID, f.Origins)
		}
	}
}

// A shared store is left as it is, although the hazard is that Build does not.
func TestHazardsLeaveSharedStore(t *testing.T) {
	in := smallInput()
	base := in.Templates.Template("ns", "base")
	base.Template.Spec.Containers[0].Name = "main"
	in.Templates = flyte.NewSharedStore(flyte.BaseTemplate{PodTemplate: base})
	out, err := flyte.V2.Build(in)
	if err != nil {
		t.Fatal(err)
	}
	before := marshal(t, in.Templates.Template("ns", "base"))
	if found := summary(flyte.V2.Hazards(in, out)); !slices.ContainsFunc(found, func(s string) bool { return strings.Contains(s, "merge-template-leak") }) {
		t.Errorf("no leak in %v", found)
	}
	if after := marshal(t, in.Templates.Template("ns", "base")); before != after {
		t.Errorf("the store changed:\n%s", cmp.Diff(before, after))
	}
}

// With positions, findings point at both sides, the deciding one first.
func TestHazardOrigins(t *testing.T) {
	in := smallInput()
	in.Sources.PodSpec["spec.hostNetwork"] = []provenance.Origin{{Layer: provenance.LayerTemplate, Pos: pos("gpu.cue", 3), Value: "false"}}
	out, err := flyte.V2.Build(in)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range flyte.V2.Hazards(in, out) {
		if f.ID != "merge-zero-cannot-override" {
			continue
		}
		if f.Path != "spec.hostNetwork" || len(f.Origins) != 2 || f.Origins[0].Pos != pos("base.yaml", 9) || f.Origins[1].Pos != pos("gpu.cue", 3) {
			t.Errorf("%+v", f)
		}
		return
	}
	t.Error("not found")
}

// What one container of the template sets to false in vain, above another one.
func TestZeroBetweenTemplateContainers(t *testing.T) {
	const setup = `base:
  spec:
    containers:
    - {name: default, image: noop, tty: true}
    - {name: primary, image: noop, tty: false}
task:
  image: train:1
`
	var got []string
	for _, f := range readExample(t, "setup.yaml", setup).hazards(t, flyte.V2, "setup.yaml") {
		got = append(got, fmt.Sprintf("%s %s %v", f.ID, f.Message, f.Position()))
	}
	want := []string{"merge-zero-cannot-override tty false of the base template does not override true of the base template setup.yaml:4:41"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
