package flyte_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/podcue/podcue/merge/flyte"
)

func TestProfiles(t *testing.T) {
	var names []string
	for _, p := range flyte.Profiles() {
		names = append(names, p.Name)
		if p.Doc == "" || strings.HasSuffix(p.Doc, ".") {
			t.Errorf("%s: doc %q", p.Name, p.Doc)
		}
		if caseFiles[p.Name] == "" {
			t.Errorf("%s has no recorded cases", p.Name)
		}
	}
	if !slices.IsSorted(names) {
		t.Errorf("not sorted: %v", names)
	}
}

func TestLookup(t *testing.T) {
	p, err := flyte.Lookup("flyte@v2")
	if err != nil || p != flyte.V2 {
		t.Fatal(p, err)
	}
	_, err = flyte.Lookup("flyte@v1.61")
	want := `unknown profile "flyte@v1.61": there are flyte@v1.16, flyte@v2; did you mean "flyte@v1.16"?`
	if err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestLimits(t *testing.T) {
	var ids []string
	for _, l := range flyte.Limits() {
		ids = append(ids, l.ID)
		if l.Doc == "" {
			t.Errorf("%s says nothing", l.ID)
		}
	}
	if len(ids) == 0 || !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Errorf("not sorted and unique: %v", ids)
	}
}
