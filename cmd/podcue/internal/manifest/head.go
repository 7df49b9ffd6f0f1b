package manifest

import (
	"bytes"
	"strings"

	"github.com/podcue/podcue/finding"
)

// A head is what a document says of itself.
type head struct {
	apiVersion, kind, name, namespace string

	items   *node            // of a list; nil if there are none
	members map[string]*node // the top-level members
}

func (h head) object() finding.Object {
	return finding.Object{Kind: h.kind, Name: h.name, Stage: finding.StageManifest}
}

// headOf reads the head of the document with members.
func headOf(members []member) head {
	h := head{members: make(map[string]*node, len(members))}
	for _, m := range members {
		v := m.value.resolved()
		if v == nil {
			continue
		}
		h.members[m.name] = v
		switch m.name {
		case "apiVersion":
			h.apiVersion = strings.Clone(v.value) // or the object's name keeps its document in memory
		case "kind":
			h.kind = strings.Clone(v.value)
		case "metadata":
			h.metadata(v)
		case "items":
			if v.kind == listNode {
				h.items = v
			}
		}
	}
	return h
}

func (h *head) metadata(n *node) {
	if n.kind != mapNode {
		return
	}
	members, err := (&memberReader{}).of(n)
	if err != nil {
		return // found again, and reported, when the object is converted
	}
	generated := ""
	for _, m := range members {
		v := m.value.resolved()
		if v == nil {
			continue
		}
		switch m.name {
		case "name":
			h.name = strings.Clone(v.value)
		case "generateName":
			generated = v.value + "*"
		case "namespace":
			h.namespace = strings.Clone(v.value)
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
