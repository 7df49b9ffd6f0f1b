package flyte_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podcue/podcue/internal/flytecases"
)

// knownDifferences are the cases that are answered in another way than Flyte
// does, by profile and name, with the reason. One that is not listed fails, and
// so does one that is listed and does not differ.
var knownDifferences = map[string]string{}

// A recordedCase is one line of a case file.
type recordedCase struct {
	Name string          `json:"name"`
	In   json.RawMessage `json:"in"`
	Out  json.RawMessage `json:"out"`
}

// gzipLines yields the lines of a file under testdata.
func gzipLines(tb testing.TB, path string) iter.Seq[[]byte] {
	tb.Helper()
	return func(yield func([]byte) bool) {
		f, err := os.Open(path)
		if err != nil {
			tb.Fatal(err)
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		if err != nil {
			tb.Fatal(err)
		}
		lines := bufio.NewScanner(z)
		lines.Buffer(nil, 64<<20)
		for lines.Scan() {
			if !yield(lines.Bytes()) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			tb.Fatal(err)
		}
	}
}

// readCases returns the cases of a file under testdata.
func readCases(tb testing.TB, path string) []recordedCase {
	tb.Helper()
	var cases []recordedCase
	for line := range gzipLines(tb, path) {
		var c recordedCase
		if err := json.Unmarshal(line, &c); err != nil {
			tb.Fatal(err)
		}
		cases = append(cases, c)
	}
	return cases
}

// caseFiles are the recorded answers, by the profile that must give them.
var caseFiles = map[string]string{"flyte@v2": "testdata/v2", "flyte@v1.16": "testdata/v1"}

func TestRecordedCases(t *testing.T) {
	seen := map[string]bool{}
	for profile, dir := range caseFiles {
		files, err := filepath.Glob(filepath.Join(dir, "*.jsonl.gz"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no cases in %s (%v)", dir, err)
		}
		for _, file := range files {
			t.Run(profile+"/"+strings.TrimSuffix(filepath.Base(file), ".jsonl.gz"), func(t *testing.T) {
				testCaseFile(t, profile, file, seen)
			})
		}
	}
	for id := range knownDifferences {
		if !seen[id] {
			t.Errorf("%s: listed as a known difference, but there is no such case", id)
		}
	}
}

func testCaseFile(t *testing.T, profile, file string, seen map[string]bool) {
	total, equal := map[string]int{}, map[string]int{}
	for _, c := range readCases(t, file) {
		id := profile + " " + c.Name
		seen[id] = true
		in := withProfile(t, c.In, profile)
		op := opOf(t, in)
		total[op]++
		diff := caseDifference(t, op, in, c.Out)
		switch reason, known := knownDifferences[id]; {
		case diff == "":
			equal[op]++
			if known {
				t.Errorf("%s: listed as a known difference (%s), but does not differ", id, reason)
			}
		case !known:
			t.Errorf("%s: %s", c.Name, diff)
		}
	}
	for _, op := range slices.Sorted(maps.Keys(total)) {
		t.Logf("%-20s %4d of %4d equal", op, equal[op], total[op])
	}
}

// withProfile adds the profile to a question, whose members keep their order.
func withProfile(t *testing.T, in json.RawMessage, profile string) []byte {
	t.Helper()
	name, err := json.Marshal(profile)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Appendf(nil, `{"profile":%s,%s`, name, bytes.TrimSpace(in)[1:])
}

// opOf returns the op of a question.
func opOf(t *testing.T, question []byte) string {
	t.Helper()
	var q struct{ Op string }
	if err := json.Unmarshal(question, &q); err != nil {
		t.Fatal(err)
	}
	return q.Op
}

// caseDifference returns the first difference between podcue's answer and the
// recorded one, "" for none.
func caseDifference(t *testing.T, op string, question []byte, recorded json.RawMessage) string {
	t.Helper()
	answer, err := flytecases.Answer(question)
	if err != nil {
		return "cannot be answered: " + err.Error()
	}
	data, err := json.Marshal(answer)
	if err != nil {
		t.Fatal(err)
	}
	want, got := canonicalAnswer(t, op, recorded), canonicalAnswer(t, op, data)
	d := differ{strict: op == "serialize_pod_spec"} // to Python an empty list is a value
	return d.first("", want, got)
}

// canonicalTypes are the members of answers that are Kubernetes objects: they
// are compared as their types print them.
var canonicalTypes = map[string]func() any{
	"pod":             func() any { return &corev1.Pod{} },
	"podSpec":         func() any { return &corev1.PodSpec{} },
	"objectMeta":      func() any { return &metav1.ObjectMeta{} },
	"templateMutated": func() any { return &corev1.PodTemplate{} },
}

// canonicalAnswer brings an answer to the form in which answers are compared.
func canonicalAnswer(t *testing.T, op string, data json.RawMessage) any {
	t.Helper()
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	out := map[string]any{}
	for name, raw := range members {
		var v any
		if newObject := canonicalTypes[name]; newObject != nil && op != "serialize_pod_spec" && string(raw) != "true" && string(raw) != "false" {
			v = newObject()
		}
		switch name {
		case "versionHash": // depends on the version of the Python client
			continue
		case "error":
			var text string
			if err := json.Unmarshal(raw, &text); err != nil {
				t.Fatal(err)
			}
			out[name] = errorKind(text)
			continue
		}
		if v == nil {
			out[name] = generic(t, raw)
			continue
		}
		if err := json.Unmarshal(raw, v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		printed, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = generic(t, printed)
	}
	return out
}

func generic(t *testing.T, raw json.RawMessage) any {
	t.Helper()
	var v any
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// errorKind is what must be equal of an error: its text up to what varies, which
// are the quoted protobuf messages and underlying errors in brackets.
func errorKind(text string) string {
	if i := strings.Index(text, "task k8s pod ["); i >= 0 {
		return text[:i]
	}
	return strings.TrimSpace(text)
}

// A differ finds the first difference in the order of fields. Unless it is
// strict, null, an empty list and a missing member are the same.
type differ struct{ strict bool }

func (d differ) first(path string, want, got any) string {
	if !d.strict && empty(want) && empty(got) {
		return ""
	}
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			break
		}
		keys := map[string]bool{}
		for k := range w {
			keys[k] = true
		}
		for k := range g {
			keys[k] = true
		}
		for _, k := range slices.Sorted(maps.Keys(keys)) {
			if diff := d.first(path+"."+k, w[k], g[k]); diff != "" {
				return diff
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok {
			break
		}
		for i := range max(len(w), len(g)) {
			if diff := d.first(fmt.Sprintf("%s[%d]", path, i), elementAt(w, i), elementAt(g, i)); diff != "" {
				return diff
			}
		}
		return ""
	}
	if reflect.DeepEqual(want, got) {
		return ""
	}
	return fmt.Sprintf("at %s:\n\tFlyte:  %s\n\tpodcue: %s", strings.TrimPrefix(path, "."), short(want), short(got))
}

func empty(v any) bool {
	list, ok := v.([]any)
	return v == nil || ok && len(list) == 0
}

func elementAt(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return nil
}

func short(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	if len(data) > 400 {
		return string(data[:400]) + "…"
	}
	return string(data)
}
