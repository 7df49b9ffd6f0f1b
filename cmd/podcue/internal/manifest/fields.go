package manifest

import (
	"bytes"
	"encoding/json"

	"github.com/podcue/podcue/provenance"
)

// fields returns the origins of the nodes below n, the object of the kind.
func (p *place) fields(n *node, kind string) provenance.Map {
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

func (w *fieldWalker) walk(at provenance.Path, name string, n *node) {
	n = n.resolved()
	switch n.kind {
	case mapNode:
		members, err := w.members.of(n)
		if err != nil {
			return // cannot be: the document was converted already
		}
		for _, m := range members {
			p := provenance.MemberPath(at, name, m.name)
			w.fields[p] = []provenance.Origin{w.place.origin(m.key)}
			w.walk(p, m.name, m.value)
		}
	case listNode:
		for i, p := range provenance.ElementPaths(at, name, w.keys(name, n)) {
			w.fields[p] = []provenance.Origin{w.place.origin(&n.content[i])}
			w.walk(p, "", &n.content[i])
		}
	}
}

// keys returns what the paths of the elements of the list n depend on: of each
// element the members that are its key.
func (w *fieldWalker) keys(name string, n *node) []any {
	list := make([]any, len(n.content))
	names := provenance.ListKeys(name)
	if names == nil {
		return list
	}
	for i := range n.content {
		e := n.content[i].resolved()
		if e.kind != mapNode {
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

// keyValue returns the value of a member that is part of a key, as generic JSON.
func keyValue(n *node) any {
	if n.kind == scalarNode && n.style == quotedStyle {
		return n.value
	}
	c := &converter{}
	if c.value(n) != nil || len(c.out) == 0 {
		return nil // cannot be: the document was converted already
	}
	switch text := c.out; text[0] {
	case '"':
		var v string
		if json.Unmarshal(text, &v) != nil {
			return nil
		}
		return v
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return json.Number(text)
	default:
		dec := json.NewDecoder(bytes.NewReader(text))
		dec.UseNumber()
		var v any
		if dec.Decode(&v) != nil {
			return nil
		}
		return v
	}
}
