package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
)

// jsonDocuments returns the nodes of the JSON values in text. The error says
// where text stops to be JSON; what comes before is returned with it.
func jsonDocuments(text []byte) (docs []*node, err error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	b := &jsonNodes{text: string(text), starts: lineStarts(text)}
	for {
		var raw json.RawMessage
		if err := dec.Decode(&raw); errors.Is(err, io.EOF) {
			return docs, nil
		} else if err != nil {
			return docs, err
		}
		b.at = int(dec.InputOffset()) - len(raw)
		n := b.value()
		docs = append(docs, &n)
	}
}

// jsonNodes makes nodes of JSON. The text is known to be valid.
type jsonNodes struct {
	text   string
	starts []int // of the lines
	at     int   // where the next token starts
	line   int   // index into starts of the line that at was on last
}

// node returns a node that starts here.
func (b *jsonNodes) node(k kind) node {
	for b.line+1 < len(b.starts) && b.starts[b.line+1] <= b.at {
		b.line++
	}
	return node{kind: k, line: int32(b.line + 1), col: int32(b.at - b.starts[b.line] + 1)}
}

// space goes to the next byte that is not white space.
func (b *jsonNodes) space() byte {
	for strings.IndexByte(" \t\r\n", b.text[b.at]) >= 0 {
		b.at++
	}
	return b.text[b.at]
}

func (b *jsonNodes) value() node {
	switch b.space() {
	case '{':
		return b.collection(mapNode, '}')
	case '[':
		return b.collection(listNode, ']')
	case '"':
		return b.str()
	}
	n := b.node(scalarNode)
	from := b.at
	for b.at < len(b.text) && strings.IndexByte(" \t\r\n,]}", b.text[b.at]) < 0 {
		b.at++
	}
	n.style, n.value = jsonStyle, b.text[from:b.at]
	return n
}

// collection reads a map or a list up to end.
func (b *jsonNodes) collection(k kind, end byte) node {
	n := b.node(k)
	for b.at++; b.space() != end; {
		if b.text[b.at] == ',' {
			b.at++
			continue
		}
		n.content = append(n.content, b.value())
		if k == mapNode {
			b.space()
			b.at++ // the colon
			n.content = append(n.content, b.value())
		}
	}
	b.at++
	return n
}

// str reads a string.
func (b *jsonNodes) str() node {
	n := b.node(scalarNode)
	from := b.at
	escaped := false
	for b.at++; b.text[b.at] != '"'; b.at++ {
		if b.text[b.at] == '\\' {
			escaped = true
			b.at++
		}
	}
	b.at++
	n.style, n.value = quotedStyle, b.text[from+1:b.at-1]
	if escaped {
		var s string
		if err := json.Unmarshal([]byte(b.text[from:b.at]), &s); err != nil {
			s = strconv.Quote(n.value) // cannot be: the text is valid
		}
		n.value = s
	}
	return n
}
