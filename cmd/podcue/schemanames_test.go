package main

import (
	"slices"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/load"
	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/cmd/podcue/internal/encode"
	"github.com/podcue/podcue/policies/cuerule"
)

// TestSchemaNames checks that the words which the schema lists, so that editors
// propose them, are those that podcue knows.
func TestSchemaNames(t *testing.T) {
	t.Parallel()
	inst := load.Instances([]string{"./schema"}, &load.Config{Dir: "../.."})[0]
	if inst.Err != nil {
		t.Fatal(inst.Err)
	}
	pkg := cuecontext.New().BuildInstance(inst)
	for path, want := range map[string][]string{
		"#Profile":        profileNames(),
		"#Target.target!": encode.Names(),
		"#Policy.each?":   cuerule.Views(),
	} {
		v := pkg.LookupPath(cue.ParsePath(path))
		if diff := cmp.Diff(slices.Sorted(slices.Values(want)), words(v)); diff != "" {
			t.Errorf("%s (-podcue +schema):\n%s", path, diff)
		}
	}
}

// words returns the strings that a disjunction allows, sorted.
func words(v cue.Value) []string {
	var out []string
	if op, args := v.Expr(); op == cue.OrOp {
		for _, a := range args {
			out = append(out, words(a)...)
		}
	} else if s, err := v.String(); err == nil {
		out = append(out, s)
	}
	slices.Sort(out)
	return out
}
