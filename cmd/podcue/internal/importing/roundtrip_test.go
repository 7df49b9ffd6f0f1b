package importing_test

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/cmd/podcue/internal/importing"
	"github.com/podcue/podcue/cmd/podcue/internal/manifest"
	"github.com/podcue/podcue/compiler"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/validation"
)

// corpus is the pods and workloads of other projects' tests.
const corpus = "../../../../policies/testdata/corpus.tar.gz"

// TestRoundTripCorpus imports every manifest of the corpus that decodes strictly
// and whose template a server takes, compiles the CUE, and compares the templates,
// once a server has set its defaults, with those of the manifest.
func TestRoundTripCorpus(t *testing.T) {
	t.Parallel()
	want := map[string][]string{} // by package: the templates' JSON, sorted
	files := map[string]string{}
	seen := map[string]bool{}
	eachFile(t, corpus, func(name string, data []byte) {
		reader := &manifest.Reader{}
		objects, problems := reader.All(manifest.Source{Name: name, Data: data})
		text := fmt.Sprint(len(objects))
		var templates []string
		for _, o := range objects {
			if len(o.Unknown) > 0 {
				return
			}
			template, accepted := defaulted(t, o.Template)
			if !accepted {
				return
			}
			templates = append(templates, template)
			text += template
		}
		if len(objects) == 0 || len(problems) > 0 || seen[text] {
			return
		}
		seen[text] = true
		cue, err := importing.Import([]importing.Source{{Name: name, Data: data}}, importing.Options{Package: "p"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		pkg := fmt.Sprintf("./p%d", len(want))
		slices.Sort(templates)
		want[pkg], files[pkg[2:]+"/import.cue"] = templates, "// "+name+"\n\n"+string(cue)
	})
	if len(want) < 500 {
		t.Errorf("only %d manifests were imported", len(want))
	}
	got, errs := compile(t, files)
	for pkg, templates := range want {
		text := files[pkg[2:]+"/import.cue"]
		if errs[pkg] != "" {
			t.Errorf("%s\n%s", errs[pkg], text)
			continue
		}
		if diff := cmp.Diff(templates, got[pkg]); diff != "" {
			t.Errorf("%s(-manifest +compiled):\n%s", text, diff)
		}
	}
}

// compile compiles packages of one module. It returns the templates of each, with
// a server's defaults and sorted, and its findings.
func compile(t *testing.T, files map[string]string) (templates map[string][]string, errs map[string]string) {
	t.Helper()
	templates, errs = map[string][]string{}, map[string]string{}
	program, err := compiler.Compile(&compiler.Config{Dir: writeModule(t, files)}, "./...")
	for _, f := range findings(t, err) {
		pkg := "."
		if len(f.Origins) > 0 {
			pkg = "./" + path.Dir(f.Origins[0].Pos.Filename)
		}
		errs[pkg] += f.Message + "\n"
	}
	for _, m := range program.Modules {
		for _, p := range m.Packages {
			for _, tmpl := range p.Templates {
				template, _ := defaulted(t, &tmpl.Pod)
				templates[p.Path] = append(templates[p.Path], template)
			}
			slices.Sort(templates[p.Path])
		}
	}
	return templates, errs
}

// writeModule writes a CUE module and returns its folder.
func writeModule(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	files["cue.mod/module.cue"] = "module: \"example.com/import\"\nlanguage: version: \"v0.15.0\"\n"
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// defaulted returns the template as a server would have it, but for what import
// leaves out of the metadata, and whether a server takes it. One that it does not
// take is as it is.
func defaulted(t *testing.T, in *corev1.PodTemplateSpec) (text string, accepted bool) {
	t.Helper()
	object := &corev1.Pod{Spec: *in.Spec.DeepCopy()}
	object.Name, object.Namespace = "t", "default"
	object.Labels, object.Annotations = in.Labels, maps.Clone(in.Annotations)
	delete(object.Annotations, "kubectl.kubernetes.io/last-applied-configuration")
	verdict, err := validation.Pod(validation.Newest(), object)
	if err != nil {
		t.Fatal(err)
	}
	if !verdict.Accepted() {
		return "", false
	}
	stored, err := verdict.Object()
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.MarshalIndent(stored, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(data), true
}

// findings returns the findings that err is.
func findings(t *testing.T, err error) finding.List {
	t.Helper()
	var list finding.List
	if err != nil && !errors.As(err, &list) {
		t.Fatal(err)
	}
	return list
}

// eachFile calls f with every YAML file of a compressed archive.
func eachFile(t *testing.T, archive string, f func(name string, data []byte)) {
	t.Helper()
	file, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zip, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(zip); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(header.Name, ".yaml") {
			continue
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		f(header.Name, data)
	}
}
