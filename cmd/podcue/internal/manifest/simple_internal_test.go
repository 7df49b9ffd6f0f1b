package manifest

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

// byLibrary returns the nodes that the YAML library makes of text, nil if it
// makes none or if there is more than one document.
func byLibrary(text []byte) *node {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	var first, second yaml.Node
	if dec.Decode(&first) != nil || dec.Decode(&second) == nil || len(first.Content) == 0 {
		return nil
	}
	return fromYAML(first.Content[0], text)
}

// plainNode is a node for comparing. Where there is nothing, it does not matter
// where that is.
type plainNode struct {
	Kind      kind
	Style     style
	Line, Col int32
	Tag       string
	Value     string
	Content   []plainNode
}

func comparable(n *node) *plainNode {
	if n == nil {
		return nil
	}
	p := &plainNode{n.kind, n.style, n.line, n.col, n.tag, n.value, nil}
	if n.kind == scalarNode && n.style == plainStyle && n.value == "" {
		p.Line, p.Col = 0, 0
	}
	for i := range n.content {
		p.Content = append(p.Content, *comparable(&n.content[i]))
	}
	return p
}

// checkSimple compares simpleYAML with the library and reports whether it took
// text.
func checkSimple(t *testing.T, name string, text []byte) bool {
	t.Helper()
	got := simpleYAML(text)
	if got == nil {
		return false
	}
	want, have := comparable(byLibrary(text)), comparable(got)
	if !reflect.DeepEqual(want, have) {
		t.Errorf("%s: -library +got:\n%s\n%s", name, cmp.Diff(want, have), text)
	}
	return true
}

func TestSimpleYAML(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"a: 1", "a:\n  b: c\n  d:\n  - e\n  - f: g\n    h: i\n  -\n    j: k\n", "a:\n- b\n- c\nd: e\n", "- a\n- b: c\n", "# c\n---\n# d\na: b # e\n\n  # f\nc: d\n",
		"  a: b\n  c: d\n", "a: {b: c, d: [e, \"f\", 'g'], h: {}, i: []}\n", "a: {b: {c: {d: e}}}", "a:\nb:\n", "a: \"x y\" # z\n", "a: b#c\n", "a: x:y\n", "a: http://b\n",
		"a: -c\nb: -1\n", "\"a b\": c\n'd': e\n1: f\n", "a: b\r\nc:\r\n- d\r\n", "a: ''\n", "a: x, y\n", "a: [b, -c, --d]", "a: [b c, d]\n", "- \"a\": b\n  c: d\n", "a:\n    - b: c\n      d: e\n    - f\n",
	} {
		if !checkSimple(t, "a document", []byte(text)) {
			t.Errorf("it is not taken for simple:\n%s", text)
		}
	}
	for _, text := range []string{
		"", "a", "a: &x b", "a: *x", "a: !!str b", "a: |\n  b\n", "a: >\n  b\n", "a: \"b\\n\"", "a: 'it''s'", "a: b\n  c\n", "a: \"b\n  c\"\n", "a:\n\tb: c", "a: ü", "? a\n: b\n",
		"<<: a", "a: b: c", "a:b", "a: [b,\n c]", "a: {b}", "a: [b: c]", "a: [b, ]", "a: @b", "a: `b`", "a: %b", "- - a", "a: b\n c: d\n", "a:\n  b: c\n d: e\n", "a: [b] c", "a: \"b\"c",
		"--- a: b", "a: b\n...\n", "%YAML 1.1\n---\na: b\n", "a: - b", "a: b\n- c\n", "- a\nb: c\n", "a: \"b\":\n", "a: {b: c}: d", "a: ? b", "a: ,b", "a: b:", "a: #b\n  c", "a: [- b]", "a: [-]",
		"a: {b:c}", "a: {\"b\":c}", "a: b\rc: d", "a: 'b'#c", "a b: c",
	} {
		if got := simpleYAML([]byte(text)); got != nil {
			checkSimple(t, "a document that is not simple", []byte(text))
			if strings.ContainsAny(text, "&*!|>\\") {
				t.Errorf("it is taken for simple:\n%s", text)
			}
		}
	}
}

func FuzzSimpleYAML(f *testing.F) {
	for _, s := range []string{
		"a:\n  b: c\n  d:\n  - e\n  - f: g\n    h: i\n  -\n    j: k\n", "a: {b: c, d: [e, \"f\", 'g'], h: {}}\n", "---\n- a\n- b: c # d\n", "a: b\r\nc: 'd e'\n",
		"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - name: a\n    args: [\"-c\", x]\n    env: []\n", "? a\n", "a: -\n", "-\n-\n", "a:\n  - b\n c\n",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if _, ok := checkText([]byte(text)); ok {
			for _, c := range split([]byte(text)) {
				checkSimple(t, "fuzz", c.text)
			}
		}
	})
}

// CompareSimple is checkSimple for the tests that have more documents.
func CompareSimple(t *testing.T, name string, text []byte) bool {
	t.Helper()
	return checkSimple(t, name, text)
}
