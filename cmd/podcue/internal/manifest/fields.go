package manifest

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/podcue/podcue/provenance"
)

// fields returns the origins of the nodes below n, the object of the kind.
func (p *place) fields(n *yaml.Node, kind string) provenance.Map {
	w := &fieldWalker{place: p, fields: provenance.Map{}}
	w.walk("", "", n)
	if renamed := specNames[kind]; renamed != nil {
		return renamed(w.fields)
	}
	return w.fields
}

type fieldWalker struct {
	place   *place
	fields  provenance.Map
	members memberReader
}

func (w *fieldWalker) walk(at provenance.Path, name string, n *yaml.Node) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	switch n.Kind {
	case yaml.MappingNode:
		members, err := w.members.of(n)
		if err != nil {
			return // cannot be: the document was converted already
		}
		for _, m := range members {
			p := provenance.MemberPath(at, name, m.name)
			w.fields[p] = []provenance.Origin{w.place.origin(m.key)}
			w.walk(p, m.name, m.value)
		}
	case yaml.SequenceNode:
		for i, p := range provenance.ElementPaths(at, name, w.keys(name, n)) {
			w.fields[p] = []provenance.Origin{w.place.origin(n.Content[i])}
			w.walk(p, "", n.Content[i])
		}
	}
}

// keys returns what the paths of the elements of the list n depend on: of each
// element the members that are its key.
func (w *fieldWalker) keys(name string, n *yaml.Node) []any {
	list := make([]any, len(n.Content))
	names := provenance.ListKeys(name)
	if names == nil {
		return list
	}
	for i, e := range n.Content {
		if e.Kind == yaml.AliasNode {
			e = e.Alias
		}
		if e.Kind != yaml.MappingNode {
			continue
		}
		element := map[string]any{}
		members, err := w.members.of(e)
		if err != nil {
			continue // cannot be: see walk
		}
		for _, m := range members {
			for _, k := range names {
				if m.name == k {
					element[k] = keyValue(m.value)
				}
			}
		}
		list[i] = element
	}
	return list
}

// keyValue returns the value of a scalar that is part of a key.
func keyValue(n *yaml.Node) any {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.ScalarNode {
		return nil
	}
	v, err := scalar(n)
	if err != nil {
		return nil
	}
	if n.Tag == rawTag {
		return strings.Trim(n.Value, `"`)
	}
	return v
}
