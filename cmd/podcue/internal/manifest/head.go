package manifest

import (
	"bytes"

	"go.yaml.in/yaml/v3"

	"github.com/podcue/podcue/finding"
)

// A head is what a document says of itself.
type head struct {
	apiVersion, kind, name, namespace string

	items   *yaml.Node            // of a list; nil if there are none
	members map[string]*yaml.Node // the top-level members
}

func (h head) object() finding.Object {
	return finding.Object{Kind: h.kind, Name: h.name, Stage: finding.StageManifest}
}

// headOf reads the head of the document with members.
func headOf(members []member) head {
	h := head{members: make(map[string]*yaml.Node, len(members))}
	for _, m := range members {
		v := m.value
		if v.Kind == yaml.AliasNode {
			v = v.Alias
		}
		h.members[m.name] = v
		switch m.name {
		case "apiVersion":
			h.apiVersion = v.Value
		case "kind":
			h.kind = v.Value
		case "metadata":
			h.metadata(v)
		case "items":
			if v.Kind == yaml.SequenceNode {
				h.items = v
			}
		}
	}
	return h
}

func (h *head) metadata(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		return
	}
	members, err := (&memberReader{}).of(n)
	if err != nil {
		return // found again, and reported, when the object is converted
	}
	generated := ""
	for _, m := range members {
		v := m.value
		if v.Kind == yaml.AliasNode {
			v = v.Alias
		}
		switch m.name {
		case "name":
			h.name = v.Value
		case "generateName":
			generated = v.Value + "*"
		case "namespace":
			h.namespace = v.Value
		}
	}
	if h.name == "" {
		h.name = generated
	}
}

// looksJSON reports whether text starts as a JSON object or list does.
func looksJSON(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n")
	return len(text) > 0 && (text[0] == '{' || text[0] == '[')
}
