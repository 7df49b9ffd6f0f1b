package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// rawTag marks a scalar whose value is JSON text, to be taken as it is.
const rawTag = "!!json"

// jsonDocuments returns the nodes of the JSON values in text. ok is false if text
// is not JSON; the error says where it stops to be.
func jsonDocuments(text []byte) (docs []*yaml.Node, err error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	b := &jsonNodes{text: text, starts: lineStarts(text)}
	for {
		var raw json.RawMessage
		if err := dec.Decode(&raw); errors.Is(err, io.EOF) {
			return docs, nil
		} else if err != nil {
			return docs, err
		}
		b.at = int(dec.InputOffset()) - len(raw)
		docs = append(docs, b.value())
	}
}

// jsonNodes makes YAML nodes of JSON, with their positions; columns are in
// bytes. The text is known to be valid.
type jsonNodes struct {
	text   []byte
	starts []int // of the lines
	at     int   // where the next token starts
	line   int   // index into starts of the line that at was on last
}

// node returns a node that starts here.
func (b *jsonNodes) node(kind yaml.Kind) *yaml.Node {
	for b.line+1 < len(b.starts) && b.starts[b.line+1] <= b.at {
		b.line++
	}
	return &yaml.Node{Kind: kind, Line: b.line + 1, Column: b.at - b.starts[b.line] + 1}
}

// space goes to the next byte that is not white space.
func (b *jsonNodes) space() byte {
	for b.text[b.at] == ' ' || b.text[b.at] == '\t' || b.text[b.at] == '\n' || b.text[b.at] == '\r' {
		b.at++
	}
	return b.text[b.at]
}

func (b *jsonNodes) value() *yaml.Node {
	switch b.space() {
	case '{':
		return b.collection(yaml.MappingNode, '}')
	case '[':
		return b.collection(yaml.SequenceNode, ']')
	case '"':
		return b.str()
	}
	n := b.node(yaml.ScalarNode)
	from := b.at
	for b.at < len(b.text) && bytes.IndexByte([]byte(" \t\r\n,]}"), b.text[b.at]) < 0 {
		b.at++
	}
	n.Tag, n.Value = rawTag, string(b.text[from:b.at])
	return n
}

// collection reads a map or a list up to end.
func (b *jsonNodes) collection(kind yaml.Kind, end byte) *yaml.Node {
	n := b.node(kind)
	for b.at++; b.space() != end; {
		if b.text[b.at] == ',' {
			b.at++
			continue
		}
		n.Content = append(n.Content, b.value())
		if kind == yaml.MappingNode {
			b.space()
			b.at++ // the colon
			n.Content = append(n.Content, b.value())
		}
	}
	b.at++
	return n
}

// str reads a string.
func (b *jsonNodes) str() *yaml.Node {
	n := b.node(yaml.ScalarNode)
	from := b.at
	escaped := false
	for b.at++; b.text[b.at] != '"'; b.at++ {
		if b.text[b.at] == '\\' {
			escaped = true
			b.at++
		}
	}
	b.at++
	n.Style, n.Tag = yaml.DoubleQuotedStyle, "!!str"
	if n.Value = string(b.text[from+1 : b.at-1]); escaped {
		if err := json.Unmarshal(b.text[from:b.at], &n.Value); err != nil {
			n.Value = strconv.Quote(n.Value) // cannot be: the text is valid
		}
	}
	return n
}
