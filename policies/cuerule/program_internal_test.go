package cuerule

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/podcue/podcue/policies"
)

// A denyWriter writes random policies with a deny list, over few names so that
// they often have an answer, and pods for them.
type denyWriter struct{ r *rand.Rand }

func (w denyWriter) pick(of ...string) string { return of[w.r.IntN(len(of))] }

// policy writes the body of a policy.
func (w denyWriter) policy() string {
	var b strings.Builder
	b.WriteString("{" + w.pick(`params: {name: string | *"a", names: [...string] | *["a", "x/b"], max: int | *1, none?: int}`, `params: {name: "nvidia.com/gpu", names: [...string] | *[], max: <9 | *2}`, `params: {name: *_p | string, names: ["a", "b"], max: _m}`) + "\n")
	var elements []string
	for range 1 + w.r.IntN(2) {
		elements = append(elements, w.element())
	}
	deny, lets := strings.Join(elements, ", "), ""
	if first := w.pick("input.pod.spec.containers[0]", "own[0]", "params.none", "input.pod.metadata.labels", "input.pod.spec.volumes"); strings.Contains(deny, "first") {
		lets = "let first = " + first + "\n"
	}
	if strings.Contains(deny, "set") {
		lets += "let set = {for d in input." + w.pick("containers", "mounts", "volumes") + w.pick("", " if d.name != _|_") + " {(d." + w.pick("name", "name", "path", "container.name") + "): " + w.pick("true", "true", "d.role", "{d}", "1 + 1") + "}}\n"
	}
	if strings.Contains(deny+lets, "own") {
		fmt.Fprintf(&b, "let own = [%s]\n", w.loop())
	}
	b.WriteString(lets + "title: \"T\"\ndeny: [" + deny + "]}")
	return b.String()
}

func (w denyWriter) element() string {
	body := fmt.Sprintf("{%smessage: %s}", w.pick("", fmt.Sprintf("path: %s, ", w.text("c"))), w.text("c"))
	switch w.r.IntN(6) {
	case 0:
		return fmt.Sprintf("if %s {path: %s, message: %s}", w.condition("input.pod"), w.text("first"), w.text("input.pod"))
	case 1:
		return fmt.Sprintf("if %s for c in own %s", w.condition("input.pod"), body)
	case 2:
		return fmt.Sprintf("for c in own for d in input.mounts if d.container.name == c.name let e = d.%s if %s %s", w.pick("volume.hostPath", "mount", "gone"), w.condition("e"), body)
	case 3:
		return fmt.Sprintf("for k, v in %s {path: \"\\(k)\", message: \"\\(%s)\"}", w.pick("first", "input.pod.metadata.labels", "own", "params.names"), w.pick("v", "k", "*v.name | k"))
	}
	return fmt.Sprintf("for c in input.%s %s %s", w.pick("containers", "containers", "env", "ports", "mounts", "volumes", "resources"), w.guards("c"), body)
}

// loop writes a comprehension that makes a list.
func (w denyWriter) loop() string {
	return fmt.Sprintf("for c in %s %s %s", w.pick("input.containers", "input.volumes", "input.containers", "input.resources"), w.pick("", "if c.name != _|_", `if c.image != _|_`, "if len(c.name) > params.max", `if c.path =~ "a"`, `if *c.role | "" == "main"`),
		w.pick("{c}", "{c}", "{name: c.name, path: c.path}", "{c.name}", `{name: "\(c.name)", "x/y": [1, "a"]}`))
}

func (w denyWriter) guards(of string) string {
	var b strings.Builder
	for range w.r.IntN(3) {
		b.WriteString("if " + w.condition(of) + " ")
	}
	return b.String()
}

func (w denyWriter) reference(of string) string {
	return of + w.pick(".name", ".name", ".path", ".image", ".role", ".containerPort", ".value", ".resources.limits[params.name]", `.resources.limits["cpu"]`,
		".limits.cpu", ".args", ".args[0]", ".mount.readOnly", ".container.name", ".hostPath.path", ".securityContext.privileged", ".effective.runAsUser",
		".metadata.labels[params.name]", `."name"`, "", ".spec.containers", ".gone.x", "[\"name\"]", "[0]")
}

