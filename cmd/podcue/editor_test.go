package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/podcue/podcue/schema"
)

// A plainProject is what podcue init writes, and the cue command of the linked
// version to work on it, cut off from the network.
type plainProject struct {
	dir    string
	binary string
	env    []string
}

// TestProjectWithoutPodcue checks that a project that podcue init wrote works with
// the cue command and in editors, without podcue and without a network.
func TestProjectWithoutPodcue(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "cue.exe")
	if text, err := exec.Command("go", "build", "-o", binary, "cuelang.org/go/cmd/cue").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for name, test := range map[string]func(*testing.T, *plainProject){
		"cue": testPlainCue, "mistakes": testPlainCueMistakes, "editor": testEditor, "editor of the config": testEditorConfig,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, newPlainProject(t, binary))
		})
	}
}

// newPlainProject runs podcue init in a fresh folder.
func newPlainProject(t *testing.T, binary string) *plainProject {
	t.Helper()
	tmp := t.TempDir()
	p := &plainProject{dir: filepath.Join(tmp, "vision"), binary: binary}
	var out bytes.Buffer
	e := &env{
		dir: tmp, stdin: strings.NewReader(""), stdout: &out, stderr: &out,
		getenv: func(string) string { return "" }, exit: func(int) {}, now: time.Now,
	}
	if code := run(e, []string{"init", "vision"}); code != exitClean {
		t.Fatalf("podcue init: exit code %d\n%s", code, out.String())
	}
	nowhere := "http://127.0.0.1:1" // whatever asks for the network fails at once
	p.env = []string{
		"HOME=" + tmp, "PATH=", "CUE_CACHE_DIR=" + filepath.Join(tmp, "cache"), "CUE_CONFIG_DIR=" + filepath.Join(tmp, "config"),
		"HTTP_PROXY=" + nowhere, "HTTPS_PROXY=" + nowhere, "ALL_PROXY=" + nowhere,
	}
	return p
}

func (p *plainProject) cue(args ...string) *exec.Cmd {
	cmd := exec.Command(p.binary, args...)
	cmd.Dir, cmd.Env = p.dir, p.env
	return cmd
}

