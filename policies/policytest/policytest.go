// Package policytest runs policies on annotated YAML, so that policies written
// outside of podcue are tested like its own.
//
// A test archive is a txtar file with sections ok*.yaml and bad*.yaml. Each is
// one document: a PodTemplateSpec (metadata, spec), or any object with its
// pod's place given. A line of a bad document where a finding is expected ends
// in a comment with a regular expression for its message:
//
//	-- bad.yaml --
//	spec:
//	  hostNetwork: true # want `node's network`
//
// The findings of a document must be exactly those, on those lines. What is
// known beside the pod stands in comments before it, as JSON:
//
//	# subject: {"stage": "authored", "kind": "PodTemplate", "primary": "main", "root": "template"}
//	# params: {"allow": ["/data"]}
//	# lower: {"spec.hostNetwork": false}
//	# without positions
//
// lower has what a layer below set, by canonical paths. The last one leaves out the provenance, and then all messages are expected in
// the document's order of "want" comments, wherever they stand.
package policytest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/provenance"
)

// Run checks p against the txtar archive in file. It fails when a finding is
// missing, is one too many or stands on the wrong line, and when the archive has
// no document that passes or none that fails.
func Run(t *testing.T, p *policies.Policy, file string) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatalf("policy %s has no test data: %v", p.ID, err)
	}
	ok, bad := 0, 0
	for _, f := range archive.Files {
		isOK, isBad := strings.HasPrefix(f.Name, "ok"), strings.HasPrefix(f.Name, "bad")
		if !isOK && !isBad {
			t.Errorf("%s: section %s is neither ok*.yaml nor bad*.yaml", file, f.Name)
			continue
		}
		t.Run(strings.TrimSuffix(f.Name, ".yaml"), func(t *testing.T) { runDocument(t, p, f, isBad) })
		if isOK {
			ok++
		} else {
			bad++
		}
	}
	if ok == 0 || bad == 0 {
		t.Errorf("%s: %d documents pass and %d fail; every policy needs one of each", file, ok, bad)
	}
}

// document is what the comments of a document say.
type document struct {
	Stage         string                  `json:"stage"`
	Kind          string                  `json:"kind"`
	Primary       string                  `json:"primary"`
	Root          string                  `json:"root"`
	Namespace     string                  `json:"namespace"`
	APIVersion    string                  `json:"apiVersion"`
	Interruptible *bool                   `json:"interruptible"`
	Unknown       []policies.UnknownField `json:"unknown"`
	Claims        map[string]*corev1.PersistentVolumeSpec

	params  string
	lower   map[provenance.Path]json.RawMessage
	noPlace bool
}

func runDocument(t *testing.T, p *policies.Policy, f txtar.File, isBad bool) {
	t.Helper()
	d, err := parseComments(string(f.Data))
	if err != nil {
		t.Fatal(err)
	}
	wants, err := parseWants(string(f.Data))
	if err != nil {
		t.Fatal(err)
	}
	if isBad != (len(wants) > 0) {
		t.Fatalf("%d findings are wanted", len(wants))
	}
	found, err := check(p, f, d)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range compare(found, wants, d.noPlace) {
		t.Error(problem)
	}
}

func parseComments(text string) (*document, error) {
	d := &document{Stage: finding.StageFinal}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "# subject: "); ok {
			if err := json.Unmarshal([]byte(rest), d); err != nil {
				return nil, fmt.Errorf("%s: %w", line, err)
			}
		} else if rest, ok := strings.CutPrefix(line, "# params: "); ok {
			d.params = rest
		} else if rest, ok := strings.CutPrefix(line, "# lower: "); ok {
			if err := json.Unmarshal([]byte(rest), &d.lower); err != nil {
				return nil, fmt.Errorf("%s: %w", line, err)
			}
		} else if line == "# without positions" {
			d.noPlace = true
		}
	}
	return d, nil
}

type want struct {
	line    int
	pattern *regexp.Regexp
}

var wantComment = regexp.MustCompile("# want (`[^`]*`(?: `[^`]*`)*)\\s*$")

