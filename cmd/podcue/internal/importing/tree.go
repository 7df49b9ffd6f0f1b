package importing

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/podcue/podcue/provenance"
)

// A value is a JSON value in the order in which it is written, with the comments
// beside it.
type value struct {
	kind    kind
	members []member        // of a struct
	items   []*value        // of a list
	scalar  json.RawMessage // of anything else
	octal   bool            // a number that reads better in base 8
	raw     string          // CUE, in place of all that

	head []string // comments above
	line string   // comment behind
	foot []string // comments below
}

type kind int

const (
	scalarKind kind = iota
	structKind
	listKind
)

type member struct {
	name  string
	value *value
}

// get returns the member of v called name, nil if there is none.
func (v *value) get(name string) *value {
	if v == nil {
		return nil
	}
	for _, m := range v.members {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// set appends a member, unless its value is nil.
func (v *value) set(name string, m *value) {
	if m != nil {
		v.members = append(v.members, member{name, m})
	}
}

// remove removes the member called name.
func (v *value) remove(name string) {
	v.members = slices.DeleteFunc(v.members, func(m member) bool { return m.name == name })
}

// text returns the string that v is, "" if it is none.
func (v *value) text() string {
	var s string
	if v == nil || v.kind != scalarKind || json.Unmarshal(v.scalar, &s) != nil {
		return ""
	}
	return s
}

// empty reports whether v is a struct or a list without anything in it.
func (v *value) empty() bool {
	return v.kind != scalarKind && len(v.members)+len(v.items) == 0
}

// isNull reports whether v is null.
func (v *value) isNull() bool { return v.kind == scalarKind && string(v.scalar) == "null" }

// stringValue returns s as a value.
func stringValue(s string) *value {
	data, err := json.Marshal(s)
	if err != nil {
		data = []byte(`""`) // cannot be: a string always encodes
	}
	return &value{scalar: data}
}

// structValue returns a struct with the members.
func structValue(members ...member) *value { return &value{kind: structKind, members: members} }

// parseJSON reads JSON, keeping the order of members.
func parseJSON(data []byte) (*value, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	return parseValue(dec)
}

func parseValue(dec *json.Decoder) (*value, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		v := &value{kind: structKind}
		for dec.More() {
			name, err := dec.Token()
			if err != nil {
				return nil, err
			}
			m, err := parseValue(dec)
			if err != nil {
				return nil, err
			}
			text, _ := name.(string) // what stands before a value is a string
			v.remove(text)           // the last one counts
			v.set(text, m)
		}
		_, err = dec.Token()
		return v, err
	case json.Delim('['):
		v := &value{kind: listKind}
		for dec.More() {
			e, err := parseValue(dec)
			if err != nil {
				return nil, err
			}
			v.items = append(v.items, e)
		}
		_, err = dec.Token()
		return v, err
	}
	data, err := json.Marshal(token)
	return &value{scalar: data}, err
}

var errNoPath = errors.New("there is no such member")

// lookup returns what is at p: struct members, and list elements by index or by
// name.
func (v *value) lookup(p provenance.Path) (*value, error) {
	for _, s := range p.Segments() {
		switch {
		case v == nil:
			return nil, errNoPath
		case v.kind == structKind:
			v = v.get(s.Name)
		case v.kind == listKind:
			v = v.item(s.Name)
		default:
			v = nil
		}
	}
	if v == nil {
		return nil, errNoPath
	}
	return v, nil
}

// item returns the element of the list v with the index or the name key.
func (v *value) item(key string) *value {
	if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(v.items) {
		return v.items[i]
	}
	for _, e := range v.items {
		if e.get("name").text() == key {
			return e
		}
	}
	return nil
}

// addComments gives v the comments of the node that it was read from. Comments of
// a map or list that stand behind an alias or a merge key are left where they are
// defined: they belong to that place.
func (v *value) addComments(n *yaml.Node) {
	switch {
	case n == nil:
	case n.Kind == yaml.MappingNode && v.kind == structKind:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, node := n.Content[i], n.Content[i+1]
			m := v.get(key.Value)
			if m == nil {
				continue
			}
			m.head = append(m.head, commentLines(key.HeadComment)...)
			m.foot = append(m.foot, commentLines(key.FootComment)...)
			m.line = firstComment(key.LineComment, m.line)
			m.addNode(node)
		}
	case n.Kind == yaml.SequenceNode && v.kind == listKind:
		for i, e := range n.Content {
			if i < len(v.items) {
				v.items[i].addNode(e)
			}
		}
	}
}

// addNode gives v the comments at its own node, and those below it.
func (v *value) addNode(n *yaml.Node) {
	v.head = append(v.head, commentLines(n.HeadComment)...)
	v.foot = append(v.foot, commentLines(n.FootComment)...)
	v.line = firstComment(n.LineComment, v.line)
	v.addComments(n)
}

func firstComment(a, b string) string {
	if lines := commentLines(a); len(lines) > 0 {
		return strings.Join(lines, " ")
	}
	return b
}

// commentLines returns the lines of a YAML comment without their marks.
func commentLines(text string) []string {
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimPrefix(strings.TrimLeft(strings.TrimSpace(l), "#"), " ")
	}
	return lines
}
