package cuerule

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/errors"
	"golang.org/x/tools/txtar"
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
)

// A shapeWriter writes random shapes and items, over few names and values so
// that they often fit.
type shapeWriter struct{ r *rand.Rand }

func (w shapeWriter) pick(of ...string) string { return of[w.r.IntN(len(of))] }

// object writes a struct.
func (w shapeWriter) object(depth int) string {
	var fields []string
	for _, name := range []string{"a", "b", "c"} {
		if w.r.IntN(3) > 0 {
			fields = append(fields, w.field(name, depth))
		}
	}
	switch w.r.IntN(14) {
	case 0:
		fields = append(fields, `if a != _|_ {d!: _}`)
	case 1:
		fields = append(fields, `[=~"^[ab]$"]: string`)
	case 2:
		fields = append(fields, `#Def`)
	case 3:
		fields = append(fields, `struct.MinFields(2)`)
	case 4:
		fields = append(fields, `let x = 3, d?: x`)
	case 5:
		fields = append(fields, `...`)
	case 6:
		fields = append(fields, `a?: _, d?: a`)
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

func (w shapeWriter) field(name string, depth int) string {
	if depth > 0 && w.r.IntN(3) == 0 {
		return name + w.pick("!", "?", "") + ": " + w.objects(depth-1)
	}
	if depth > 0 && w.r.IntN(5) == 0 {
		return name + w.pick("!", "?") + ": [..." + w.pick(w.object(depth-1), w.value(depth-1)) + "]"
	}
	return name + w.pick("!", "?") + ": " + w.value(depth)
}

// objects writes a struct, a reference to one, or several combined.
func (w shapeWriter) objects(depth int) string {
	switch w.r.IntN(6) {
	case 0:
		return w.object(depth) + " | " + w.object(depth)
	case 1:
		return w.object(depth) + " & " + w.object(depth)
	case 2:
		return w.pick("#Def", "#Open", "defs.x", `defs["x"]`, "#Def & "+w.object(depth))
	}
	return w.object(depth)
}

// value writes what a scalar must be. It leaves out !=null: CUE v0.17.1 overflows
// its stack where a struct is held against that.
func (w shapeWriter) value(depth int) string {
	switch w.r.IntN(8) {
	case 0:
		return w.value(depth) + " | " + w.value(depth)
	case 1:
		return w.value(depth) + " & " + w.value(depth)
	case 2:
		return w.pick(`or(["x", "y"])`, `or([for s in list1 {=~"^\(s)"}])`, `or([])`, `and([=~"x", string])`, `{=~"x"}`, `{"x"}`)
	case 3:
		return w.pick(`strings.MinRunes(2)`, `strings.MaxRunes(1)`, `strings.HasPrefix("x")`, `list.MaxItems(1)`, `list.MinItems(1)`, `"x" | error("no")`, `=~"x" | error("no")`)
	}
	return w.pick(`"x"`, `"xy"`, `1`, `2`, `1.5`, `true`, `null`, `string`, `int`, `number`, `bool`, `_`, `!="x"`, `>=2`, `<2`, `>"x"`, `!=1`, `=~"^x"`, `!~"y"`,
		`[...string]`, `[1, 2]`, `[]`, `[string, ...]`, `{}`, `{a!: _}`, `_|_`, `#Text`, `defs.text`)
}

// item returns a random item.
func (w shapeWriter) item(depth int) any {
	switch n := w.r.IntN(9); {
	case n < 3 && depth > 0:
		m := map[string]any{}
		for _, name := range []string{"a", "b", "c", "d"} {
			if w.r.IntN(2) == 0 {
				m[name] = w.item(depth - 1)
			}
		}
		return m
	case n == 3 && depth > 0:
		var l []any
		for range w.r.IntN(3) {
			l = append(l, w.item(depth-1))
		}
		return append([]any{}, l...)
	}
	return []any{"x", "xy", "y", int64(1), int64(2), 1.5, true, nil, ""}[w.r.IntN(9)]
}

const shapeHead = `
import ("list", "strings", "struct")
#Def: {a?: string, b!: _, ...}
#Open: {c?: int | "x", ...}
#Text: =~"x" & !~"y"
defs: {x: {a!: string}, text: "x" | "y"}
list1: ["x", "y"]
_use: [list.MaxItems(1), strings.MaxRunes(1), struct.MaxFields(1)]
`

// checkShapes compares the matcher of a random shape with what CUE says about
// the items.
func checkShapes(t *testing.T, seed uint64) {
	t.Helper()
	w := shapeWriter{rand.New(rand.NewPCG(seed, 1))}
	ctx := cuecontext.New()
	source := w.object(2)
	if w.r.IntN(3) == 0 {
		source = w.objects(2)
	}
	root := ctx.CompileString(shapeHead + "shape: " + source)
	shape := root.LookupPath(cue.ParsePath("shape"))
	if shape.Validate() != nil {
		return
	}
	m, err := (&shapeCompiler{eval: &evaluator{ctx: ctx, timeout: 10 * time.Second}}).shape(shape)
	if err != nil {
		return // refused at load
	}
	for range 12 {
		item := w.item(3)
		if _, ok := item.(map[string]any); !ok {
			continue
		}
		want, ambiguous := verdict(ctx.Encode(item).Unify(shape))
		got, undecided := decide(m.match, item)
		if undecided {
			if want {
				t.Errorf("seed %d: %s of %v: is undecided, but CUE takes it", seed, source, item)
			}
			continue
		}
		if got != want && !(got && ambiguous) {
			t.Errorf("seed %d: %s of %v: got %t, want %t", seed, source, item, got, want)
		}
		fits := func(v any) bool { return len(m.misses(v)) == 0 }
		if none, undecided := decide(fits, item); none != got && !undecided {
			t.Errorf("seed %d: %s of %v: matches is %t, but misses are %v", seed, source, item, got, m.misses(item))
		}
	}
}

// verdict returns whether CUE takes the value, and whether it only does not say
// which of several alternatives fits: the language says that one is enough.
func verdict(unified cue.Value) (takes, ambiguous bool) {
	err := unified.Validate(cue.Concrete(true))
	if err == nil {
		return true, false
	}
	for _, e := range errors.Errors(err) {
		if text := messageOf(e); !strings.Contains(text, "incomplete value") || !strings.Contains(text, " | ") {
			return false, false
		}
	}
	return false, unified.Validate() == nil
}

func decide(fits func(any) bool, item any) (matches, undecided bool) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *failure:
			undecided = true
		default:
			panic(e)
		}
	}()
	return fits(item), false
}

