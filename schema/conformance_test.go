package schema_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/errors"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what the tests get into their golden files")

// TestValid checks that the schema takes each file, one rule a file. A file whose
// first line mentions -c=false may be incomplete.
func TestValid(t *testing.T) {
	t.Parallel()
	for _, file := range conformanceFiles(t, "valid") {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		first, _, _ := strings.Cut(string(data), "\n")
		options := []cue.Option{cue.Concrete(!strings.Contains(first, "-c=false"))}
		if got := messages(build(t, ".", "./"+file), options...); len(got) > 0 {
			t.Errorf("%s:\n%s", file, strings.Join(got, "\n"))
		}
	}
}

// TestInvalid checks that the schema refuses each file, one rule a file, with
// exactly the errors of its comments "want PATH: MESSAGE": what plain cue vet
// prints.
func TestInvalid(t *testing.T) {
	t.Parallel()
	for _, file := range conformanceFiles(t, "invalid") {
		got := messages(build(t, ".", "./"+file), cue.Concrete(true), cue.Final())
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var want, rest []string
		for _, line := range strings.SplitAfter(string(data), "\n") {
			if w, ok := strings.CutPrefix(line, "// want "); ok {
				want = append(want, strings.TrimSuffix(w, "\n"))
			} else {
				rest = append(rest, line)
			}
		}
		if *update && !slices.Equal(want, got) {
			text := rest[0]
			for _, m := range got {
				text += "// want " + m + "\n"
			}
			if err := os.WriteFile(file, []byte(text+strings.Join(rest[1:], "")), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" || len(got) == 0 {
			t.Errorf("%s: errors (-want +got):\n%s", file, diff)
		}
	}
}

// messages returns the errors of v as "PATH: MESSAGE".
func messages(v cue.Value, options ...cue.Option) []string {
	var out []string
	for _, err := range errors.Errors(v.Validate(options...)) {
		format, args := err.Msg()
		out = append(out, strings.Join(err.Path(), ".")+": "+fmt.Sprintf(format, args...))
	}
	return out
}

func conformanceFiles(t *testing.T, kind string) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/" + kind + "/*.cue")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files in testdata/%s: %v", kind, err)
	}
	return files
}
