package cuerule_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/policies/cuerule"
)

func TestDeadline(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "cue.mod/module.cue"), []byte("module: \"example.com/project\"\nlanguage: version: \"v0.15.0\"\n"))
	write(t, filepath.Join(dir, "policies/p.cue"), []byte(`package policies

input: _
policies: "ends-not": {
	let n = [for c in input.containers for k in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] {k}]
	deny: [for a in n for b in n for c in n for d in n for e in n if a+b+c+d+e < 0 {path: "", message: ""}]
}
policies: "ends": deny: [for c in input.containers {path: c.path, message: "container \(c.name)"}]
policies: "item": {each: "containers", require: image!: _}
`))
	rules, err := cuerule.Load(&cuerule.Config{Dir: dir, Timeout: 300 * time.Millisecond}, "./policies")
	if err != nil {
		t.Fatal(err)
	}
	set, err := policies.Select(&policies.Selection{Policies: rules.Policies(), Disable: builtins()})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time, nothing is tried that did not end
		start := time.Now()
		found := policies.Check(subject(t, []byte("spec: {containers: [{name: a}, {name: b}]}")), set)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("took %s", took)
		}
		var ids []string
		for _, f := range found {
			ids = append(ids, f.ID)
			if f.ID == finding.IDCUE && (!strings.Contains(f.Message, "policy ends-not") || !strings.Contains(f.Message, "did not end")) {
				t.Errorf("message %q", f.Message)
			}
		}
		slices.Sort(ids)
		if got, want := strings.Join(ids, " "), "cue ends ends item item"; got != want {
			t.Errorf("findings %s, want %s", got, want)
		}
	}
}
