package report_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/cmd/podcue/internal/report"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// files are the sources that the findings of the tests are in.
var files = map[string]string{
	"train/gpu.cue":  "package train\n\ntemplates: gpu: podSpec: {\n\tvolumes: [{name: \"sock\", hostPath: path: \"/var/run/docker.sock\"}]\r\n\tcontainers: [{name: \"primary\"}] // für alle\n}\n",
	"base.yaml":      "apiVersion: v1\nkind: PodTemplate\ntemplate:\n  spec:\n    hostNetwork: true\n",
	"long/line.json": `{"kind": "Pod", "note": "` + strings.Repeat("abcdefgh ", 40) + `", "spec": {"hostPID": true}, "more": "` + strings.Repeat("x", 300) + `"}`,
}

func source(file string) []byte {
	if text, ok := files[file]; ok {
		return []byte(text)
	}
	return nil
}

func origin(layer, file string, line, column int) provenance.Origin {
	return provenance.Origin{Layer: layer, Pos: provenance.Position{Filename: file, Line: line, Column: column}}
}

// mixed is a run with everything that a report can hold.
func mixed() *report.Run {
	gpu := finding.Object{Kind: "PodTemplate", Name: "gpu", Package: "./train", Stage: finding.StageAuthored}
	found := finding.List{
		{
			ID: "merge-dropped-container", Severity: finding.Warning, Object: finding.Object{Kind: "Task", Name: "train", Package: "./train", Stage: finding.StageFinal},
			Path: "spec.containers[envoy]", Message: "the base container envoy is dropped",
			Detail:  "Flyte keeps of a base PodTemplate only the containers called default or primary, and those that the task's pod has too. Every other one is left out without a word, whatever it was there for.",
			Help:    "inject the sidecar with a webhook, or name it in the task's template",
			Origins: []provenance.Origin{{Layer: provenance.LayerFlyte}, origin(provenance.LayerBase, "base.yaml", 4, 3), origin(provenance.LayerTemplate, "train/gpu.cue", 5, 2)},
		},
		{
			ID: "hostpath-runtime-socket", Severity: finding.Error, Object: gpu, Path: "spec.volumes[sock].hostPath.path",
			Message: "hostPath /var/run/docker.sock is a container runtime socket",
			Detail:  "The kubelet would mount the socket, and whoever writes to it is root on the node.",
			Help:    "mount a PersistentVolumeClaim",
			Origins: []provenance.Origin{origin(provenance.LayerTemplate, "train/gpu.cue", 4, 45)},
			PSS:     &finding.PSS{Level: "baseline", Version: "1.37", Control: "hostPathVolumes"},
		},
		{
			ID: "hostpath", Severity: finding.Error, Object: gpu, Path: "spec.volumes[sock].hostPath",
			Message: "volume sock mounts /var/run/docker.sock of the node", Help: "mount a PersistentVolumeClaim",
			Origins: []provenance.Origin{origin(provenance.LayerTemplate, "train/gpu.cue", 4, 45)},
		},
		{
			ID: "image-latest", Severity: finding.Info, Object: finding.Object{Kind: "Pod", Name: "p", Stage: finding.StageManifest},
			Path: "spec.hostPID", Message: "a finding in a very long line",
			Origins: []provenance.Origin{origin(provenance.LayerManifest, "long/line.json", 1, strings.Index(files["long/line.json"], "true")+1)},
		},
		{
			ID: "api", Severity: finding.Error, Object: gpu, Path: "spec.containers[primary].image", Message: "spec.containers[0].image: Required value",
			Origins: []provenance.Origin{origin(provenance.LayerTemplate, "gone.cue", 7, 3)},
		},
		{
			ID: "waiver", Severity: finding.Warning, Message: "the waiver of hostpath-writable matches nothing", Help: "remove it",
		},
	}
	return &report.Run{
		Report: &finding.Report{
			Findings: found, Checked: 4,
			Waived: []finding.Waived{
				{
					Finding: finding.Finding{ID: "host-network", Severity: finding.Error, Object: finding.Object{Kind: "PodTemplate", Name: "base"}, Path: "spec.hostNetwork",
						Message: "the pod is on the network of the node", Origins: []provenance.Origin{origin(provenance.LayerBase, "base.yaml", 5, 18)}},
					By: "waiver", Reason: "the CNI needs it", Owner: "net-team", Expires: "2027-01-31",
				},
				{
					Finding: finding.Finding{ID: "cpu-request-missing", Severity: finding.Warning, Object: gpu, Path: "spec.containers[primary]",
						Message: "container primary has no CPU request", Origins: []provenance.Origin{origin(provenance.LayerTemplate, "train/gpu.cue", 5, 15)}},
					By: "baseline",
				},
			},
		},
		Rules: []report.Rule{
			{ID: "hostpath", Title: "forbid hostPath volumes", Doc: "The pod sees the node's files.\n\nSecond paragraph.", Help: "mount a PersistentVolumeClaim", Severity: finding.Error, Tags: []string{"nsa", "hostpath"}},
			{ID: "host-network", Title: "forbid the node's network namespace", Severity: finding.Error},
			{ID: "gpu-toleration", Title: "tolerate the taint of GPU nodes", Doc: "Without it the pod stays pending.", Severity: finding.Warning},
		},
		Version: "v0.1.0",
		Source:  source,
	}
}

// clean is a run that found nothing.
func clean() *report.Run {
	r := mixed()
	r.Report = &finding.Report{Checked: 3}
	return r
}

