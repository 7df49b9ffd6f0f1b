package manifest

import (
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// kind says what a node is.
type kind uint8

const (
	scalarNode kind = iota
	mapNode
	listNode
	aliasNode
)

// style says how a scalar is written, as far as that decides what it is.
type style uint8

const (
	plainStyle  style = iota
	quotedStyle       // a string whatever it says
	taggedStyle       // says its type itself
	jsonStyle         // JSON text, to be taken as it is
)

// A node is a value as it is written: YAML's node without what is not needed
// here, so that large documents take little memory.
type node struct {
	kind      kind
	style     style
	line, col int32  // 1-based; the column in bytes
	tag       string // of a taggedStyle
	value     string // of a scalar; of an alias its anchor's name
	content   []node // of a list its elements, of a map keys and values in turn
	alias     *node  // of an alias: what it stands for
}

// resolved returns what n stands for: the anchor's node if it is an alias. It is
// nil for an alias that stands for nothing.
func (n *node) resolved() *node {
	if n.kind == aliasNode {
		return n.alias
	}
	return n
}

// fromYAML returns the node of y, which was parsed from text. The YAML parser
// counts columns in characters.
func fromYAML(y *yaml.Node, text []byte) *node {
	f := &yamlNodes{text: text, anchors: map[*yaml.Node]*node{}}
	for _, c := range text {
		if c >= utf8.RuneSelf {
			f.starts = lineStarts(text)
			break
		}
	}
	n := &node{}
	f.fill(n, y)
	for _, a := range f.aliases {
		a.alias.alias = f.anchors[a.anchor]
	}
	return n.resolved()
}

type yamlNodes struct {
	text    []byte
	starts  []int                // of the lines; nil for ASCII
	anchors map[*yaml.Node]*node // by the parser's nodes
	aliases []pendingAlias
}

// A pendingAlias is an alias whose anchor may not have been read yet.
type pendingAlias struct {
	alias  *node
	anchor *yaml.Node
}

func (f *yamlNodes) fill(n *node, y *yaml.Node) {
	*n = node{line: int32(y.Line), col: int32(f.column(y)), value: y.Value}
	switch y.Kind {
	case yaml.MappingNode:
		n.kind = mapNode
	case yaml.SequenceNode:
		n.kind = listNode
	case yaml.AliasNode:
		n.kind = aliasNode
		f.aliases = append(f.aliases, pendingAlias{n, y.Alias})
		return
	default:
		switch {
		case y.Style&yaml.TaggedStyle != 0:
			n.style, n.tag = taggedStyle, y.ShortTag()
		case y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0:
			n.style = quotedStyle
		}
	}
	if y.Anchor != "" {
		f.anchors[y] = n
	}
	if len(y.Content) == 0 {
		return
	}
	n.content = make([]node, len(y.Content)) // never grows: nodes are pointed to
	for i, c := range y.Content {
		f.fill(&n.content[i], c)
	}
}

// column returns the column of y in bytes.
func (f *yamlNodes) column(y *yaml.Node) int {
	if f.starts == nil || y.Line < 1 || y.Line > len(f.starts) {
		return y.Column
	}
	line, column := f.text[f.starts[y.Line-1]:], 1
	for range y.Column - 1 {
		_, size := utf8.DecodeRune(line)
		line, column = line[size:], column+size
	}
	return column
}

// lineStarts returns where the lines of text start.
func lineStarts(text []byte) []int {
	starts := []int{0}
	for i, c := range text {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}
