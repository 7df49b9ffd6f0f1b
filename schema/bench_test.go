package schema_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/podcue/podcue/schema"
)

// BenchmarkCueExport measures cue export, the whole process, on the same
// templates against three schemas:
//
//   - podcue, as podcue init vendors it: Kubernetes with its documentation, and
//     what podcue has of its own;
//
//   - kubernetes, the part of it that templates need, without comments;
//
//   - get-go, what cue get go makes of k8s.io/api/core/v1 of the linked version,
//     which has few constraints. Its embedded structs are mended (see
//     mendEmbedded); otherwise it refuses every volume.
//
//     go test ./schema -run '^$' -bench CueExport -count 10
//
// cpu-ms/op is user and system time of the process, which a busy machine disturbs
// less than ns/op; MB is its peak memory.
func BenchmarkCueExport(b *testing.B) {
	cueBinary := buildCue(b)
	body, err := os.ReadFile("testdata/bench.txt")
	if err != nil {
		b.Fatal(err)
	}
	schemas := []struct {
		name, head string
		gen        string // a folder for cue.mod/gen
	}{
		{"podcue", podcueHead, vendoredDir(b, false)},
		{"kubernetes", podcueHead, vendoredDir(b, true)},
		{"get-go", "import \"k8s.io/api/core/v1\"\n\ntemplates: [_]: {labels: {[string]: string}, annotations: {[string]: string}, podSpec: v1.#PodSpec}\n", getGo(b, cueBinary)},
	}
	for _, n := range []int{1, 100} {
		for _, s := range schemas {
			dir := b.TempDir()
			if err := os.CopyFS(filepath.Join(dir, "cue.mod", "gen"), os.DirFS(s.gen)); err != nil {
				b.Fatal(err)
			}
			var text strings.Builder
			text.WriteString("package train\n\n" + s.head)
			for i := range n {
				fmt.Fprintf(&text, "templates: t%d: %s", i, body)
			}
			write(b, filepath.Join(dir, "cue.mod", "module.cue"), "module: \"example.com/bench\"\nlanguage: version: \"v0.15.0\"\n")
			write(b, filepath.Join(dir, "train.cue"), text.String())
			b.Run(fmt.Sprintf("templates=%d/schema=%s", n, s.name), func(b *testing.B) {
				var cpu, peak float64
				for b.Loop() {
					cmd := exec.Command(cueBinary, "export", ".")
					cmd.Dir = dir
					var out bytes.Buffer
					cmd.Stdout, cmd.Stderr = &out, &out
					if err := cmd.Run(); err != nil {
						b.Fatalf("%v\n%s", err, out.String())
					}
					cpu += float64((cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Microseconds()) / 1e3
					peak = max(peak, peakMB(cmd.ProcessState))
				}
				b.ReportMetric(cpu/float64(b.N), "cpu-ms/op")
				if peak > 0 {
					b.ReportMetric(peak, "MB")
				}
			})
		}
	}
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

// vendoredDir returns a folder with podcue's schema as cue.mod/gen has it, or with
// the part of it that templates need, without comments.
func vendoredDir(b *testing.B, bare bool) string {
	b.Helper()
	dir := b.TempDir()
	for name, data := range schema.Vendored() {
		if bare {
			if base := filepath.Base(name); base != "kubernetes.cue" && base != "basic.cue" && base != "podtemplate.cue" {
				continue
			}
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
