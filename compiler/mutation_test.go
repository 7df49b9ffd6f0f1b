package compiler_test

import (
	"errors"
	"flag"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/podcue/podcue/compiler"
	"github.com/podcue/podcue/finding"
)

var mutations = flag.Int("mutations", 150, "how many broken files TestMutations makes")

// TestMutations breaks the files of the golden tests in ways that people and
// merges do, and holds what every finding promises.
func TestMutations(t *testing.T) {
	t.Parallel()
	sources := goldenSources(t)
	r := rand.New(rand.NewPCG(1, 2))
	for range *mutations {
		source := sources[r.IntN(len(sources))]
		for range 1 + r.IntN(3) {
			source = mutate(r, source, sources)
		}
		cfg := &compiler.Config{Dir: "/project", Timeout: time.Minute, Overlay: map[string][]byte{
			"cue.mod/module.cue": []byte(moduleFile), "team.cue": []byte(source),
		}}
		_, err := compiler.Compile(cfg, "./...")
		if errors.Is(err, compiler.ErrTimeout) {
			t.Errorf("%v:\n%s", err, source)
		}
		var list finding.List
		if errors.As(err, &list) {
			for _, f := range list {
				checkFinding(t, f)
				if !f.Position().IsValid() || strings.Contains(f.Message, "crash") {
					t.Errorf("no position, or a crash: %+v", f)
				}
			}
		}
		if t.Failed() {
			t.Fatalf("compiling:\n%s", source)
		}
	}
}

// goldenSources returns the CUE files of the golden tests.
func goldenSources(t *testing.T) []string {
	t.Helper()
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, name := range archives {
		ar, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range ar.Files {
			if strings.HasSuffix(f.Name, ".cue") && !strings.Contains(f.Name, "cue.mod") && len(f.Data) > 0 {
				out = append(out, string(f.Data))
			}
		}
	}
	return out
}

// words are values that take the place of others.
var words = []string{"string", "1", `"x"`, "{}", "[]", "null", "_", "_|_", "true", "[...]", "#A", "1 | 2", "*1 | int", "close({})"}

// mutate breaks s once.
func mutate(r *rand.Rand, s string, sources []string) string {
	if s == "" {
		return s
	}
	at := r.IntN(len(s))
	other := sources[r.IntN(len(sources))]
	lines, others := strings.Split(s, "\n"), strings.Split(other, "\n")
	i, j := r.IntN(len(lines)), r.IntN(len(lines))
	switch r.IntN(5) {
	case 0: // a few characters are lost
		return s[:at] + s[min(len(s), at+1+r.IntN(6)):]
	case 1: // a piece of another file
		from := r.IntN(len(other))
		return s[:at] + other[from:min(len(other), from+r.IntN(20))] + s[at:]
	case 2: // two lines change places
		lines[i], lines[j] = lines[j], lines[i]
	case 3: // a line of another file
		lines[i] = others[r.IntN(len(others))]
	case 4: // another value
		end := max(0, strings.IndexAny(s[at:], " \n,}]"))
		return s[:at] + words[r.IntN(len(words))] + s[at+end:]
	}
	return strings.Join(lines, "\n")
}
