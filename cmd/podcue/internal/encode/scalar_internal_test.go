package encode

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	yamlv3 "go.yaml.in/yaml/v3"
	"sigs.k8s.io/yaml"
)

func TestScalars(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"plain":               "plain",
		"nvidia.com/gpu":      "nvidia.com/gpu",
		"--inputs":            "--inputs",
		"-c":                  "-c",
		"100m":                "100m",
		"16Gi":                "16Gi",
		"ghcr.io/acme/t:1.4":  "ghcr.io/acme/t:1.4",
		"a, b {c} [d]":        "a, b {c} [d]",
		"$(POD_IP)":           "$(POD_IP)",
		"/tmp":                "/tmp",
		"":                    `""`,
		"yes":                 `"yes"`,
		"Off":                 `"Off"`,
		"y":                   `"y"`,
		"null":                `"null"`,
		"~":                   `"~"`,
		"1":                   `"1"`,
		"010":                 `"010"`,
		"0x1F":                `"0x1F"`,
		"1e3":                 `"1e3"`,
		"1_000":               `"1_000"`,
		"12:30":               `"12:30"`,
		"2026-11-25":          `"2026-11-25"`,
		".5":                  `".5"`,
		".inf":                `".inf"`,
		"-":                   `"-"`,
		"- x":                 `"- x"`,
		"{{.input}}":          `"{{.input}}"`,
		"a: b":                `"a: b"`,
		"a:":                  `"a:"`,
		"a #b":                `"a #b"`,
		" a":                  `" a"`,
		"tab\there":           `"tab\there"`,
		`{"a": 1}`:            `'{"a": 1}'`,
		`"so" it's`:           `'"so" it''s'`,
		"bell\a":              `"bell\a"`,
		"\ufeff":              `"\ufeff"`,
		"für alle \U0001F600": "für alle \U0001F600",
		"---":                 `"---"`,
		"<<":                  `"<<"`,
	} {
		if got := yamlScalar(s); got != want {
			t.Errorf("%q is written %s, want %s", s, got, want)
		}
	}
}

func TestTexts(t *testing.T) {
	t.Parallel()
	got, _ := yamlDocument(map[string]any{
		"args": []any{"set -e\n\tmake\n\nmake install\n", "no end\nof line", "two ends\n\n"},
		"quoted": map[string]any{
			"leading":  " space\nfirst\n",
			"trailing": "space \nlast\n",
			"newline":  "\nfirst",
			"only":     "\n",
			"cr":       "a\r\nb\n",
		},
	})
	want := `args:
- |
  set -e
  	make

  make install
- |-
  no end
  of line
- |+
  two ends

quoted:
  cr: "a\r\nb\n"
  leading: " space\nfirst\n"
  newline: "\nfirst"
  only: "\n"
  trailing: "space \nlast\n"
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Any string comes back from any YAML parser, as a key and as a value.
func FuzzYAML(f *testing.F) {
	for _, s := range append(slices.Clone(words), "1e3", "a: b", "\n\n", "x\n y\n", "\t", "# c", "a\u0085b", "! x", "? x", "|", "%TAG", "'", "x\n\n", "é\u2028") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = string([]rune(s)) // JSON holds valid UTF-8 only
		text, _ := yamlDocument(map[string]any{
			"a": s, "list": []any{s, map[string]any{"a": s}, []any{s}}, "labels": map[string]any{s: s}, "z": s,
		})
		want := map[string]any{"a": s, "list": []any{s, map[string]any{"a": s}, []any{s}}, "labels": map[string]any{s: s}, "z": s}
		var byV3, byKubernetes map[string]any
		if err := yamlv3.Unmarshal(text, &byV3); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if diff := cmp.Diff(want, byV3); diff != "" {
			t.Errorf("yaml/v3 (-want +got):\n%s\n%s", diff, text)
		}
		if err := yaml.Unmarshal(text, &byKubernetes); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if diff := cmp.Diff(want, byKubernetes); diff != "" {
			t.Errorf("sigs.k8s.io/yaml (-want +got):\n%s\n%s", diff, text)
		}
	})
}

func TestKeyOrder(t *testing.T) {
	t.Parallel()
	pod := map[string]any{"zeta": 1, "args": 1, "kind": 1, "name": 1, "image": 1, "apiVersion": 1, "env": 1, "command": 1, "metadata": 1}
	want := []string{"apiVersion", "kind", "name", "image", "command", "args", "env", "metadata", "zeta"}
	if diff := cmp.Diff(want, orderedKeys(pod, "containers")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(pod)), orderedKeys(pod, "labels")); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
}

// YAML finds the colon of a long key only behind a question mark.
func TestLongKey(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("k", 2000)
	want := map[string]any{"options": map[string]any{long: "v", "short": map[string]any{long: []any{"x"}}}}
	text, _ := yamlDocument(want)
	var got map[string]any
	if err := yaml.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestEmptyDocument(t *testing.T) {
	t.Parallel()
	if got, _ := yamlDocument(nil); string(got) != "{}\n" {
		t.Errorf("nothing is written %q", got)
	}
}
