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
	"slices"
	"strings"
	"testing"

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
	t.Parallel()
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
	diff, err := flytecases.Difference(op, recorded, data)
	if err != nil {
		t.Fatal(err)
	}
	return diff
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
