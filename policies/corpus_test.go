package policies_test

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/provenance"
)

var update = flag.Bool("update", false, "write what the tests get into their golden files")

// A corpusCase is one object of the tests of another project, with that
// project's verdict on one of its own rules. Their licences are in the archive.
type corpusCase struct {
	File             string          `json:"file"`
	Tool             string          `json:"tool"`
	Check            string          `json:"check"`
	Expect           string          `json:"expect"`
	IDs              []string        `json:"podcue"`
	Params           json.RawMessage `json:"params"`
	Paths            []string        `json:"paths"`
	Multi            int             `json:"multi"`
	ContextDependent bool            `json:"context_dependent"`
}

// clean reports whether the verdict is about this one object.
func (c *corpusCase) clean() bool {
	return len(c.IDs) > 0 && (c.Expect == "pass" || c.Expect == "fail") && c.Multi == 0 && !c.ContextDependent
}

// judged reports whether the case is one that the policies are held against:
// the standard's own cases are in package pss, and there is no policy that wants
// topology spread constraints.
func (c *corpusCase) judged() bool {
	return c.clean() && c.Tool != "pss" && c.Check != "topologySpreadConstraint"
}

// corpus returns the cases, sorted by file, and the files.
func corpus(t testing.TB) ([]*corpusCase, map[string][]byte) {
	t.Helper()
	data, err := os.ReadFile("testdata/corpus.tar.gz")
	if err != nil {
		t.Fatal(err)
	}
	gz, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for r := tar.NewReader(gz); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[strings.TrimPrefix(h.Name, "policy-corpus/")] = content
	}
	var cases []*corpusCase
	lines := bufio.NewScanner(bytes.NewReader(files["manifest.jsonl"]))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		c := &corpusCase{}
		if err := json.Unmarshal(lines.Bytes(), c); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	slices.SortFunc(cases, func(a, b *corpusCase) int { return strings.Compare(a.File, b.File) })
	return cases, files
}

// differences returns the reasons why cases are judged otherwise here, by file.
// Each line is "file: reason"; a reason holds for the files below it when the
// file is a folder.
func differences(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile("testdata/corpus-differences.txt")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		file, reason, ok := strings.Cut(line, ": ")
		if !ok || reason == "" {
			t.Fatalf("no reason: %s", line)
		}
		out[file] = reason
	}
	return out
}

// Every clean case of the other tools' tests is judged as they judge it, with
// their parameters; every difference is listed with its reason. The standard's
// own cases are in package pss.
func TestCorpus(t *testing.T) {
	t.Parallel()
	cases, files := corpus(t)
	reasons := differences(t)
	used := map[string]bool{}
	type row struct{ cases, agree, listed, paths, near int }
	table := map[string]*row{}
	for _, c := range cases {
		if !c.judged() {
			continue
		}
		key := c.Tool + "/" + c.Check
		if table[key] == nil {
			table[key] = &row{}
		}
		r := table[key]
		r.cases++
		found, obj := judge(t, c, files[c.File])
		why, listed := reasons[c.File]
		switch agree := (len(found) > 0) == (c.Expect == "fail"); {
		case agree && listed:
			t.Errorf("%s agrees now, but is listed: %s", c.File, why)
		case agree:
			r.agree++
			if len(found) > 0 && len(c.Paths) > 0 {
				r.paths++
				if near(found, c.Paths, obj) {
					r.near++
				}
			}
		case listed:
			r.listed++
			used[c.File] = true
		default:
			t.Errorf("%s: want %s of %v, found %v", c.File, c.Expect, c.IDs, found)
		}
	}
	for file := range reasons {
		if !used[file] {
			t.Errorf("corpus-differences.txt: %s is no clean case", file)
		}
	}
	var b strings.Builder
	total := row{}
	print := func(name string, r *row) {
		fmt.Fprintf(&b, "%-58s %5d %5d %6d %5d/%d\n", name, r.cases, r.agree, r.listed, r.near, r.paths)
	}
	fmt.Fprintf(&b, "%-58s %5s %5s %6s %s\n", "check", "cases", "agree", "listed", "places")
	for _, key := range slices.Sorted(maps.Keys(table)) {
		r := table[key]
		print(key, r)
		total.cases, total.agree, total.listed = total.cases+r.cases, total.agree+r.agree, total.listed+r.listed
		total.paths, total.near = total.paths+r.paths, total.near+r.near
	}
	print("total", &total)
	golden(t, "testdata/corpus.golden", b.String())
}

// judge runs the policies that a case is about, and nothing else.
func judge(t *testing.T, c *corpusCase, data []byte) (finding.List, any) {
	t.Helper()
	ids, config := translate(t, c)
	sel := &policies.Selection{Enable: ids}
	for _, p := range policies.All() {
		if !slices.Contains(ids, p.ID) {
			sel.Disable = append(sel.Disable, p.ID)
		}
	}
	var err error
	if sel.Config, err = json.Marshal(config); err != nil {
		t.Fatal(err)
	}
	set, err := policies.Select(sel)
	if err != nil {
		t.Fatalf("%s: %v", c.File, err)
	}
	s, obj := workload(t, data)
	return policies.Check(s, set), obj
}

// near reports whether a finding is in the same element as one of the places
// that the other tool reports, or above it.
func near(found finding.List, paths []string, obj any) bool {
	return slices.ContainsFunc(paths, func(p string) bool {
		at, _, _ := provenance.Resolve(obj, provenance.Path(p))
		return slices.ContainsFunc(found, func(f finding.Finding) bool { return f.Path.Under(at.Parent()) || at.Under(f.Path) })
	})
}

// golden compares got with a golden file, or writes it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; -update writes it):\n%s", file, diff)
	}
}