// hostile is a run whose texts are what each format must not take literally.
func hostile() *report.Run {
	text := "a %0A::error::x\r\n::warning file=a::b <script>]]>&amp;\"'|`*_[x](http://e.vil)@team # SKIP \\ \x1b[31m \x00\xff \u202e \u2028 end"
	f := finding.Finding{
		ID: "cue", Severity: finding.Error, Object: finding.Object{Kind: "Pod", Name: "<b>|`::\x1b", Package: "./a,b:c"},
		Path: "metadata.annotations[\"a|b`]<\"]", Message: text, Detail: text, Help: text,
		Origins: []provenance.Origin{
			origin(provenance.LayerManifest, "dir with space/a,b:c%|<>\"'.yaml", 2, 3),
			origin(provenance.LayerManifest, "/abs/ü#?.yaml", 0, 0),
		},
	}
	w := finding.Waived{Finding: f, By: "waiver", Reason: text, Owner: text, Expires: "2027-01-31"}
	w.Finding.Message = "waived " + text
	return &report.Run{
		Report: &finding.Report{Findings: finding.List{f}, Waived: []finding.Waived{w}, Checked: 1},
		Rules:  []report.Rule{{ID: "cue", Title: text, Doc: text, Help: text, Severity: finding.Error, Tags: []string{text}}},
		Source: func(string) []byte { return []byte("one\n\x1b[31m\tred\x00 \xff line\n") },
	}
}

var runs = map[string]func() *report.Run{"mixed": mixed, "clean": clean, "hostile": hostile}

func write(t *testing.T, name string, r *report.Run) string {
	t.Helper()
	format, err := report.Lookup(name)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := format.Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for _, name := range report.Names() {
		for run, make := range runs {
			t.Run(name+"/"+run, func(t *testing.T) {
				t.Parallel()
				compare(t, run+"."+name, write(t, name, make()))
			})
		}
	}
	t.Run("text/color", func(t *testing.T) {
		t.Parallel()
		r := mixed()
		r.Color = true
		compare(t, "color.text", write(t, "text", r))
	})
	t.Run("text/brief", func(t *testing.T) {
		t.Parallel()
		r := mixed()
		r.Brief = true
		compare(t, "brief.text", write(t, "text", r))
	})
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	file = filepath.Join("testdata", "golden", file)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// The order of the findings in the run makes no difference, and writing changes
// nothing.
func TestOrder(t *testing.T) {
	t.Parallel()
	for _, name := range report.Names() {
		want := write(t, name, mixed())
		r := mixed()
		slices.Reverse(r.Report.Findings)
		slices.Reverse(r.Report.Waived)
		slices.Reverse(r.Rules)
		before := slices.Clone(r.Report.Findings)
		if diff := cmp.Diff(want, write(t, name, r)); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
		if diff := cmp.Diff(before, r.Report.Findings); diff != "" {
			t.Errorf("%s changed the run: %s", name, diff)
		}
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	names := report.Names()
	if !slices.IsSorted(names) {
		t.Errorf("the formats are not sorted: %v", names)
	}
	for _, f := range report.Formats() {
		if f.Doc == "" || strings.HasSuffix(f.Doc, ".") || strings.Contains(f.Doc, "\n") {
			t.Errorf("%s has the documentation %q", f.Name, f.Doc)
		}
	}
	_, err := report.Lookup("sarf")
	want := `unknown format "sarf"; did you mean sarif? (formats: ` + strings.Join(names, ", ") + ")"
	if err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %s", err, want)
	}
}

// A format that somebody declared but did not list is not there for users.
func TestEveryFormatIsListed(t *testing.T) {
	t.Parallel()
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	for _, file := range sources {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok {
				for _, v := range spec.Values {
					if lit, ok := v.(*ast.CompositeLit); ok {
						if id, ok := lit.Type.(*ast.Ident); ok && id.Name == "Format" {
							declared++
						}
					}
				}
			}
			return true
		})
	}
	if got := len(report.Names()); got != declared {
		t.Errorf("%d formats are declared, %d are listed", declared, got)
	}
}

// A comment of a pull request has a limit; the counts are still those of all.
func TestMarkdownLimit(t *testing.T) {
	t.Parallel()
	r := &report.Run{Report: &finding.Report{Checked: 1}}
	for i := range 1000 {
		f := finding.Finding{ID: "hostpath", Severity: finding.Error, Message: fmt.Sprintf("message %d %s", i, strings.Repeat("x", 100))}
		r.Report.Findings = append(r.Report.Findings, f)
		r.Report.Waived = append(r.Report.Waived, finding.Waived{Finding: f, By: "baseline"})
	}
	got := write(t, "markdown", r)
	if len(got) > 65_000 {
		t.Errorf("it is %d bytes long", len(got))
	}
	rows := strings.Count(got, "\n| ❌ error |")
	for _, want := range []string{"### podcue: 1000 errors, 1000 waived; 1 checked\n", fmt.Sprintf("\nAnd %d more.\n", 1000-rows), "\nAnd 1000 more.\n", "</details>\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %q", want)
		}
	}
}

// A finding that forgot its severity is an error of the program, which the
// formats that need one do not hide.
func TestNoSeverity(t *testing.T) {
	t.Parallel()
	for _, f := range report.Formats() {
		var b bytes.Buffer
		err := f.Write(&b, &report.Run{Report: &finding.Report{Findings: finding.List{{ID: "x", Message: "m"}}}})
		if needs := f.Name != "text" && f.Name != "markdown"; (err != nil) != needs || err != nil && b.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", f.Name, err, b.Len())
		}
	}
}