func (w denyWriter) condition(of string) string {
	ref := w.reference(of)
	switch w.r.IntN(18) {
	case 16, 17:
		return fmt.Sprintf("(%s & %s) %s _|_", ref, w.limit(), w.pick("!=", "=="))
	case 14:
		return "set[" + ref + "]" + w.pick(" != _|_", " == _|_", "", " == true", " == \"main\"")
	case 15:
		return "len(set) " + w.pick("> 1", "== len(input.containers)")
	case 0, 1, 2:
		return ref + w.pick(" != ", " == ") + "_|_"
	case 3:
		return "_|_ != " + ref
	case 4:
		return "!(" + w.condition(of) + ")"
	case 5:
		return w.condition(of) + w.pick(" && ", " || ") + w.condition(of)
	case 6:
		return w.number(of) + w.pick(" > ", " >= ", " < ", " <= ", " == ", " != ") + w.number(of)
	case 7:
		return ref + w.pick(" =~ ", " !~ ") + w.pick(`"^a"`, `"b$"`, `"(?i)A|/"`, "params.name", `"("`)
	case 8:
		return fmt.Sprintf("list.Contains(params.names, %s)", ref)
	case 9:
		return fmt.Sprintf("%s(%s, %s)", w.pick("strings.HasPrefix", "strings.HasSuffix", "strings.Contains", "strings.ContainsAny", "regexp.Match", "strings.EqualFold"), w.text(of), ref)
	case 10:
		return fmt.Sprintf("(*%s | %s)", ref, w.pick("false", "true")) + w.pick("", " == "+w.pick("true", `"a"`, "null", "0"))
	case 11:
		return ref
	}
	return ref + w.pick(" == ", " != ", " < ", " >= ") + w.pick(`"a"`, `"x/b"`, "params.name", "80", "true", "null", "1.5", w.reference(of))
}

// limit writes what a value may be. It leaves out !=null, see shapeWriter.value.
func (w denyWriter) limit() string {
	if w.r.IntN(4) == 0 {
		return "(" + w.limit() + w.pick(" | ", " & ") + w.limit() + ")"
	}
	return w.pick("string", "int", "bool", "number", `"a"`, `"x/b"`, "80", "true", "null", `=~"^a"`, `!~"a"`, "<80", ">=80", `!="a"`, "!=80", `>"a"`,
		"params.name", "<params.max", "!=true", "=~params.name", "{}", "[...]", "_")
}

func (w denyWriter) number(of string) string {
	switch w.r.IntN(7) {
	case 6:
		return fmt.Sprintf(`strings.Count(%s, "a")`, w.reference(of))
	case 0:
		return "params.max"
	case 1:
		return fmt.Sprintf("len(own)%s", w.pick("", "-1", "+params.max"))
	case 2:
		return w.pick("0", "1", "-1", "0x10", "1K", "80", "9223372036854775807 + 1", "2*3", "1.0")
	case 3:
		return w.reference(of)
	}
	return fmt.Sprintf("len(%s)", w.pick(w.reference(of), "input.containers", "params.names", "_list", "own", "first"))
}

func (w denyWriter) text(of string) string {
	ref := w.reference(of)
	switch w.r.IntN(9) {
	case 0:
		return fmt.Sprintf(`"\(%s): \(%s)"`, ref, w.number(of))
	case 1:
		return fmt.Sprintf(`"has \(*%s | %s)\n"`, ref, w.pick(`"(none)"`, "0", "params.name"))
	case 2:
		return fmt.Sprintf(`%s + %s`, ref, w.pick(`".image"`, "params.name", "_p", "1"))
	case 3:
		return fmt.Sprintf(`strings.Join(%s, ",")`, w.pick("params.names", "_list", ref, `strings.Split("a/b", "/")`))
	case 4:
		return fmt.Sprintf(w.pick(`strings.TrimPrefix(%s, "a")`, `strings.TrimSuffix(%s, "b")`, "strings.ToUpper(%s)", "strings.ToLower(%s)", "strings.TrimSpace(%s)", `strings.Replace(%s, "a", "b", -1)`,
			`strings.Join(list.SortStrings(%s), "")`, `strings.SplitN(%s, "/", 2)[1]`, `"\(strconv.Atoi(%s))"`, `"\(list.Sum([1, len(%s)]))"`), ref)
	case 5:
		return w.pick(`"a"`, `#"a\(1)"#`, `#"<\#(1)\(1)>"#`, `"\("\(_p)x")"`, `"\u0061\t"`, `'a'`, `"""
			long
			\(1)
			"""`, "_names.a", `_names["gone"]`, "title", "_other")
	}
	return ref
}

const denyHead = `package policies

import ("list", "strconv", "strings", "regexp")
`

const denyFields = `
_p: "a", _m: 1
_list: ["a", strings.ToUpper("b"), _p]
_names: {a: "x/b", "b-c": 1}
_other: *_names.b | "none"
_use: [list.MaxItems(1), strings.MaxRunes(1), strconv.Atoi("1"), regexp.Match("a", "a")]
`

