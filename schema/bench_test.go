package schema_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/podcue/podcue/schema"
)

// BenchmarkCueExport measures cue export, the whole process, on the same
// templates against four schemas, in turns:
//
//   - podcue, as podcue init vendors it: Kubernetes with its documentation, and
//     what podcue has of its own;
//
//   - documented, the part of it that templates need;
//
//   - kubernetes, that part without comments;
//
//   - get-go, what cue get go makes of k8s.io/api/core/v1 of the linked version,
//     which has few constraints. Its embedded structs are mended (see
//     mendEmbedded); otherwise it refuses every volume.
//
//     go test ./schema -run '^$' -bench CueExport -benchtime 40x
//
// NAME-cpu-ms is the median of the user and system time of the processes, and
// NAME/get-go is the ratio of two of them.
func BenchmarkCueExport(b *testing.B) {
	cueBinary := buildCue(b)
	body, err := os.ReadFile("testdata/bench.txt")
	if err != nil {
		b.Fatal(err)
	}
	const getGoHead = "import \"k8s.io/api/core/v1\"\n\n" +
		"templates: [_]: {labels: {[string]: string}, annotations: {[string]: string}, podSpec: v1.#PodSpec}\n"
	schemas := []struct {
		name, head string
		gen        string // a folder for cue.mod/gen
	}{
		{"podcue", podcueHead, vendoredDir(b, whole)},
		{"documented", podcueHead, vendoredDir(b, needed)},
		{"kubernetes", podcueHead, vendoredDir(b, bare)},
		{"get-go", getGoHead, getGo(b, cueBinary)},
	}
	for _, n := range []int{1, 100} {
		var dirs []string
		for _, s := range schemas {
			dirs = append(dirs, benchModule(b, s.gen, s.head, string(body), n))
		}
		b.Run(fmt.Sprintf("templates=%d", n), func(b *testing.B) {
			times := make([][]float64, len(schemas))
			for b.Loop() {
				for i, dir := range dirs {
					times[i] = append(times[i], exportTime(b, cueBinary, dir))
				}
			}
			last := len(schemas) - 1
			for i, s := range schemas {
				b.ReportMetric(median(times[i]), s.name+"-cpu-ms")
				if i < last {
					b.ReportMetric(median(times[i])/median(times[last]), s.name+"/"+schemas[last].name)
				}
			}
		})
	}
}

// benchModule returns a module with n templates and the vendored packages gen.
func benchModule(b *testing.B, gen, head, body string, n int) string {
	b.Helper()
	dir := b.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "cue.mod", "gen"), os.DirFS(gen)); err != nil {
		b.Fatal(err)
	}
	var text strings.Builder
	text.WriteString("package train\n\n" + head)
	for i := range n {
		fmt.Fprintf(&text, "templates: t%d: %s", i, body)
	}
	write(b, filepath.Join(dir, "cue.mod", "module.cue"), "module: \"example.com/bench\"\nlanguage: version: \"v0.15.0\"\n")
	write(b, filepath.Join(dir, "train.cue"), text.String())
	return dir
}

// exportTime runs cue export in dir and returns its CPU time in milliseconds.
func exportTime(b *testing.B, cueBinary, dir string) float64 {
	b.Helper()
	cmd := exec.Command(cueBinary, "export", ".")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return float64((cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Microseconds()) / 1e3
}

func median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}

// buildCue builds the cue command of the linked version.
func buildCue(b *testing.B) string {
	b.Helper()
	out := filepath.Join(b.TempDir(), "cue")
	if runtime.GOOS == "windows" {
		out += ".exe"
	}
	if text, err := exec.Command("go", "build", "-o", out, "cuelang.org/go/cmd/cue").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, text)
	}
	return out
}

const podcueHead = "import \"" + schema.ImportPath + "\"\n\ntemplates: [_]: schema.#PodTemplate\n"

var comment = regexp.MustCompile(`(?m)^\s*//.*\n`)

// Parts of the vendored schema.
const (
	whole  = iota
	needed // what templates need
	bare   // that, without comments
)

// vendoredDir returns a folder with a part of podcue's schema as cue.mod/gen has
// it.
func vendoredDir(b *testing.B, part int) string {
	b.Helper()
	dir := b.TempDir()
	for name, data := range schema.Vendored() {
		base := filepath.Base(name)
		if part != whole && base != "kubernetes.cue" && base != "basic.cue" && base != "podtemplate.cue" {
			continue
		}
		if part == bare {
			data = comment.ReplaceAll(data, nil)
		}
		write(b, filepath.Join(dir, strings.TrimPrefix(name, "cue.mod/gen/")), string(data))
	}
	return dir
}

// getGo returns a folder with what cue get go makes of the linked k8s.io/api.
func getGo(b *testing.B, cueBinary string) string {
	b.Helper()
	dir := b.TempDir()
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile("../" + name)
		if err != nil {
			b.Fatal(err)
		}
		write(b, filepath.Join(dir, name), string(data))
	}
	write(b, filepath.Join(dir, "types.go"), "package types\n\nimport _ \"k8s.io/api/core/v1\"\n")
	write(b, filepath.Join(dir, "cue.mod", "module.cue"), "module: \"example.com/bench\"\nlanguage: version: \"v0.15.0\"\n")
	cmd := exec.Command(cueBinary, "get", "go", "k8s.io/api/core/v1")
	cmd.Dir = dir
	if text, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, text)
	}
	gen := filepath.Join(dir, "cue.mod", "gen")
	mendEmbedded(b, filepath.Join(gen, "k8s.io", "api", "core", "v1", "types_go_gen.cue"))
	return gen
}

var embedded = regexp.MustCompile(`(?m)^\t[A-Z]\w*: ((?:\w+\.)?#\w+).*$`)

// mendEmbedded turns the embedded structs of Go, which cue get go takes for
// fields since k8s.io/api v0.37 tags them json:"", into embedded definitions.
func mendEmbedded(b *testing.B, file string) {
	b.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	write(b, file, embedded.ReplaceAllString(string(data), "\t$1"))
}

func write(b *testing.B, file, text string) {
	b.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		b.Fatal(err)
	}
}
