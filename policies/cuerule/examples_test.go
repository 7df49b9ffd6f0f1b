package cuerule_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	cueerrors "cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/load"
	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/policies/cuerule"
)

// The policies that are shown as examples pass their own tests, each parameter
// included.
func TestExamples(t *testing.T) {
	t.Parallel()
	rules, err := cuerule.Load(&cuerule.Config{Dir: "../.."}, "./examples/policies")
	if err != nil {
		t.Fatal(err)
	}
	tests := rules.Test()
	if len(tests) < 4 {
		t.Errorf("there are %d policies", len(tests))
	}
	for _, p := range tests {
		for _, lack := range p.Lacks {
			t.Errorf("%s: %s: %s", p.Pos, p.ID, lack)
		}
		for _, name := range p.Untried {
			t.Errorf("%s: %s: no case sets %s", p.Pos, p.ID, name)
		}
		for _, c := range p.Cases {
			for _, problem := range c.Problems {
				t.Errorf("%s: %s: %s: %s", c.Pos, p.ID, c.Name, problem)
			}
		}
	}
}

// The definitions for plain cue vet refuse what the policies refuse, and say so
// at the author's line.
func TestConstraints(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, constraint, template, want string }{
		{"staged", "HostPathStaged", `podSpec: volumes: [{name: "d", hostPath: path: "/data/x"}]`, ""},
		{"sibling", "HostPathStaged", `podSpec: volumes: [{name: "d", hostPath: path: "/database"}]`, "templates.t.podSpec.volumes.0.hostPath.path: hostPath must be under /data or /mnt/nvme"},
		{"climbs", "HostPathStaged", `podSpec: volumes: [{name: "d", hostPath: path: "/data/../etc"}]`, "templates.t.podSpec.volumes.0.hostPath.path: hostPath must be under /data or /mnt/nvme"},
		{"approved", "RegistryApproved", `podSpec: initContainers: [{name: "c", image: "ghcr.io/acme/x:1"}]`, ""},
		{"docker hub", "RegistryApproved", `podSpec: initContainers: [{name: "c", image: "nginx:1"}]`, "templates.t.podSpec.initContainers.0.image: images come from ghcr.io/acme or registry.acme.example"},
		{"team", "TeamLabel", `labels: team: "vision"`, ""},
		{"no label", "TeamLabel", `labels: tem: "vision"`, "templates.t.labels.team: field is required but not present"},
		{"no labels", "TeamLabel", `podSpec: {}`, "templates.t.labels: field is required but not present"},
	}
	dir := t.TempDir()
	vendor(t, dir)
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			pkg := filepath.Join(dir, fmt.Sprintf("p%d", i))
			write(t, filepath.Join(pkg, "t.cue"), []byte("package p\n\nimport (\n\t\"github.com/podcue/podcue/schema\"\n\tteam \"github.com/podcue/podcue/examples/policies\"\n)\n\ntemplates: [_]: schema.#PodTemplate & team.#"+
				test.constraint+"\ntemplates: t: {"+test.template+"}\n"))
			instances := load.Instances([]string{"."}, &load.Config{Dir: pkg})
			got := ""
			if err := cuecontext.New().BuildInstance(instances[0]).Validate(cue.Concrete(true)); err != nil {
				got = cueerrors.Errors(err)[0].Error()
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// vendor makes a module in dir that has podcue's packages, as one that depends on
// podcue has them.
func vendor(t *testing.T, dir string) {
	t.Helper()
	write(t, filepath.Join(dir, "cue.mod/module.cue"), []byte("module: \"example.com/project\"\nlanguage: version: \"v0.15.0\"\n"))
	for _, pkg := range []string{"schema", "examples/policies"} {
		files, err := filepath.Glob(filepath.Join("../..", pkg, "*.cue"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no files, %v", pkg, err)
		}
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, "cue.mod/pkg/github.com/podcue/podcue", pkg, filepath.Base(f)), data)
		}
	}
}

// A team imports the examples and sets their parameters.
func TestImportExamples(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	vendor(t, dir)
	write(t, filepath.Join(dir, "policies/p.cue"), []byte(`package policies

import team "github.com/podcue/podcue/examples/policies"

policies: team.policies & {"hostpath-staged": params: prefixes: ["/scratch"]}
`))
	rules, err := cuerule.Load(&cuerule.Config{Dir: dir}, "./policies")
	if err != nil {
		t.Fatal(err)
	}
	set, err := policies.Select(&policies.Selection{Policies: rules.Policies(), Disable: builtins()})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range policies.Check(subject(t, []byte(`
metadata: {labels: {team: vision}}
spec:
  containers:
  - {name: primary, resources: {limits: {nvidia.com/gpu: 1}}}
  - {name: eval, image: ghcr.io/acme/x, resources: {limits: {nvidia.com/gpu: 1}}}
  volumes: [{name: v, hostPath: {path: /data}}, {name: w, hostPath: {path: /scratch/x}}]
`)), set) {
		got = append(got, f.ID+" "+string(f.Path))
	}
	want := []string{
		"gpu-in-one-container spec.containers[eval].resources.limits[nvidia.com/gpu]",
		"gpu-in-one-container spec.containers[primary].resources.limits[nvidia.com/gpu]",
		"hostpath-staged spec.volumes[v].hostPath.path",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
