package cuerule

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/provenance"
)

// A PolicyTest is what the test cases of one policy showed.
type PolicyTest struct {
	ID      string
	Package string // "./policies", or an import path
	Pos     provenance.Position
	Cases   []Case // those that pass before those that fail, in the order of the file
	// Lacks says what keeps the policy from being tested: that no case passes, or
	// none fails.
	Lacks []string
	// Untried are the parameters that no case changes. They fail no test.
	Untried []string
}

// A Case is one pod that a policy was tried on.
type Case struct {
	Name     string // "pass.subdir"
	Pos      provenance.Position
	Problems []string // what was not as expected, a line each; none if it was
}

// Failed reports whether a case did not go as expected, or one is missing.
func (t *PolicyTest) Failed() bool {
	return len(t.Lacks) > 0 || slices.ContainsFunc(t.Cases, func(c Case) bool { return len(c.Problems) > 0 })
}

// Test runs the cases that stand beside the policies, in the field tests of
// their packages:
//
//	tests: "hostpath-readonly": {
//		pass: readOnly: spec: {…}
//		fail: writable: {
//			spec: {…}
//			expect: [{path: "spec.containers[main].volumeMounts[/data].readOnly"}]
//		}
//	}
//
// A case is the metadata and spec of a pod, or pod: the name of a file beside
// the policies with a manifest; and, where they matter, params and primary, the
// name of the task's container, "primary" if it is left out. A case of pass must
// have no finding. One of fail must have those of expect and no others, or any
// if there is no expect; a message that is left out is not compared.
//
// Every policy is in the result, in the order of ids, and so is what tests are
// written for and does not exist.
func (s *Ruleset) Test() []PolicyTest {
	var tests []PolicyTest
	for _, pkg := range s.packs {
		all := pkg.root.LookupPath(cue.MakePath(cue.Str(fieldTests)))
		var ids []string
		for _, r := range s.rules {
			if r.pkg == pkg {
				ids = append(ids, r.id)
				tests = append(tests, r.test(all.LookupPath(cue.MakePath(cue.Str(r.id)))))
			}
		}
		iter, err := all.Fields()
		for err == nil && iter.Next() {
			id := iter.Selector().Unquoted()
			if slices.Contains(ids, id) || slices.Contains(s.broken, id) {
				continue
			}
			tests = append(tests, PolicyTest{
				ID: id, Package: pkg.path, Pos: pkg.position(iter.Value(), fieldTests, id),
				Lacks: []string{"there is no policy of that id" + finding.DidYouMean(id, ids)},
			})
		}
	}
	slices.SortStableFunc(tests, func(a, b PolicyTest) int { return strings.Compare(a.ID, b.ID) })
	return tests
}

// test runs the cases of r, which stand in v.
func (r *rule) test(v cue.Value) PolicyTest {
	t := PolicyTest{ID: r.id, Package: r.pkg.path, Pos: r.pos}
	tried := map[string]bool{}
	for _, kind := range []string{kindPass, kindFail} {
		cases := v.LookupPath(cue.MakePath(cue.Str(kind)))
		iter, err := cases.Fields()
		n := 0
		for ; err == nil && iter.Next(); n++ {
			c := &testCase{rule: r, fails: kind == kindFail, value: iter.Value(), tried: tried}
			t.Cases = append(t.Cases, Case{
				Name: kind + "." + iter.Selector().Unquoted(), Pos: r.pkg.position(iter.Value(), fieldTests, r.id, kind, iter.Selector().Unquoted()), Problems: c.run(),
			})
		}
		if n == 0 {
			t.Lacks = append(t.Lacks, "it has no "+kind+" case")
		}
	}
	t.Lacks = append(t.Lacks, strayFields(v)...)
	iter, err := r.field(fieldParams).Fields()
	for err == nil && iter.Next() {
		if name := iter.Selector().Unquoted(); !tried[name] {
			t.Untried = append(t.Untried, name)
		}
	}
	return t
}

// The kinds of cases.
const (
	kindPass = "pass"
	kindFail = "fail"
)

// strayFields returns a line for each field of the cases of a policy that is
// neither pass nor fail.
func strayFields(v cue.Value) []string {
	var lines []string
	iter, err := v.Fields()
	for err == nil && iter.Next() {
		if name := iter.Selector().Unquoted(); name != kindPass && name != kindFail {
			lines = append(lines, fmt.Sprintf("%s is neither pass nor fail%s", name, finding.DidYouMean(name, []string{kindPass, kindFail})))
		}
	}
	return lines
}

