package policies_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
)

// everything is all policies at once, with parameters for those that need some.
func everything(t testing.TB) *policies.Set {
	t.Helper()
	sel := &policies.Selection{}
	config := map[string]any{}
	for _, p := range policies.All() {
		sel.Enable = append(sel.Enable, p.ID)
		if p.ExampleParams != "" {
			config[p.ID] = map[string]json.RawMessage{"params": json.RawMessage(p.ExampleParams)}
		}
	}
	var err error
	if sel.Config, err = json.Marshal(config); err != nil {
		t.Fatal(err)
	}
	set, err := policies.Select(sel)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// On every object of the corpus: no policy changes the pod or fails, messages
// have their form, two runs at the same time agree, and no place is reported
// twice in the same words.
func TestPure(t *testing.T) {
	t.Parallel()
	set := everything(t)
	cases, files := corpus(t)
	for _, c := range cases {
		s, _ := workload(t, files[c.File])
		before := s.Pod.DeepCopy()
		var first, second finding.List
		var wg sync.WaitGroup
		wg.Go(func() { first = policies.Check(s, set) })
		wg.Go(func() { second = policies.Check(s, set) })
		wg.Wait()
		if !reflect.DeepEqual(before, s.Pod) {
			t.Fatalf("%s: the pod was changed (-before +after):\n%s", c.File, gocmp.Diff(before, s.Pod))
		}
		if diff := gocmp.Diff(first, second); diff != "" {
			t.Fatalf("%s: two runs differ:\n%s", c.File, diff)
		}
		seen := map[string]bool{}
		for _, f := range first {
			if key := f.ID + " " + string(f.Path) + " " + f.Message; seen[key] {
				t.Errorf("%s: reported twice: %s", c.File, key)
			} else {
				seen[key] = true
			}
			if m := f.Message; strings.Contains(m, "failed:") || strings.HasSuffix(m, ".") || strings.Contains(m, "\n") || strings.Contains(m, "%!") {
				t.Errorf("%s: message of %s: %q", c.File, f.ID, m)
			}
		}
	}
}

// The same problem in the authored template and in the final Pod is one: it has
// the same id, message and position.
func TestStagesAgree(t *testing.T) {
	t.Parallel()
	set := everything(t)
	cases, files := corpus(t)
	for _, c := range cases {
		s, _ := workload(t, files[c.File])
		messages := func(stage string) map[string]bool {
			s := *s
			s.Object.Stage, s.Primary, s.Kind = stage, "no-such-container", "Task"
			out := map[string]bool{}
			for _, f := range policies.Check(&s, set) {
				if p, err := policies.Lookup(f.ID); err == nil && p.Stage == policies.Both {
					out[f.ID+" "+string(f.Path)+" "+f.Message] = true
				}
			}
			return out
		}
		authored, final := messages(finding.StageAuthored), messages(finding.StageFinal)
		for m := range authored {
			// These two ask another question of a template than of a pod.
			if !final[m] && !strings.HasPrefix(m, "primary-missing") && !strings.HasPrefix(m, "env-reserved") {
				t.Errorf("%s: only in the authored template: %s", c.File, m)
			}
		}
	}
}