func parseWants(text string) ([]want, error) {
	var wants []want
	line := 0
	for l := range strings.Lines(text) {
		line++
		m := wantComment.FindStringSubmatch(strings.TrimRight(l, "\n"))
		if m == nil {
			continue
		}
		for _, pattern := range strings.Split(strings.Trim(m[1], "`"), "` `") {
			re, err := regexp.Compile(pattern)
			if err != nil {
				return nil, err
			}
			wants = append(wants, want{line, re})
		}
	}
	return wants, nil
}

func check(p *policies.Policy, f txtar.File, d *document) (finding.List, error) {
	pod, err := decode(f.Data, provenance.Path(d.Root))
	if err != nil {
		return nil, err
	}
	s := &policies.Subject{
		Object: finding.Object{Kind: d.Kind, Name: "test", Stage: d.Stage}, Kind: d.Kind, Pod: pod,
		Root: provenance.Path(d.Root), Primary: d.Primary, Interruptible: d.Interruptible,
		Namespace: d.Namespace, APIVersion: d.APIVersion, Unknown: d.Unknown, Claims: d.Claims,
	}
	if !d.noPlace {
		fields, err := Fields(f.Name, f.Data)
		if err != nil {
			return nil, err
		}
		for path, value := range d.lower {
			fields[path] = append([]provenance.Origin{{Layer: provenance.LayerBase, Value: string(value)}}, fields[path]...)
		}
		s.Fields = func() provenance.Map { return fields }
	}
	sel, err := only(p, d.params)
	if err != nil {
		return nil, err
	}
	set, err := policies.Select(sel)
	if err != nil {
		return nil, err
	}
	return policies.Check(s, set), nil
}

// only selects p, with params, and nothing else.
func only(p *policies.Policy, params string) (*policies.Selection, error) {
	sel := &policies.Selection{}
	known := false
	for _, q := range policies.All() {
		if q.ID != p.ID {
			sel.Disable = append(sel.Disable, q.ID)
		} else {
			known = true
		}
	}
	if known {
		sel.Enable = []string{p.ID}
	} else {
		sel.Policies = []*policies.Policy{p}
	}
	if params != "" {
		config, err := json.Marshal(map[string]any{p.ID: map[string]any{"params": json.RawMessage(params)}})
		if err != nil {
			return nil, fmt.Errorf("params: %w", err)
		}
		sel.Config = config
	}
	return sel, nil
}

// decode decodes the pod template at root of the YAML document data, strictly.
func decode(data []byte, root provenance.Path) (*corev1.PodTemplateSpec, error) {
	var doc any
	if err := yaml.UnmarshalStrict(data, &doc); err != nil {
		return nil, err
	}
	_, v, ok := provenance.Resolve(doc, root)
	if !ok {
		return nil, fmt.Errorf("the document has nothing at %s", root)
	}
	sub, err := yaml.Marshal(v)
	if err != nil {
		return nil, err
	}
	pod := &corev1.PodTemplateSpec{}
	return pod, yaml.UnmarshalStrict(sub, pod)
}

// compare says how the findings differ from those that are wanted.
func compare(found finding.List, wants []want, noPlace bool) (problems []string) {
	for _, f := range found {
		at := -1
		for i, w := range wants {
			if w.pattern != nil && (noPlace || f.Position().Line == w.line) && w.pattern.MatchString(f.Message) {
				at = i
				break
			}
		}
		if at < 0 {
			problems = append(problems, fmt.Sprintf("unexpected finding: %s: %s", f.Severity, f))
			continue
		}
		wants[at].pattern = nil
		if msg := f.Message; strings.HasSuffix(msg, ".") || strings.Contains(msg, "\n") {
			problems = append(problems, fmt.Sprintf("the message is not one line without a period: %q", msg))
		}
	}
	for _, w := range wants {
		if w.pattern != nil {
			problems = append(problems, fmt.Sprintf("line %d: no finding matches %q", w.line, w.pattern))
		}
	}
	return problems
}
