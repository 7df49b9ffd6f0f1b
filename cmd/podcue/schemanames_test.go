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
	tests := []struct {
		path cue.Path
		want []string
	}{
		{cue.MakePath(cue.Def("Profile")), profileNames()},
		{cue.MakePath(cue.Def("Target"), cue.Str("target").Required()), encode.Names()},
		{cue.MakePath(cue.Def("Policy"), cue.Str("each").Optional()), cuerule.Views()},
	}
	for _, tt := range tests {
		v := pkg.LookupPath(tt.path)
		if diff := cmp.Diff(slices.Sorted(slices.Values(tt.want)), words(v)); diff != "" {
			t.Errorf("%s (-podcue +schema):\n%s", tt.path, diff)
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