// testCase is one case at work.
type testCase struct {
	rule  *rule
	fails bool
	value cue.Value
	tried map[string]bool // parameters that some case sets
}

// caseFile is the form of a case.
type caseFile struct {
	Params   json.RawMessage `json:"params"`
	Metadata json.RawMessage `json:"metadata"`
	Spec     json.RawMessage `json:"spec"`
	Pod      string          `json:"pod"`
	Primary  *string         `json:"primary"`
	Expect   []expectation   `json:"expect"`
}

type expectation struct {
	Path    *provenance.Path `json:"path"`
	Message *string          `json:"message"`
}

// run returns what was not as expected.
func (c *testCase) run() []string {
	file, err := c.decode()
	if err != nil {
		return []string{err.Error()}
	}
	pod, err := c.pod(file)
	if err != nil {
		return []string{err.Error()}
	}
	policy, err := c.policy(file)
	if err != nil {
		return []string{err.Error()}
	}
	set, err := alone(policy)
	if err != nil {
		return []string{err.Error()}
	}
	primary := "primary"
	if file.Primary != nil {
		primary = *file.Primary
	}
	object := finding.Object{Kind: "Pod", Name: "test", Stage: finding.StageManifest}
	if policy.Stage == policies.Authored {
		object.Stage = finding.StageAuthored
	}
	found := policies.Check(&policies.Subject{Object: object, Pod: pod, Primary: primary}, set)
	generic, err := newViews(&policies.Subject{Pod: pod})
	if err != nil {
		return []string{err.Error()}
	}
	return c.compare(found, file.Expect, generic.pod)
}

// alone returns the set of one policy.
func alone(p *policies.Policy) (*policies.Set, error) {
	sel := &policies.Selection{Policies: []*policies.Policy{p}}
	for _, other := range policies.All() {
		if other.ID != p.ID {
			sel.Disable = append(sel.Disable, other.ID)
		}
	}
	return policies.Select(sel)
}

// policy returns the policy with the parameters of the case.
func (c *testCase) policy(file *caseFile) (*policies.Policy, error) {
	if file.Params == nil {
		return c.rule.policy(nil), nil
	}
	var params map[string]any
	if err := json.Unmarshal(file.Params, &params); err != nil {
		return nil, fmt.Errorf("params are not an object")
	}
	for name := range params {
		c.tried[name] = true
	}
	if !c.rule.has(fieldParams) {
		return nil, fmt.Errorf("the policy takes no parameters")
	}
	return c.rule.configure(file.Params)
}

// compare returns how found differs from what the case wants.
func (c *testCase) compare(found finding.List, want []expectation, pod map[string]any) []string {
	var problems []string
	for _, f := range found {
		if f.ID == finding.IDCUE {
			problems = append(problems, f.Message)
		}
	}
	if len(problems) > 0 {
		return problems
	}
	left := slices.Clone(found)
	for _, w := range want {
		i := slices.IndexFunc(left, func(f finding.Finding) bool { return w.matches(f, pod) })
		if i < 0 {
			problems = append(problems, "wants "+w.String()+", which is not found")
			continue
		}
		left = slices.Delete(left, i, i+1)
	}
	switch {
	case c.fails && len(found) == 0 && len(want) == 0:
		return []string{"passes, but should not"}
	case c.fails && want == nil:
		return nil
	}
	for _, f := range left {
		problems = append(problems, fmt.Sprintf("finds %s: %s", orRoot(f.Path), f.Message))
	}
	return problems
}

func (w expectation) matches(f finding.Finding, pod map[string]any) bool {
	return (w.Path == nil || canonical(pod, *w.Path) == f.Path) && (w.Message == nil || *w.Message == f.Message)
}

func (w expectation) String() string {
	var parts []string
	if w.Path != nil {
		parts = append(parts, orRoot(*w.Path))
	}
	if w.Message != nil {
		parts = append(parts, *w.Message)
	}
	if len(parts) == 0 {
		return "a finding"
	}
	return strings.Join(parts, ": ")
}

func orRoot(p provenance.Path) string {
	if p == "" {
		return "the pod"
	}
	return string(p)
}
