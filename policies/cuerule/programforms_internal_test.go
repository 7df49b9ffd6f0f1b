package cuerule

import (
	"path/filepath"
	"testing"
)

// What programs are for: the policies that people write.
func TestProgram(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{deny: [if len(input.containers) > 1 {message: "has \(len(input.containers)) containers"}]}`,
		`{params: max: int | *4, deny: [if len(input.containers) > params.max {path: "spec.containers", message: "more than \(params.max)"}]}`,
		`{params: r: string | *"nvidia.com/gpu", let h = [for c in input.containers if c.resources.limits[params.r] != _|_ {c}], deny: [if len(h) > 1 for c in h {path: "\(c.path).resources", message: "so do \(len(h)-1) more"}]}`,
		`{deny: [for m in input.mounts if m.volume.hostPath != _|_ if !(*m.mount.readOnly | false) {path: m.path, message: "\(m.container.name) writes"}]}`,
		`{deny: [for i, a in input.ports for j, b in input.ports if i < j && a.containerPort == b.containerPort {path: b.path, message: "twice"}]}`,
		`{params: names: [...string] | *["a"], deny: [for e in input.env if list.Contains(params.names, e.name) || strings.HasPrefix(e.name, "X_") {path: e.path, message: e.name}]}`,
		`{deny: [for k, v in input.pod.metadata.labels if v !~ "^[a-z]+$" {path: "metadata.labels[\(k)]", message: "\(strings.Join([for c in input.containers {c.name}], ", "))"}]}`,
		`{let host = {for v in input.volumes if v.hostPath != _|_ {(v.name): true}}, deny: [for m in input.mounts if host[m.mount.name] != _|_ {path: m.path, message: "a"}]}`,
		`{deny: [for c in input.containers if (c.image & =~"^ghcr.io/") == _|_ || (c.name & (string & !="a")) == _|_ {path: c.path, message: c.name}]}`,
		`{deny: [for c in input.containers if strconv.Atoi(strings.Replace(c.name, "a", "", 1)) > 1 {message: c.name}]}`,
		`{input: _, deny: [if input.pod.spec.hostNetwork != _|_ {message: _text}]}`,
		`schema.#Policy & {input: schema.#PolicyInput, params: kind: #Kind | *"a", deny: [for c in input.containers if c.name == params.kind {message: "a"}]}`,
	} {
		if r := readOne(t, body, ""); r.program == nil {
			t.Errorf("there is no program for %s", body)
		}
	}
}

// Where more may be part of a policy than is written in it, or a name may stand
// for something else, CUE works it out.
func TestNoProgram(t *testing.T) {
	t.Parallel()
	const plain = `{deny: [for c in input.containers {path: c.path, message: c.name}]}`
	for _, test := range []struct{ body, beside string }{
		{plain, `policies: [string]: {severity: "info", ...}`},
		{plain, `policies: "p": title: "of two parts"`},
		{plain, `input: containers: [...{name: !="x", ...}]`},
		{plain, `if true {policies: p: severity: "info"}`},
		{`_base & ` + plain, `_base: {severity: "info", ...}`},
		{`{_base, deny: [for c in input.containers {message: c.name}]}`, `_base: {severity: "info", ...}`},
		{`{deny: *[for c in input.containers {message: c.name}] | []}`, ""},
		{`{params: n: *len(input.containers) | int, deny: [if params.n > 1 {message: "many"}]}`, ""},
		{`{params: n: *len(_in.containers) | int, deny: [if params.n > 1 {message: "many"}]}`, `_in: input`},
		{`{params: n: {a: 1, b: 2}, deny: [for k, v in params.n {message: k}]}`, ""},
		{`{deny: [for c in input.containers {path: c.path, message: "at \(path)"}]}`, ""},
		{`{deny: [for c in input.containers {message: c.name}], docs: "of \(len(input.containers))"}`, ""},
		{`{deny: [for c in input.containers {message: _tagged.x}]}`, `_tagged: {x: "a" @tag(x)}`},
		{`{deny: [for c in input.containers {_x: c.name, message: _x}]}`, ""},
		{`{deny: [for c in input.containers if (c & {name: "a"}) != _|_ {message: "a"}]}`, ""},
		{`{deny: [for c in input.containers {message: "\(*c.image | _kind)"}]}`, `_kind: *"a" | string`},
		{`{deny: [for c in input.containers if len(c) > 1 {message: "a"}]}`, `len: {}`},
		{`{deny: [for c in text.containers {message: c.name}]}`, `text=input: _`},
		{`{let a = [for c in b {c}], let b = [for c in a {c}], deny: [for c in b {message: c}]}`, ""},
	} {
		if r := readOne(t, test.body, test.beside); r != nil && r.program != nil {
			t.Errorf("there is a program for %s beside %s", test.body, test.beside)
		}
	}
}

// readOne returns the rule of the policy p with that body; nil if it is refused.
func readOne(t *testing.T, body, beside string) *rule {
	t.Helper()
	dir := t.TempDir()
	rules, err := Load(&Config{Dir: dir, Overlay: map[string][]byte{
		filepath.Join(dir, "cue.mod/module.cue"): []byte("module: \"example.com/p\"\nlanguage: version: \"v0.15.0\"\n"),
		filepath.Join(dir, "policies/p.cue"): []byte(denyHead + "import \"github.com/podcue/podcue/schema\"\n" + `
input: {containers: [...], ports: [..._], volumes: [...], mounts: [...], pod: _, ...}
policies: [_]: schema.#Policy
policies: p: ` + body + "\n" + beside + `
#Kind: "a" | "b"
_text: "for \(len(input.containers)) containers"
_use: [list.MaxItems(1), strings.MaxRunes(1), strconv.Atoi("1"), regexp.Match("a", "a")]
`),
	}}, "./policies")
	if rules == nil {
		t.Fatal(err)
	}
	if len(rules.rules) != 1 {
		t.Logf("%s is refused: %v", body, err)
		return nil
	}
	return rules.rules[0]
}
