package flyte_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/internal/flytecases"
	"github.com/podcue/podcue/merge/flyte"
)

// A loaderCase is what the loader of Flyte v1.16.8 made of some files: the
// effective plugins.k8s section, or its error.
type loaderCase struct {
	Files  []string
	Config json.RawMessage
	Error  string
}

// TestLoaderIsFlytes compares LoadConfig with recorded answers of Flyte's loader
// to files that are wrong, odd or random.
func TestLoaderIsFlytes(t *testing.T) {
	t.Parallel()
	total, refused := 0, 0
	for line := range gzipLines(t, "testdata/loader.v1.jsonl.gz") {
		var c loaderCase
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		total++
		if c.Error != "" {
			refused++
		}
		if diff := loaderDifference(t, &c); diff != "" {
			t.Errorf("%s\n%s", strings.Join(c.Files, "\n---\n"), diff)
		}
	}
	t.Logf("%d files, of which Flyte refuses %d", total, refused)
}

func loaderDifference(t *testing.T, c *loaderCase) string {
	t.Helper()
	files := make([]flyte.ConfigFile, len(c.Files))
	for i, text := range c.Files {
		files[i] = flyte.ConfigFile{Name: fmt.Sprintf("%d.yaml", i), Data: []byte(text)}
	}
	cfg, err := flyte.LoadConfig(flyte.V1, files...)
	if err != nil || c.Error != "" {
		want, got := loaderComplaints(c.Error), ""
		var l finding.List
		if errors.As(err, &l) {
			var lines []string
			for _, f := range l {
				lines = append(lines, f.Detail)
			}
			got = loaderComplaints(strings.Join(lines, "\n"))
		}
		if want != got || (err == nil) != (c.Error == "") {
			return fmt.Sprintf("\tFlyte:  %s\n\tpodcue: %s (%v)", c.Error, got, err)
		}
		return ""
	}
	keys, err := cfg.Keys(flyte.V1)
	if err != nil {
		t.Fatal(err)
	}
	diff, err := flytecases.Difference("config", c.Config, []byte(marshal(t, keys)))
	if err != nil {
		t.Fatal(err)
	}
	return diff
}

// loaderComplaints are the lines of an error that are about a key, in order of
// the alphabet.
func loaderComplaints(text string) string {
	var lines []string
	for l := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(l, "'") {
			// Flyte has types of strings for these.
			l = strings.NewReplacer("'v1.PullPolicy'", "'string'", "'v1.ResourceName'", "'string'").Replace(l)
			lines = append(lines, strings.TrimSpace(l))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
