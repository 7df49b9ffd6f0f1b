package pss_test

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/policies/pss"
)

// The corpus's cases of the standards, each at its own level and version: what
// must pass has no finding, what must fail has one with an id of the control.
func TestCorpus(t *testing.T) {
	t.Parallel()
	files := unpack(t, "../testdata/corpus.tar.gz")
	sets := map[string]*policies.Set{}
	n := 0
	lines := bufio.NewScanner(bytes.NewReader(files["manifest.jsonl"]))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var c struct {
			File, Tool, Expect, Level, Version string
			Podcue                             []string
		}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		if c.Tool != "pss" {
			continue
		}
		n++
		spec := c.Level + ":" + c.Version
		if sets[spec] == nil {
			std, err := pss.Parse(spec)
			if err != nil {
				t.Fatal(err)
			}
			sets[spec] = only(t, std)
		}
		var pod corev1.Pod
		if err := yaml.UnmarshalStrict(files[c.File], &pod); err != nil {
			t.Fatal(err)
		}
		found := check(sets[spec], &corev1.PodTemplateSpec{ObjectMeta: pod.ObjectMeta, Spec: pod.Spec})
		named := slices.ContainsFunc(found, func(f finding.Finding) bool { return slices.Contains(c.Podcue, f.ID) })
		if c.Expect == "pass" && len(found) > 0 || c.Expect == "fail" && !named {
			t.Errorf("%s: want %s of %v, found %v", c.File, c.Expect, c.Podcue, found)
		}
	}
	if n != 694 {
		t.Errorf("%d cases were checked", n)
	}
}

// unpack returns the files of the archive by their path below its root.
func unpack(t *testing.T, archive string) map[string][]byte {
	t.Helper()
	data, err := os.ReadFile(archive)
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
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		_, name, _ := strings.Cut(h.Name, "/")
		if files[name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
}
