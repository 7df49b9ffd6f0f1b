package policytest

import (
	"fmt"

	"go.yaml.in/yaml/v3"

	"github.com/podcue/podcue/provenance"
)

// Fields returns the provenance of a YAML document: every node at its canonical
// path, at the place of its key, or of its first character where it has none.
func Fields(file string, data []byte) (provenance.Map, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	m := provenance.Map{}
	if len(doc.Content) == 0 {
		return m, nil
	}
	w := &walker{file: file, m: m}
	return m, w.walk("", "", doc.Content[0])
}

type walker struct {
	file string
	m    provenance.Map
}

func (w *walker) walk(at provenance.Path, name string, n *yaml.Node) error {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch n.Kind {
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			p := provenance.MemberPath(at, name, key.Value)
			w.add(p, key, value)
			if err := w.walk(p, key.Value, value); err != nil {
				return err
			}
		}
	case yaml.SequenceNode:
		var list []any
		if err := n.Decode(&list); err != nil {
			return fmt.Errorf("%s:%d: %w", w.file, n.Line, err)
		}
		for i, p := range provenance.ElementPaths(at, name, list) {
			w.add(p, n.Content[i], n.Content[i])
			if err := w.walk(p, "", n.Content[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *walker) add(p provenance.Path, at, value *yaml.Node) {
	o := provenance.Origin{
		Layer: provenance.LayerManifest,
		Pos:   provenance.Position{Filename: w.file, Line: at.Line, Column: at.Column},
	}
	var v any
	if value.Decode(&v) == nil {
		o.Value = provenance.JSON(v)
	}
	w.m.Add(p, o)
}