func (w denyWriter) pod() *corev1.PodTemplateSpec {
	pod := &corev1.PodTemplateSpec{}
	names := []string{"a", "b", "ab", "x/b", "Ä", "nvidia.com/gpu"}
	name := func() string { return names[w.r.IntN(len(names))] }
	if w.r.IntN(2) == 0 {
		pod.Labels = map[string]string{name(): name(), "#h": "", "_u": "x", "0": "y", name(): "z"}
	}
	for range w.r.IntN(3) {
		pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: name(), VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/a"}}})
	}
	for range w.r.IntN(4) {
		c := corev1.Container{Name: name(), Args: []string{"a", ""}[:w.r.IntN(3)]}
		if w.r.IntN(2) == 0 {
			c.Image = name()
			c.Resources.Limits = corev1.ResourceList{corev1.ResourceName(name()): resource.MustParse("2"), corev1.ResourceCPU: resource.MustParse("100m")}
			c.SecurityContext = &corev1.SecurityContext{Privileged: new(w.r.IntN(2) == 0), RunAsUser: new(int64(w.r.IntN(2)))}
		}
		for range w.r.IntN(2) {
			c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: name(), MountPath: "/" + name(), ReadOnly: w.r.IntN(2) == 0})
			c.Env = append(c.Env, corev1.EnvVar{Name: name(), Value: []string{"", "v", "1"}[w.r.IntN(3)]})
			c.Ports = append(c.Ports, corev1.ContainerPort{ContainerPort: int32(79 + w.r.IntN(3))})
		}
		if w.r.IntN(4) == 0 {
			pod.Spec.InitContainers = append(pod.Spec.InitContainers, c)
		} else {
			pod.Spec.Containers = append(pod.Spec.Containers, c)
		}
	}
	return pod
}

// checkPrograms compares what the programs of random policies say about random
// pods with what CUE says about the policy and the input in one text. It returns
// how many answers they gave, of how many.
func checkPrograms(t *testing.T, seed uint64) (answers, questions int) {
	t.Helper()
	w := denyWriter{rand.New(rand.NewPCG(seed, 2))}
	source := denyHead + "import \"github.com/podcue/podcue/schema\"\n" + denyFields + "input: schema.#PolicyInput\npolicies: [_]: schema.#Policy\n"
	bodies := map[string]string{}
	for i := range 10 {
		id := fmt.Sprintf("p-%d", i)
		bodies[id] = w.policy()
		source += fmt.Sprintf("policies: %q: %s\n", id, bodies[id])
	}
	dir := t.TempDir()
	rules, err := Load(&Config{Dir: dir, Timeout: 10 * time.Second, Overlay: map[string][]byte{
		filepath.Join(dir, "cue.mod/module.cue"): []byte("module: \"example.com/p\"\nlanguage: version: \"v0.15.0\"\n"),
		filepath.Join(dir, "policies/p.cue"):     []byte(source),
	}}, "./policies")
	if rules == nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	for range 6 {
		v, err := newViews(&policies.Subject{Pod: w.pod(), Primary: "a"})
		if err != nil {
			t.Fatal(err)
		}
		input, err := json.Marshal(v.input(Views()))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rules.rules {
			questions++
			if r.program == nil {
				continue
			}
			got, ok := r.program.run(v)
			if !ok {
				continue
			}
			answers++
			text := denyHead + denyFields + "policy: " + bodies[r.id] + "\ninput: " + string(input)
			want, failed := readDeny(cuecontext.New().CompileString(text).LookupPath(cue.ParsePath("policy.deny")))
			if failed != nil {
				t.Errorf("seed %d: the program of %s has the answer %v, but CUE none: %s: %v\n%s", seed, bodies[r.id], got, failed.message, failed.err, input)
				continue
			}
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(denial{})); diff != "" {
				t.Errorf("seed %d: %s: -CUE +program:\n%s\n%s", seed, bodies[r.id], diff, input)
			}
		}
	}
	return answers, questions
}

func TestPrograms(t *testing.T) {
	t.Parallel()
	answers, questions := 0, 0
	for seed := range uint64(15) {
		a, q := checkPrograms(t, seed)
		answers, questions = answers+a, questions+q
	}
	if answers*5 < questions {
		t.Errorf("the programs gave %d answers to %d questions: that tests little", answers, questions)
	}
}

func FuzzPrograms(f *testing.F) {
	for seed := range uint64(10) {
		f.Add(seed + 1e6)
	}
	f.Fuzz(func(t *testing.T, seed uint64) { checkPrograms(t, seed) })
}
