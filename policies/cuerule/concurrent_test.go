package cuerule_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/policies/cuerule"
)

// One set judges pods in several goroutines, and says of each what it says alone.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "cue.mod/module.cue"), []byte("module: \"example.com/project\"\nlanguage: version: \"v0.15.0\"\n"))
	write(t, filepath.Join(dir, "policies/p.cue"), []byte(`package policies

import "strings"

input: _
policies: shape: {each: "containers", require: image!: =~"^a", message: "\(it.name) has \(it.image)", it: _}
policies: dependent: {each: "containers", require: image!: "a/\(it.name)", it: _}
policies: evaluated: {each: "containers", require: name!: strings.HasPrefix("c1")}
policies: deny: deny: [for c in input.containers {path: c.path, message: "container \(c.name)"}]
policies: constraint: constraint: {spec?: {containers?: [...{name: =~"1", ...}], ...}, ...}
`))
	rules, err := cuerule.Load(&cuerule.Config{Dir: dir}, "./policies")
	if err != nil {
		t.Fatal(err)
	}
	set, err := policies.Select(&policies.Selection{Policies: rules.Policies(), Disable: builtins()})
	if err != nil {
		t.Fatal(err)
	}
	pods := make([]*policies.Subject, 12)
	for i := range pods {
		pods[i] = subject(t, fmt.Appendf(nil, "spec: {containers: [{name: c%d, image: a/c%d}, {name: d, image: b}]}", i, i%3))
	}
	check := func(i int) string { return policies.Check(pods[i], set).Error() }
	got := make([]string, len(pods))
	var group sync.WaitGroup
	for i := range pods {
		group.Go(func() { got[i] = check(i) })
	}
	group.Wait()
	for i := range pods {
		if diff := cmp.Diff(check(i), got[i]); diff != "" {
			t.Errorf("pod %d (-alone +beside others):\n%s", i, diff)
		}
		if got[i] == "" {
			t.Errorf("pod %d has no findings", i)
		}
	}
}
