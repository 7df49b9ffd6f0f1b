package policies_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/provenance"
)

// bypasses says which findings of the hostPath group each pod must have, per
// configuration of the group, by id, with the path in the file's own indices.
type bypasses struct {
	Configurations map[string]map[string]json.RawMessage `json:"configurations"`
	Cases          []struct {
		File   string                       `json:"file"`
		Expect map[string]map[string]string `json:"expect"`
		May    map[string]string            `json:"may"`
		OptIn  map[string]string            `json:"optIn"`
		Other  map[string]string            `json:"other"`
	} `json:"cases"`
}

// Every way around a rule about hostPaths that we know of is seen, at the field
// that is wrong, and nothing is reported besides.
func TestHostPathBypasses(t *testing.T) {
	t.Parallel()
	archive, err := txtar.ParseFile("testdata/bypass/hostpath.txtar")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range archive.Files {
		files[f.Name] = f.Data
	}
	var b bypasses
	if err := json.Unmarshal(files["manifest.json"], &b); err != nil {
		t.Fatal(err)
	}
	if len(b.Cases) != len(files)-1 {
		t.Errorf("%d cases for %d files", len(b.Cases), len(files)-1)
	}
	for name, params := range b.Configurations {
		def, optIn := hostPathSet(t, params, false), hostPathSet(t, params, true)
		for _, c := range b.Cases {
			want := c.Expect[name]
			got := hostPathFindings(t, def, files[c.File])
			for id, at := range c.May {
				if got[id] == at && want[id] == "" {
					delete(got, id)
				}
			}
			if diff := cmp.Diff(nonNil(want), got); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", name, c.File, diff)
			}
			more := hostPathFindings(t, optIn, files[c.File])
			for id, at := range c.OptIn {
				if more[id] != at {
					t.Errorf("%s, %s: %s at %q, want %q", name, c.File, id, more[id], at)
				}
			}
			if more["hostpath-create"] == "" {
				t.Errorf("%s, %s: hostpath-create found nothing", name, c.File)
			}
		}
	}
}

func nonNil(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

// hostPathSet is the hostPath group with params: its default policies, or all.
func hostPathSet(t *testing.T, params map[string]json.RawMessage, optIn bool) *policies.Set {
	t.Helper()
	config := map[string]any{}
	for id, p := range params {
		config[id] = map[string]json.RawMessage{"params": p}
	}
	data, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	sel := &policies.Selection{Config: data}
	for _, p := range policies.All() {
		switch {
		case p.Group != "hostpath":
			sel.Disable = append(sel.Disable, p.ID)
		case optIn && p.ID != "hostpath-allowed":
			sel.Enable = append(sel.Enable, p.ID)
		}
	}
	set, err := policies.Select(sel)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// hostPathFindings returns the path of each id's finding, in indices.
func hostPathFindings(t *testing.T, set *policies.Set, data []byte) map[string]string {
	t.Helper()
	s, obj := workload(t, data)
	got := map[string]string{}
	for _, f := range policies.Check(s, set) {
		if got[f.ID] != "" {
			t.Errorf("%s: two findings of %s", s.Object, f.ID)
		}
		got[f.ID] = indices(obj, f.Path)
	}
	return got
}

// indices writes the keys of a canonical path as indices.
func indices(obj any, path provenance.Path) string {
	at, out := provenance.Path(""), ""
	for _, seg := range path.Segments() {
		if seg.Kind == provenance.Field {
			at, out = at.Child(seg.Name), out+"."+seg.Name
			continue
		}
		_, list, _ := provenance.Resolve(obj, at)
		name := out[strings.LastIndexByte(out, '.')+1:]
		items, _ := list.([]any)
		i := slices.Index(provenance.ElementPaths(at, name, items), at.Key(seg.Name))
		at, out = at.Key(seg.Name), out+string(provenance.Path("").Index(i))
	}
	return strings.TrimPrefix(out, ".")
}
