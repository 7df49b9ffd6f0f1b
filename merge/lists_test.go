package merge

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/provenance"
)

// Every list of a pod template has a rule: from its tags, or written by hand. A
// new list in k8s.io/api must be put into one of the tables on purpose, and one
// that is gone or got tags must leave them.
func TestEveryListHasARule(t *testing.T) {
	byHand := map[string]bool{}
	for _, name := range untagged() {
		if _, twice := byHand[name]; twice {
			t.Errorf("%s is written twice", name)
		}
		byHand[name] = false
	}
	for _, f := range Lists() {
		name := f.Owner + "." + f.Name
		if _, ok := byHand[name]; ok {
			byHand[name] = true
			continue
		}
		if f.Rule.Type == Atomic {
			t.Errorf("%s has no tags and no rule: is it atomic?", name)
		}
	}
	for name, used := range byHand {
		if !used {
			t.Errorf("%s is written by hand, but there is no such list", name)
		}
	}
	for _, name := range atomic {
		for _, f := range Lists() {
			if f.Owner+"."+f.Name == name && f.Rule.Type != Atomic {
				t.Errorf("%s is called atomic, but its tags say %s", name, f.Rule.Type)
			}
		}
	}
}

// Paths address the elements of a list by what Kubernetes identifies them by.
func TestProvenanceAgreesOnKeys(t *testing.T) {
	for _, f := range Lists() {
		if diff := cmp.Diff(f.Rule.Keys, provenance.ListKeys(f.Name)); diff != "" {
			t.Errorf("%s.%s: keys here, keys of package provenance (-here +there):\n%s", f.Owner, f.Name, diff)
		}
	}
}

// Lists of the same name have the same merge key, so that the name tells it.
func TestPatchKeysByName(t *testing.T) {
	var sets []string
	for _, f := range Lists() {
		if got := patchKeys()[f.Name]; got != f.Rule.PatchKey {
			t.Errorf("%s.%s is merged by %q, but by its name by %q", f.Owner, f.Name, f.Rule.PatchKey, got)
		}
		if f.Rule.Type == Set && !slices.Contains(sets, f.Name) {
			sets = append(sets, f.Name)
		}
	}
	if diff := cmp.Diff([]string{set}, sets); diff != "" {
		t.Errorf("sets: -want +got:\n%s", diff)
	}
}

func TestListTypeString(t *testing.T) {
	for want, typ := range map[string]ListType{"atomic": Atomic, "set": Set, "keyed": Keyed} {
		if got := typ.String(); got != want {
			t.Errorf("%d is %q, want %q", typ, got, want)
		}
	}
}
