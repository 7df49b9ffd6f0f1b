package validation_test

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podcue/podcue/provenance"
	"github.com/podcue/podcue/validation"
)

// A serverCase is an object and the answer of a real kube-apiserver 1.37.2.
type serverCase struct {
	Name   string          `json:"name"`
	Kind   string          `json:"kind"`
	Object json.RawMessage `json:"object"`
	Server struct {
		Accepted bool `json:"accepted"`
		Causes   []struct {
			Field   string `json:"field"`
			Message string `json:"message"`
			Type    string `json:"type"`
		} `json:"causes"`
		Warnings []string `json:"warnings"`
		Code     int      `json:"code"`
		Message  string   `json:"message"`
	} `json:"server"`
}

// readLines calls f with every line of a compressed file.
func readLines(t testing.TB, name string, f func(line []byte)) {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zr, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	sc := bufio.NewScanner(zr)
	sc.Buffer(nil, 1<<24)
	n := 0
	for sc.Scan() {
		f(sc.Bytes())
		n++
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
	if n == 0 {
		t.Fatalf("%s is empty", name)
	}
}

func serverCases(t testing.TB) []serverCase {
	var cases []serverCase
	readLines(t, "testdata/cases.jsonl.gz", func(line []byte) {
		var c serverCase
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	})
	return cases
}

// lines returns the causes of v as "field: message (type)", sorted.
func lines(v *validation.Verdict) []string {
	out := []string{}
	for _, c := range v.Causes {
		out = append(out, c.Field+": "+c.Message+" ("+c.Type+")")
	}
	slices.Sort(out)
	return out
}

func warnings(v *validation.Verdict) []string {
	out := []string{}
	for _, w := range v.Warnings {
		out = append(out, w.Text)
	}
	return out
}

// TestServer holds the verdicts on objects of all kinds of mistakes against the
// answers of a real server: acceptance, causes, warnings, and the whole message
// where the object cannot be decoded. There is no difference.
func TestServer(t *testing.T) {
	t.Parallel()
	for _, c := range serverCases(t) {
		t.Run(c.Kind+"/"+c.Name, func(t *testing.T) {
			t.Parallel()
			v, err := validation.JSON("1.37", c.Kind, c.Object)
			if err != nil {
				t.Fatal(err)
			}
			if v.Accepted() != c.Server.Accepted {
				t.Errorf("accepted: %v, the server: %v", v.Accepted(), c.Server.Accepted)
			}
			want := []string{}
			for _, s := range c.Server.Causes {
				want = append(want, s.Field+": "+s.Message+" ("+s.Type+")")
			}
			slices.Sort(want)
			if diff := cmp.Diff(want, lines(v)); diff != "" {
				t.Errorf("causes (-server +podcue):\n%s", diff)
			}
			if diff := cmp.Diff(c.Server.Warnings, warnings(v)); diff != "" {
				t.Errorf("warnings (-server +podcue):\n%s", diff)
			}
			refusal := ""
			if c.Server.Code == 400 {
				refusal = c.Server.Message
			}
			if v.Refusal != refusal {
				t.Errorf("refusal %q, the server: %q", v.Refusal, refusal)
			}
		})
	}
}

// A flyteCase is what Flyte made of a task: a Pod, or the merge's PodSpec alone.
type flyteCase struct {
	Name string `json:"name"`
	Out  struct {
		Pod     *corev1.Pod     `json:"pod"`
		PodSpec *corev1.PodSpec `json:"podSpec"`
	} `json:"out"`
}

// pod returns the Pod that was judged when the verdicts were recorded; nil if
// the case has none.
func (c *flyteCase) pod() *corev1.Pod {
	switch {
	case c.Out.Pod != nil:
		return c.Out.Pod
	case c.Out.PodSpec != nil:
		return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "p", Namespace: "n"}, Spec: *c.Out.PodSpec}
	}
	return nil
}

