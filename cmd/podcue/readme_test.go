package main

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const readmeFile = "../../README.md"

// TestReadme runs every command that the README shows, in a copy of the
// checkout, and compares what it prints. A ```console block shows commands after
// "$ " and their output; a ```sh block is what a newcomer types.
func TestReadme(t *testing.T) {
	old, err := os.ReadFile(readmeFile)
	if err != nil {
		t.Fatal(err)
	}
	dir := copyOfCheckout(t)
	var out strings.Builder
	var block, language string
	inside := false
	for line := range strings.Lines(string(old)) {
		fence, isFence := strings.CutPrefix(line, "```")
		switch {
		case !inside && isFence:
			inside, language, block = true, strings.TrimSpace(fence), ""
			out.WriteString(line)
		case inside && isFence:
			inside = false
			out.WriteString(readmeBlock(t, dir, language, block))
			out.WriteString(line)
		case inside:
			block += line
		default:
			out.WriteString(line)
		}
	}
	if *update && !t.Failed() {
		if err := os.WriteFile(readmeFile, []byte(out.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(old), out.String()); diff != "" {
		t.Errorf("README.md is not what the commands print; go test ./cmd/podcue -update mends it (-README +real):\n%s", diff)
	}
}

// readmeBlock runs the commands of a block and returns the block as it should
// be.
func readmeBlock(t *testing.T, dir, language, block string) string {
	switch language {
	case "sh":
		for command := range strings.Lines(block) {
			runReadmeCommand(t, dir, strings.TrimSpace(command))
		}
	case "console":
		var out strings.Builder
		for line := range strings.Lines(block) {
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				out.WriteString(line)
				out.WriteString(runReadmeCommand(t, dir, strings.TrimSpace(command)))
			}
		}
		return out.String()
	case "cue", "yaml", "":
	default:
		t.Errorf("a block in %q: the test knows sh, console, cue and yaml", language)
	}
	return block
}

// runReadmeCommand runs one command line and returns what it prints.
func runReadmeCommand(t *testing.T, dir, command string) string {
	t.Helper()
	words := strings.Fields(command)
	switch {
	case command == "go test ./...", strings.HasPrefix(command, "cd e2e && go test"):
		ci, err := os.ReadFile("../../.ci/run")
		if err != nil || !strings.Contains(string(ci), command) {
			t.Errorf("%s is not run by .ci/run (%v)", command, err)
		}
		return ""
	case strings.HasPrefix(command, "go install "):
		return "" // e2e installs through a module proxy of its own
	case strings.HasPrefix(command, "go run ./cmd/podcue "):
		words = words[3:]
	case words[0] == "podcue":
		words = words[1:]
	default:
		t.Errorf("the test cannot run %q", command)
		return ""
	}
	var printed bytes.Buffer
	e := &env{
		dir: dir, stdin: strings.NewReader(""), stdout: &printed, stderr: &printed,
		getenv: func(string) string { return "" },
		now:    func() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) },
		exit:   func(int) { t.Errorf("%s ran out of time or memory", command) },
	}
	if code := run(e, words); code == exitFailed {
		t.Errorf("%s: exit code %d\n%s", command, code, printed.String())
	}
	return printed.String()
}

// copyOfCheckout copies what the examples need into a directory of the test, so
// that a command may write there.
func copyOfCheckout(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"cue.mod", "schema", "examples", "podcue.cue"} {
		src := filepath.Join("../..", name)
		err := filepath.WalkDir(src, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rel, err := filepath.Rel("../..", path)
			if err != nil {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			dest := filepath.Join(dir, rel)
			if err := os.MkdirAll(filepath.Dir(dest), 0o777); err != nil {
				return err
			}
			return os.WriteFile(dest, data, 0o666)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
