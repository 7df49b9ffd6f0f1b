package manifest_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/podcue/podcue/cmd/podcue/internal/manifest"
	"github.com/podcue/podcue/policies/policytest"
	"github.com/podcue/podcue/provenance"
)

const policyData = "../../../../policies/testdata"

// corpus returns manifests of many hands, by name.
func corpus(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	data, err := os.ReadFile(filepath.Join(policyData, "corpus.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	gz, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(gz); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if ext := filepath.Ext(h.Name); ext == ".yaml" || ext == ".yml" || ext == ".json" && !strings.HasSuffix(h.Name, "manifest.json") {
			if files[h.Name], err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
	}
	names, err := filepath.Glob(filepath.Join(policyData, "bypass", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if files[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// A document that is alone in its file means what it means to Kubernetes, and
// its fields are where a walk over its nodes finds them.
func TestCorpus(t *testing.T) {
	t.Parallel()
	n := 0
	for name, data := range corpus(t) {
		objects, found := (&manifest.Reader{}).All(manifest.Source{Name: name, Data: data})
		if len(found) > 0 {
			t.Logf("%s: %v", name, found)
		}
		if len(objects) != 1 || bytes.Contains(data, []byte("\n---")) || objects[0].APIVersion == "" {
			continue
		}
		n++
		o := objects[0]
		compareJSON(t, name, data, o.JSON)
		want, err := policytest.Fields(name, data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if _, isList := want["items"]; isList || bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) {
			continue // positions are in bytes there
		}
		for _, origins := range want {
			origins[0].Value = "" // which nobody asks of a manifest
		}
		if !reflect.DeepEqual(want, o.Fields()) {
			t.Errorf("%s: -want +got:\n%s", name, cmp.Diff(want, o.Fields()))
		}
	}
	if n < 500 {
		t.Errorf("only %d documents were compared", n)
	}
}

// Nearly all manifests are in the simple part of YAML, and mean the same there.
func TestSimpleCorpus(t *testing.T) {
	t.Parallel()
	simple, n := 0, 0
	for name, data := range corpus(t) {
		if strings.HasSuffix(name, ".json") || bytes.Contains(data, []byte("\n---")) {
			continue
		}
		n++
		if manifest.CompareSimple(t, name, data) {
			simple++
		}
	}
	if simple*10 < n*9 {
		t.Errorf("only %d of %d are simple", simple, n)
	}
}

// The simple parser is as good for manifests with mistakes: it leaves them to the
// library, or reads what the library reads.
func TestSimpleMutations(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	files := corpus(t)
	names := slices.Sorted(maps.Keys(files))
	specials := []string{":", ": ", " ", "  ", "-", "- ", "\n", "#", " #", "'", "\"", "{", "}", "[", "]", ",", "?", "!", "&", "*", "|", "x", "---\n", "...\n", "\r\n", "%", "\\", "<<: "}
	taken := 0
	for range 1500 {
		data := bytes.Clone(files[names[random.IntN(len(names))]])
		if len(data) == 0 || len(data) > 4000 {
			continue
		}
		for range 1 + random.IntN(3) {
			at := random.IntN(len(data))
			if random.IntN(2) == 0 {
				data = slices.Delete(data, at, min(at+1+random.IntN(3), len(data)))
			} else {
				data = slices.Insert(data, at, []byte(specials[random.IntN(len(specials))])...)
			}
			if len(data) == 0 {
				break
			}
		}
		if manifest.CompareSimple(t, "a mutation", data) {
			taken++
		}
	}
	if taken < 250 {
		t.Errorf("only %d of 1500 were taken", taken)
	}
}

// compareJSON compares what the library of Kubernetes makes of a document with
// got.
func compareJSON(t *testing.T, name string, data, got []byte) {
	t.Helper()
	reference, err := yaml.YAMLToJSON(data)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	var a, b any
	if err := json.Unmarshal(reference, &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(got, &b); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, got)
	}
	if m, ok := a.(map[string]any); ok && m["items"] != nil {
		return // it is a list, got is its item
	}
	if !reflect.DeepEqual(a, b) {
		t.Errorf("%s: -kubernetes +got:\n%s", name, cmp.Diff(a, b))
	}
}

// scalars in every spelling mean what they mean to Kubernetes.
func TestScalars(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString(podHead + "x:\n")
	for _, s := range strings.Fields("y Y yes Yes YES yEs true TRUE on On oN off n N no NO null ~ Null 0 -0 +1 1 01 010 08 0x1F 0o17 0b101 -0b11 1_000 " +
		"0x_1 1e3 1E+3 1.5 .5 -.5 +.5 5. . .e1 1e 1e400 - + -- .nan. 12:30 2026-11-25 2026-11-25T10:00:00Z 1.2.3 9223372036854775807 9223372036854775808 " +
		"18446744073709551615 18446744073709551616 -9223372036854775809 0.1 1e-7 123456789012345678 1e21 <<x =") {
		b.WriteString("- " + s + "\n- '" + s + "'\n- {k: " + s + "}\n")
	}
	b.WriteString("- !!str 12\n- !!int 12\n- !!float 12\n- !!binary aGk=\n- !mine 12\n- !!timestamp 2026-11-25\n- |\n  text\n\n- >-\n  folded\n  text\n-\n- \"\\u00e9\\n\"\n")
	b.WriteString("y:\n  yes: a\n  1: b\n  1.5: c\n  0x10: d\n  'quoted': e\n  \"a b\": f\n  2026-11-25: g\n")
	text := []byte(b.String())
	objects, found := read(t, "a.yaml", b.String())
	if len(objects) != 1 || len(found) > 0 {
		t.Fatalf("%d objects, %v", len(objects), found)
	}
	compareJSON(t, "scalars", text, objects[0].JSON)
}

// JSON is read as JSON: with its escapes, white space, and positions.
func TestJSON(t *testing.T) {
	t.Parallel()
	text := "\n{\t\"apiVersion\": \"v1\", \"kind\":\r\n\t\"Pod\",\n\"metadata\": {\"name\": \"\\ud83d\\ude00\\\"ü\", \"labels\": {\"ü\": \"1\", \"x\": \"2\"}},\n" +
		"\"spec\": {\"priority\": 7, \"containers\": [{\"name\": \"a\", \"ports\": [{\"containerPort\": 80}]},\n {\"name\": \"b\"}], \"hostPID\": true, \"tolerations\": []}}\n" +
		"{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"second\"}}"
	objects, found := read(t, "a.json", text)
	if len(objects) != 2 || len(found) > 0 {
		t.Fatalf("%d objects, %v", len(objects), found)
	}
	if got := objects[0].Name + objects[1].Name + objects[1].Position().String(); got != "\U0001F600\"üsecond"+"a.json:7:1" {
		t.Errorf("they are %s", got)
	}
	for p, want := range map[provenance.Path]string{
		"kind":                             "2:23",
		"metadata.labels[x]":               "4:64",
		"spec.priority":                    "5:10",
		"spec.containers[a].ports[80/TCP]": "5:64",
		"spec.containers[b].name":          "6:3",
		"spec.hostPID":                     "6:18",
		"spec.containers[a].ports[80/TCP].containerPort": "5:65",
	} {
		if got := at(objects[0].Fields(), p); got != want {
			t.Errorf("%s is at %s, want %s", p, got, want)
		}
	}
	// The same as YAML.
	list, found := read(t, "a.json", `{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}]}`)
	if len(list) != 1 || list[0].Name != "a" || len(found) > 0 {
		t.Errorf("a list gives %v, %v", list, found)
	}
	// A flow map of YAML is no JSON.
	flow, found := read(t, "a.yaml", "{apiVersion: v1, kind: Pod, metadata: {name: a}}")
	if len(flow) != 1 || flow[0].Name != "a" || len(found) > 0 {
		t.Errorf("a flow map gives %v, %v", flow, found)
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"b.yaml", "a.yml", "sub/c.json", "sub/D.YAML", "notes.txt", ".hidden.yaml", ".git/x.yaml"} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(os.DevNull, filepath.Join(dir, "link.yaml")); err != nil {
		t.Fatal(err)
	}
	files, err := manifest.Files(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range files {
		files[i] = filepath.ToSlash(strings.TrimPrefix(files[i], dir+string(filepath.Separator)))
	}
	if diff := cmp.Diff([]string{"a.yml", "b.yaml", "sub/D.YAML", "sub/c.json"}, files); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Join(dir, "sub"), link); err != nil {
		t.Fatal(err)
	}
	if files, err := manifest.Files(link); err != nil || !cmp.Equal(files, []string{filepath.Join(link, "D.YAML"), filepath.Join(link, "c.json")}) {
		t.Errorf("a link to a directory gives %v, %v", files, err)
	}
	one := filepath.Join(dir, "notes.txt")
	if files, err := manifest.Files(one); err != nil || !cmp.Equal(files, []string{one}) {
		t.Errorf("a file gives %v, %v", files, err)
	}
	if _, err := manifest.Files(filepath.Join(dir, "gone")); err == nil {
		t.Error("a missing file gives no error")
	}
}

// Nothing crashes the reader, positions are inside the source, and what is read
// is what Kubernetes reads.
func FuzzReader(f *testing.F) {
	n := 0
	files := corpus(f)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if n++; n%40 == 0 {
			f.Add(files[name])
		}
	}
	for _, s := range []string{bomb(2), mergeBomb(2), podHead + "x: &x\n  <<: *x\n", `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"\ud83d"}}`, "containers: []", "k8sPod: {podSpec: }", "kind: List\nitems: [*a]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r := &manifest.Reader{}
		src := manifest.Source{Name: "a.yaml", Data: data}
		r.Volumes(src)
		lines := bytes.Count(data, []byte("\n")) + 1
		for o := range r.Objects(src) {
			if !json.Valid(o.JSON) {
				t.Errorf("not JSON: %s", o.JSON)
			}
			if o.Template == nil {
				t.Error("there is no template")
			}
			for p, origins := range o.TemplateFields() {
				if pos := origins[0].Pos; pos.Column < 1 || pos.Line < 1 || pos.Line > lines && !bytes.ContainsAny(data, "\r\u0085\u2028\u2029") {
					t.Errorf("%s is at %v of %d lines", p, pos, lines)
				}
			}
		}
		for _, found := range r.Findings() {
			if found.Message == "" || found.Position().Line < 1 {
				t.Errorf("the finding %+v", found)
			}
		}
	})
}

// BenchmarkReader reads a Pod of 84 lines, as vet does for each of thousands.
func BenchmarkReader(b *testing.B) {
	data, err := os.ReadFile(filepath.Join(policyData, "bench", "pod.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	for name, fields := range map[string]bool{"typed": false, "fields": true} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := &manifest.Reader{}
				for o := range r.Objects(manifest.Source{Name: "pod.yaml", Data: data}) {
					if fields && len(o.Fields()) == 0 {
						b.Fatal("no fields")
					}
				}
			}
		})
	}
}
