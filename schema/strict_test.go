package schema_test

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	cuejson "cuelang.org/go/encoding/json"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/podcue/podcue/validation"
)

// podJSON holds a pod as JSON against the schema.
type podJSON struct {
	ctx      *cue.Context
	template cue.Value // #PodTemplateSpec
}

func newPodJSON(t testing.TB) podJSON {
	t.Helper()
	ctx := cuecontext.New()
	return podJSON{ctx, buildIn(t, ctx, ".", ".").LookupPath(cue.MakePath(cue.Def("PodTemplateSpec")))}
}

// refuses returns the schema's first error, "" if it takes the pod.
func (s podJSON) refuses(t testing.TB, pod map[string]any) string {
	t.Helper()
	data, err := json.Marshal(map[string]any{"metadata": pod["metadata"], "spec": pod["spec"]}) // no apiVersion, no kind
	if err != nil {
		t.Fatal(err)
	}
	expr, err := cuejson.Extract("pod.json", data)
	if err != nil {
		t.Fatal(err)
	}
	v := s.ctx.BuildExpr(expr).Unify(s.template)
	if errs := messages(v, cue.Concrete(true), cue.Final()); len(errs) > 0 {
		return errs[0]
	}
	return ""
}

// accepted reports whether an API server takes the pod.
func accepted(t testing.TB, pod map[string]any) bool {
	t.Helper()
	data, err := json.Marshal(pod)
	if err != nil {
		t.Fatal(err)
	}
	verdict, err := validation.JSON(validation.Newest(), "Pod", data)
	if err != nil {
		return false // not even a Pod
	}
	return verdict.Accepted()
}

// TestNotStricter changes one value of a Pod at a time, in every field that the
// schema knows something about, and checks that the schema takes what an API
// server takes.
func TestNotStricter(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/rich.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var pod map[string]any
	if err := yaml.Unmarshal(data, &pod); err != nil {
		t.Fatal(err)
	}
	schema := newPodJSON(t)
	if document, err := yaml.YAMLToJSON(data); err != nil {
		t.Fatal(err)
	} else if verdict, err := validation.JSON(validation.Newest(), "Pod", document); err != nil || !verdict.Accepted() {
		t.Fatalf("the API server refuses the pod itself: %v %v", err, verdict)
	}
	if err := schema.refuses(t, pod); err != "" {
		t.Fatal(err)
	}
	var changes, taken int
	mutate(pod, "", func(change string) {
		changes++
		if !accepted(t, pod) {
			return
		}
		taken++
		if err := schema.refuses(t, part(pod, change)); err != "" && !strictOnPurpose(change) {
			t.Errorf("%s: the API server takes it, the schema does not: %s", change, err)
		}
	})
	t.Logf("%d changes, of which an API server takes %d", changes, taken)
	if changes < 1500 || taken < 200 {
		t.Errorf("%d changes, %d taken: that is too few to mean anything", changes, taken)
	}
}

// strictOnPurpose reports whether the schema may refuse what an API server takes:
// a medium that no kubelet knows, so that the Pod never starts.
func strictOnPurpose(change string) bool {
	return strings.Contains(change, ".emptyDir.medium = ")
}

var topLevel = regexp.MustCompile(`^\.spec\.(\w+)(?:\[(\d+)\])?`)

// part returns the pod with nothing but the member or element of the spec that
// changed: to evaluate the rest again and again would take long.
func part(pod map[string]any, change string) map[string]any {
	m := topLevel.FindStringSubmatch(change)
	if m == nil {
		return pod
	}
	value := pod["spec"].(map[string]any)[m[1]]
	if i, err := strconv.Atoi(m[2]); err == nil {
		value = value.([]any)[i : i+1]
	}
	if value == nil {
		return map[string]any{"metadata": map[string]any{}, "spec": map[string]any{}}
	}
	return map[string]any{"metadata": map[string]any{}, "spec": map[string]any{m[1]: value}}
}

// others are the values that take the place of another. null and "" are not among
// them: Kubernetes reads them as not written, and the schema wants it so.
var others = []any{"a", "A-b_C.d", "/a/b", int64(0), int64(-1), int64(65536), true}

// mutate calls f with the tree below v changed in one place, for every place and
// change, and leaves it as it was.
func mutate(v any, at string, f func(change string)) {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			old, here := v[key], at+"."+key
			if here == ".apiVersion" || here == ".kind" || here == ".metadata.name" || here == ".metadata.namespace" {
				continue // the schema is about templates
			}
			delete(v, key)
			f(here + " removed")
			if _, isMap := old.(map[string]any); !isMap {
				for _, other := range others {
					v[key] = other
					f(fmt.Sprintf("%s = %#v", here, other))
				}
			}
			v[key] = old
			mutate(old, here, f)
		}
	case []any:
		for i, e := range v {
			if _, isMap := e.(map[string]any); !isMap {
				for _, other := range others {
					v[i] = other
					f(fmt.Sprintf("%s[%d] = %#v", at, i, other))
				}
			}
			v[i] = e
			mutate(e, fmt.Sprintf("%s[%d]", at, i), f)
		}
	}
}

// TestTakesCorpus checks that the schema takes the pods of other projects' tests
// that an API server takes.
func TestTakesCorpus(t *testing.T) {
	t.Parallel()
	schema := newPodJSON(t)
	seen := map[string]bool{}
	checked := 0
	eachCorpusPod(t, func(name string, pod map[string]any) {
		data, err := json.Marshal(pod["spec"])
		if err != nil {
			t.Fatal(err)
		}
		if seen[string(data)] || !accepted(t, pod) {
			return
		}
		seen[string(data)] = true
		checked++
		if err := schema.refuses(t, pod); err != "" {
			t.Errorf("%s: %s", name, err)
		}
	})
	if checked < 300 {
		t.Errorf("only %d pods were checked", checked)
	}
}

// eachCorpusPod calls f with every Pod of the corpus.
func eachCorpusPod(t testing.TB, f func(name string, pod map[string]any)) {
	t.Helper()
	file, err := os.Open("../policies/testdata/corpus.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zip, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	for archive := tar.NewReader(zip); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(header.Name, ".yaml") {
			continue
		}
		data, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		var typed corev1.Pod
		var pod map[string]any
		if yaml.Unmarshal(data, &typed) == nil && typed.Kind == "Pod" && yaml.Unmarshal(data, &pod) == nil {
			written(pod)
			f(header.Name, pod)
		}
	}
}

// written removes what Kubernetes reads as not written.
func written(v any) {
	switch v := v.(type) {
	case map[string]any:
		maps.DeleteFunc(v, func(_ string, m any) bool { return m == nil || m == "" })
		for _, m := range v {
			written(m)
		}
	case []any:
		for _, e := range v {
			written(e)
		}
	}
}
