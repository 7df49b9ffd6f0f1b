package encode_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	yamlv3 "go.yaml.in/yaml/v3"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/podcue/podcue/cmd/podcue/internal/encode"
	"github.com/podcue/podcue/provenance"
)

// recorded calls check with the Pod of every recorded answer of Flyte that has
// one.
func recorded(t *testing.T, check func(t *testing.T, name string, pod *corev1.Pod)) {
	t.Helper()
	n := 0
	for _, file := range []string{"named.jsonl.gz", "random.jsonl.gz"} {
		f, err := os.Open(filepath.Join("../../../../merge/flyte/testdata/v2", file))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		unzipped, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(unzipped)
		lines.Buffer(nil, 16<<20)
		for lines.Scan() {
			var c struct {
				Name string
				Out  struct{ Pod *corev1.Pod }
			}
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				t.Fatal(err)
			}
			if c.Out.Pod != nil {
				n++
				c.Out.Pod.TypeMeta.APIVersion, c.Out.Pod.TypeMeta.Kind = "v1", "Pod"
				check(t, c.Name, c.Out.Pod)
			}
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
	}
	if n < 500 {
		t.Errorf("only %d recorded Pods were seen", n)
	}
}

// What is written decodes to the very Pod, strictly.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	pods, err := encode.Lookup("pod")
	if err != nil {
		t.Fatal(err)
	}
	recorded(t, func(t *testing.T, name string, pod *corev1.Pod) {
		want := marshal(t, pod)
		for _, format := range []string{"yaml", "json"} {
			var b bytes.Buffer
			if err := pods.Write(&b, []*encode.Object{{Name: name, Pod: pod}}, format); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			back := &corev1.Pod{}
			if err := yaml.UnmarshalStrict(b.Bytes(), back); err != nil {
				t.Errorf("%s: %s: %v", name, format, err)
			}
			if diff := cmp.Diff(want, marshal(t, back)); diff != "" {
				t.Errorf("%s: %s (-want +got):\n%s", name, format, diff)
			}
		}
	})
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// Each leaf is on the line that a YAML parser finds it on.
func TestPodLines(t *testing.T) {
	t.Parallel()
	recorded(t, func(t *testing.T, name string, pod *corev1.Pod) {
		text, got, err := encode.PodLines(pod)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var doc yamlv3.Node
		if err := yamlv3.Unmarshal(text, &doc); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var generic any
		if err := yaml.Unmarshal(text, &generic); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := map[int]provenance.Path{}
		leafLines(doc.Content[0], "", "", generic, want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s\n%s", name, diff, text)
		}
		if leaves := maps.Collect(provenance.Leaves(generic)); len(leaves) != len(got) {
			t.Errorf("%s: %d leaves, but %d lines", name, len(leaves), len(got))
		}
	})
}

// leafLines notes the line of every leaf below n, the parsed form of v.
func leafLines(n *yamlv3.Node, at provenance.Path, name string, v any, lines map[int]provenance.Path) {
	switch v := v.(type) {
	case map[string]any:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			leafLines(n.Content[i+1], provenance.MemberPath(at, name, key), key, v[key], lines)
		}
	case []any:
		for i, p := range provenance.ElementPaths(at, name, v) {
			leafLines(n.Content[i], p, "", v[i], lines)
		}
	}
	if provenance.IsLeaf(v) {
		lines[n.Line] = at
	}
}