func (p *plainProject) read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(p.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// testPlainCue checks that a project works with the cue command alone, and
// without a network: the schema is in the project.
func testPlainCue(t *testing.T, p *plainProject) {
	if text, err := p.cue("vet", "-c=false", "./...").CombinedOutput(); err != nil || len(text) > 0 {
		t.Errorf("cue vet: %v\n%s", err, text)
	}
	if text, err := p.cue("mod", "tidy", "--check").CombinedOutput(); err != nil || len(text) > 0 {
		t.Errorf("cue mod tidy --check: %v\n%s", err, text)
	}
	for _, pkg := range []string{".", "./templates"} {
		if text, err := p.cue("vet", "-c", pkg).CombinedOutput(); err != nil || len(text) > 0 {
			t.Errorf("cue vet -c %s: %v\n%s", pkg, err, text)
		}
	}
	text, err := p.cue("export", "./templates").Output()
	if err != nil {
		t.Fatalf("cue export: %v", err)
	}
	var got struct {
		Templates map[string]struct {
			PrimaryContainerName string
			PodSpec              struct{ Containers []struct{ Name string } }
		}
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	gpu := got.Templates["gpu"]
	if gpu.PrimaryContainerName != "primary" || len(gpu.PodSpec.Containers) != 1 || gpu.PodSpec.Containers[0].Name != "primary" {
		t.Errorf("cue export: %s", text)
	}
}

// testPlainCueMistakes checks what cue vet says about mistakes: the message is
// the schema's, and a position is the author's.
func testPlainCueMistakes(t *testing.T, p *plainProject) {
	tests := []struct{ file, old, with, message, at string }{
		{"templates/gpu.cue", `operator: "Exists"`, `operator: "exists"`, "templates.gpu.podSpec.tolerations.0.operator: must be one of Exists, Equal, Lt, Gt:", "./templates/gpu.cue:9:"},
		{"templates/gpu.cue", `sizeLimit: "4Gi"`, `sizeLimit: "4GB"`, "templates.gpu.podSpec.volumes.0.emptyDir.sizeLimit: must be a number or a Kubernetes quantity such as 500m or 2Gi:", "./templates/gpu.cue:12:"},
		{"templates/gpu.cue", "volumeMounts:", "volumeMount:", "templates.gpu.podSpec.containers.0.volumeMount: field not allowed:", "./templates/gpu.cue:16:"},
		{"templates/gpu.cue", "image: ", "imag: ", "tasks.train.imag: field not allowed:", "./templates/gpu.cue:"},
		{"podcue.cue", "profile: ", "profil: ", "profil: is not a field of the configuration; there are profile,", "./podcue.cue:"},
		{"policies/team.cue", "require:", "requires:", `policies."team-label".requires: field not allowed:`, "./policies/team.cue:"},
	}
	for _, tt := range tests {
		original := p.read(t, tt.file)
		if strings.Count(original, tt.old) != 1 {
			t.Fatalf("%s: %q is there %d times", tt.file, tt.old, strings.Count(original, tt.old))
		}
		path := filepath.Join(p.dir, tt.file)
		if err := os.WriteFile(path, []byte(strings.Replace(original, tt.old, tt.with, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
		text, err := p.cue("vet", "-c=false", "./...").CombinedOutput()
		if err == nil || !strings.HasPrefix(string(text), tt.message) || !strings.Contains(string(text), "\n    "+tt.at) {
			t.Errorf("%s for %s: %v\n%s", tt.with, tt.old, err, text)
		}
		if err := os.WriteFile(path, []byte(original), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// testEditor drives cue's language server on a project as an editor does: it
// shows the documentation of fields, goes to their definitions in the vendored
// schema, and proposes what may be written.
func testEditor(t *testing.T, p *plainProject) {
	c := startLSP(t, p.cue("lsp"), p.dir, "templates/gpu.cue", p.read(t, "templates/gpu.cue"))

	for place, want := range map[string]string{
		"podS":                     "The specification of the Pod, as Kubernetes has it.",
		"toler":                    "If specified, the pod's tolerations.",
		"oper":                     "Operator represents a key's relationship to the value.",
		"sizeL":                    "sizeLimit is the total amount of local storage required for this EmptyDir volume.",
		"podTem":                   "The template that the task's Pod is made from, by reference: templates.gpu.",
		"schema.#Pod":              "#PodTemplate is what a task's Pod is made from",
		`requests: {cpu: "4", mem`: "Bytes: \"16Gi\".",
	} {
		if got := c.hover(place); !strings.Contains(got, want) {
			t.Errorf("hover at %q: %q does not say %q", place, got, want)
		}
	}

	for place, line := range map[string]string{
		"schema.#Pod": "#PodTemplate: {",
		"toler":       "tolerations?: [...#Toleration]",
		"sizeL":       "sizeLimit?: #Quantity",
	} {
		got, want := c.definitions(place), vendoredLines(t, p, line)
		if !slices.ContainsFunc(want, func(at string) bool { return slices.Contains(got, at) }) {
			t.Errorf("definition at %q: %v, want one of %v", place, got, want)
		}
	}

	c.edit("\t\t\tname: \"primary\"\n", "\t\t\tname: \"primary\"\n\t\t\t\n")
	wantProposals(t, c, "\t\t\tname: \"primary\"\n\t\t\t", "image", "imagePullPolicy", "livenessProbe", "securityContext")
	c.edit("\t\t\tname: \"primary\"\n", "\t\t\tname: \"primary\"\n\t\t\tsecurityContext: {\n\t\t\t\t\n\t\t\t}\n")
	wantProposals(t, c, "\t\t\tsecurityContext: {\n\t\t\t\t", "capabilities", "readOnlyRootFilesystem", "runAsNonRoot", "seccompProfile")
	c.edit("\tpodSpec: {\n", "\tpodSpec: {\n\t\t\n")
	wantProposals(t, c, "\tpodSpec: {\n\t\t", "affinity", "hostNetwork", "nodeSelector", "securityContext", "serviceAccountName")
	c.edit("\tlabels: team", "\t\n\tlabels: team")
	wantProposals(t, c, "#PodTemplate & {\n\t", "annotations", "podSpec", "primaryContainerName")
	c.edit("\tresources: {\n", "\t\n\tresources: {\n")
	wantProposals(t, c, "\"{{.outputPrefix}}\"]\n\t", "interruptible", "podTemplateName", "sharedMemory")
}

// testEditorConfig does the same for the platform configuration, which embeds its
// definition.
func testEditorConfig(t *testing.T, p *plainProject) {
	c := startLSP(t, p.cue("lsp"), p.dir, "podcue.cue", p.read(t, "podcue.cue"))
	if got, want := c.hover("\nprof"), "How a task and its templates become a Pod"; !strings.Contains(got, want) {
		t.Errorf("hover: %q does not say %q", got, want)
	}
	c.edit("policyPackages: [\"./policies\"]\n", "policyPackages: [\"./policies\"]\npss: {\n\t\n}\n")
	wantProposals(t, c, "\npss: {\n\t", "level", "version")
	c.edit("policyPackages: [\"./policies\"]\n", "policyPackages: [\"./policies\"]\n\npolicies: {\n\t\n}\n")
	wantProposals(t, c, "policies: {\n\t", `"hostpath-allowed"`, "privileged")
}

// vendoredLines returns FILE:LINE of each line of the vendored schema that is
// text.
func vendoredLines(t *testing.T, p *plainProject, text string) []string {
	t.Helper()
	var at []string
	for name, data := range schema.Vendored() {
		for i, line := range strings.Split(string(data), "\n") {
			if strings.TrimSpace(line) != text {
				continue
			}
			if p.read(t, name) != string(data) {
				t.Errorf("%s is not the vendored file", name)
			}
			at = append(at, fileURI(filepath.Join(p.dir, name))+":"+strconv.Itoa(i+1))
		}
	}
	if len(at) == 0 {
		t.Fatalf("no line %q in the schema", text)
	}
	return at
}

func wantProposals(t *testing.T, c *lspClient, before string, want ...string) {
	t.Helper()
	got := c.completions(before)
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("completions behind %q: no %s in %v", before, w, got)
		}
	}
}