// flyteFiles are the files of Flyte's answers with the files of verdicts on them.
var flyteFiles = []struct{ pods, verdicts string }{
	{"../merge/flyte/testdata/v2/named.jsonl.gz", "testdata/flyte/v2/named.jsonl.gz"},
	{"../merge/flyte/testdata/v2/random.jsonl.gz", "testdata/flyte/v2/random.jsonl.gz"},
	{"../merge/flyte/testdata/v1/named.jsonl.gz", "testdata/flyte/v1/named.jsonl.gz"},
	{"../merge/flyte/testdata/v1/random.jsonl.gz", "testdata/flyte/v1/random.jsonl.gz"},
	{"../merge/flyte/testdata/v1/v1.jsonl.gz", "testdata/flyte/v1/v1.jsonl.gz"},
	{"../merge/flyte/testdata/v1/v2only.jsonl.gz", "testdata/flyte/v1/v2only.jsonl.gz"},
}

// TestFlyte holds the verdicts of Kubernetes 1.36 on all Pods that Flyte made
// against those of ValidatePodCreate of Kubernetes 1.36.3. Three things explain all
// differences: a server drops fields whose feature gate is off before it calls that
// function (which alone refuses lifecycle.stopSignal); it gives causes that occur
// twice once (two hugepages without a limit); and 1.37 spells one field otherwise.
func TestFlyte(t *testing.T) {
	t.Parallel()
	for _, f := range flyteFiles {
		t.Run(f.verdicts, func(t *testing.T) {
			t.Parallel()
			verdicts := map[string][]string{}
			readLines(t, f.verdicts, func(line []byte) {
				var c struct {
					Name   string   `json:"name"`
					Errors []string `json:"errors"`
				}
				if err := json.Unmarshal(line, &c); err != nil {
					t.Fatal(err)
				}
				slices.Sort(c.Errors)
				verdicts[c.Name] = c.Errors
			})
			judged := 0
			readLines(t, f.pods, func(line []byte) {
				var c flyteCase
				if err := json.Unmarshal(line, &c); err != nil {
					t.Fatal(err)
				}
				want, ok := verdicts[c.Name]
				if !ok {
					return
				}
				judged++
				v, err := validation.Pod("1.36", c.pod())
				if err != nil {
					t.Fatal(err)
				}
				got := []string{}
				for _, c := range v.Causes {
					got = append(got, c.Field+": "+c.Message)
				}
				slices.Sort(got)
				want = explained(v, c.pod(), want)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-1.36.3 +podcue):\n%s", c.Name, diff)
				}
			})
			if judged != len(verdicts) {
				t.Errorf("judged %d Pods, but there are %d verdicts", judged, len(verdicts))
			}
		})
	}
}

// renamed are the fields that 1.37 spells otherwise than 1.36 did. A server of
// 1.37 that emulates 1.36 has the new spelling.
var renamed = map[string]string{
	"spec.securityContext.shareProcessNamespace: ": "spec.shareProcessNamespace: ",
}

// explained removes from errors, which are sorted, those that a server does not
// give.
func explained(v *validation.Verdict, pod *corev1.Pod, errors []string) []string {
	out := []string{}
	given := generic(pod)
	for _, e := range slices.Compact(errors) {
		for from, to := range renamed {
			if rest, ok := strings.CutPrefix(e, from); ok {
				e = to + rest
			}
		}
		if !aboutDropped(v, given, e) {
			out = append(out, e)
		}
	}
	slices.Sort(out)
	return out
}

// aboutDropped reports whether an error is about a field that v says is dropped.
func aboutDropped(v *validation.Verdict, given any, e string) bool {
	name, _, _ := strings.Cut(e, ": ")
	path, _, ok := provenance.Resolve(given, provenance.Path(name))
	return ok && slices.ContainsFunc(v.Dropped, path.Under)
}

func generic(obj any) any {
	data, err := json.Marshal(obj)
	if err != nil {
		panic(err)
	}
	var out any
	if err := json.Unmarshal(data, &out); err != nil {
		panic(err)
	}
	return out
}