func TestShapes(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		checkShapes(t, seed)
	}
}

func FuzzShapes(f *testing.F) {
	for seed := range uint64(10) {
		f.Add(seed + 1e6)
	}
	f.Fuzz(func(t *testing.T, seed uint64) { checkShapes(t, seed) })
}

// FuzzLoad: whatever a package says, loading it and judging a pod ends without a
// panic, and a policy that is loaded has what Select asks of it.
func FuzzLoad(f *testing.F) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if file.Name == "policies/p.cue" {
				f.Add(string(file.Data))
			}
		}
	}
	f.Fuzz(func(t *testing.T, source string) {
		dir := t.TempDir()
		rules, err := Load(&Config{Dir: dir, Timeout: time.Second, Overlay: map[string][]byte{
			filepath.Join(dir, "cue.mod/module.cue"): []byte("module: \"example.com/p\"\nlanguage: version: \"v0.15.0\"\n"),
			filepath.Join(dir, "policies/p.cue"):     []byte(source),
		}}, "./policies")
		if rules == nil {
			if err == nil {
				t.Fatal("there are no policies, and no error")
			}
			return
		}
		set, err := policies.Select(&policies.Selection{Policies: rules.Policies()})
		if err != nil {
			t.Fatalf("a policy that is loaded cannot be selected: %v", err)
		}
		pod := &corev1.PodTemplateSpec{Spec: corev1.PodSpec{
			Containers: []corev1.Container{{Name: "a", VolumeMounts: []corev1.VolumeMount{{Name: "v", MountPath: "/v"}}}},
			Volumes:    []corev1.Volume{{Name: "v", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/etc"}}}},
		}}
		for _, found := range policies.Check(&policies.Subject{Object: finding.Object{Kind: "Pod"}, Pod: pod}, set) {
			if strings.Contains(found.Message, " failed: ") {
				t.Errorf("a policy panics: %s", found.Message)
			}
		}
		rules.Test()
	})
}
