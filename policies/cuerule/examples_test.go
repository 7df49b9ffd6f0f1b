package cuerule_test

import (
	"testing"

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
