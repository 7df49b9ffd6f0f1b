package flyte_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/provenance"
)

// An example is what a hazard's Bad and Good say, with the lines of each side.
type example struct {
	base     *corev1.PodTemplateSpec
	baseAt   provenance.Map
	config   []byte // with the lines where they are in the example
	task     *flyte.Authored
	taskAt   provenance.Map
	template *flyte.AuthoredTemplate
}

// readExample reads an example.
func readExample(t *testing.T, file, text string) *example {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	e := &example{}
	root := doc.Content[0]
	for i := 0; i < len(root.Content); i += 2 {
		key, node := root.Content[i], root.Content[i+1]
		switch key.Value {
		case "base":
			e.base, e.baseAt = &corev1.PodTemplateSpec{}, lines(node, provenance.LayerBase, file)
			decodeNode(t, node, e.base)
		case "config":
			e.config = linesOf(text, key.Line+1, node)
		case "task":
			e.readTask(t, node, file)
		default:
			t.Fatalf("%s: what is %s?", file, key.Value)
		}
	}
	return e
}

// linesOf returns the lines of node in text, which begin at from, with empty lines
// before and after.
func linesOf(text string, from int, node *yaml.Node) []byte {
	all := strings.Split(text, "\n")
	for i, line := range all {
		if i+1 < from || i+1 > from && line != "" && line[0] != ' ' || line != "" && line[0] != ' ' {
			all[i] = ""
		}
		if i+1 >= from && line != "" && line[0] != ' ' { // the next member
			for j := i; j < len(all); j++ {
				all[j] = ""
			}
			break
		}
	}
	return []byte(strings.Join(all, "\n"))
}

// readTask reads a #Task with its pod template, if it has one.
func (e *example) readTask(t *testing.T, node *yaml.Node, file string) {
	t.Helper()
	rest := &yaml.Node{Kind: yaml.MappingNode}
	for i := 0; i < len(node.Content); i += 2 {
		if node.Content[i].Value == "podTemplate" {
			e.template = readTemplate(t, node.Content[i+1], file)
			continue
		}
		rest.Content = append(rest.Content, node.Content[i], node.Content[i+1])
	}
	task, err := flyte.DecodeAuthored(nodeJSON(t, rest))
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	e.task, e.taskAt = task, lines(rest, provenance.LayerTask, file)
}

// readTemplate reads a #PodTemplate.
func readTemplate(t *testing.T, node *yaml.Node, file string) *flyte.AuthoredTemplate {
	t.Helper()
	var p struct {
		PrimaryContainerName string
		Labels, Annotations  map[string]string
		PodSpec              corev1.PodSpec
	}
	decodeNode(t, node, &p)
	out := &flyte.AuthoredTemplate{
		PrimaryContainerName: p.PrimaryContainerName,
		Pod:                  &corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: p.Labels, Annotations: p.Annotations}, Spec: p.PodSpec},
		Fields:               provenance.Map{},
	}
	for path, origins := range lines(node, provenance.LayerTemplate, file) {
		switch {
		case path.Under("podSpec"):
			path = "spec" + path[len("podSpec"):]
		case path.Under("labels"), path.Under("annotations"):
			path = "metadata." + path
		}
		out.Fields[path] = origins
	}
	return out
}

func nodeJSON(t *testing.T, node *yaml.Node) []byte {
	t.Helper()
	var v any
	if err := node.Decode(&v); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func decodeNode(t *testing.T, node *yaml.Node, into any) {
	t.Helper()
	if err := json.Unmarshal(nodeJSON(t, node), into); err != nil {
		t.Fatal(err)
	}
}

// lines returns where the fields of node are written.
func lines(node *yaml.Node, layer, file string) provenance.Map {
	m := provenance.Map{}
	var visit func(n *yaml.Node, at provenance.Path, name string)
	visit = func(n *yaml.Node, at provenance.Path, name string) {
		if at != "" {
			m.Add(at, provenance.Origin{Layer: layer, Pos: provenance.Position{Filename: file, Line: n.Line, Column: n.Column}})
		}
		switch n.Kind {
		case yaml.MappingNode:
			for i := 0; i < len(n.Content); i += 2 {
				key := n.Content[i].Value
				visit(n.Content[i+1], provenance.MemberPath(at, name, key), key)
			}
		case yaml.SequenceNode:
			var list []any
			if n.Decode(&list) == nil {
				for i, p := range provenance.ElementPaths(at, name, list) {
					visit(n.Content[i], p, "")
				}
			}
		}
	}
	visit(node, "", "")
	return m
}

// build builds the Pod of the example and returns its hazards.
func (e *example) hazards(t *testing.T, p *flyte.Profile, file string) finding.List {
	t.Helper()
	cfg, err := flyte.LoadConfig(p, flyte.ConfigFile{Name: file, Data: e.config})
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	cfg.DefaultPodTemplateName = "base"
	in, err := e.task.Input(p, e.template, nil, e.taskAt)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	in.Config = cfg
	if e.base != nil {
		in.Templates = flyte.NewStore(flyte.BaseTemplate{
			PodTemplate: &corev1.PodTemplate{ObjectMeta: metav1.ObjectMeta{Namespace: in.Execution.Namespace, Name: "base"}, Template: *e.base},
			Fields:      e.baseAt,
		})
	}
	out, err := p.Build(in)
	var refused *flyte.Error
	if err != nil && !errors.As(err, &refused) {
		t.Fatalf("%s: %v", file, err)
	}
	if err != nil {
		out = nil
	}
	return p.Hazards(in, out)
}

// Every hazard has an example in which it is found, with positions, in each of its
// profiles and in no other one; and one in which it is not.
func TestHazardExamples(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, h := range flyte.Hazards() {
		id := strings.TrimPrefix(h.ID, "merge-")
		for _, p := range flyte.Profiles() {
			for _, side := range []struct {
				name, text string
				want       bool
			}{{"bad", h.Bad(), contains(h.Profiles, p.Name)}, {"good", h.Good(), false}} {
				file := id + "." + side.name + ".yaml"
				found := readExample(t, file, side.text).hazards(t, p, file)
				fmt.Fprintf(&b, "%s %s\n", p.Name, file)
				has := false
				for _, f := range found {
					fmt.Fprintf(&b, "\t%s %s %s: %s\n", f.Severity, f.ID, f.Path, f.Message)
					for _, o := range f.Origins {
						fmt.Fprintf(&b, "\t\t%s %s\n", o.Layer, o.Pos)
					}
					if f.ID == h.ID {
						has = true
						checkFinding(t, file, f)
					}
				}
				if has != side.want {
					t.Errorf("%s under %s: found is %t", file, p.Name, has)
				}
			}
		}
	}
	golden(t, "testdata/hazards_examples.golden", b.String())
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}

// checkFinding checks what every finding has.
func checkFinding(t *testing.T, where string, f finding.Finding) {
	t.Helper()
	if !f.Position().IsValid() {
		t.Errorf("%s: %s has no position", where, f.ID)
	}
	if f.Detail == "" || f.Help == "" || strings.HasSuffix(f.Message, ".") || f.Message[:1] != strings.ToLower(f.Message[:1]) && f.Message[0] >= 'A' && strings.Contains("ABCDEFGHIJKLMNOPQRSTUVWXYZ", f.Message[:1]) && !strings.Contains(f.Message[:4], "_") && f.Message[1] >= 'a' {
		t.Errorf("%s: %+v", where, f)
	}
}
