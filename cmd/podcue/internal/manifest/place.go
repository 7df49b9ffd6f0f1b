package manifest

import (
	"bytes"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/podcue/podcue/provenance"
)

// A place knows where the nodes of one chunk stand in their source.
type place struct {
	file, layer string
	text        []byte // the chunk; nil where columns are in bytes already
	line        int    // of the chunk's first line, 1-based
	starts      []int  // of the lines of text; computed when needed
	ascii       int8   // whether text is ASCII: 0 unknown, 1 yes, -1 no
}

// position returns where n starts.
func (p *place) position(n *yaml.Node) provenance.Position {
	return provenance.Position{Filename: p.file, Line: p.line + n.Line - 1, Column: p.column(n)}
}

// column returns the column of n in bytes. The YAML parser counts characters.
func (p *place) column(n *yaml.Node) int {
	if p.text == nil || p.isASCII() {
		return n.Column
	}
	if p.starts == nil {
		p.starts = lineStarts(p.text)
	}
	if n.Line < 1 || n.Line > len(p.starts) {
		return n.Column
	}
	line := p.text[p.starts[n.Line-1]:]
	column := 1
	for range n.Column - 1 {
		_, size := utf8.DecodeRune(line)
		line, column = line[size:], column+size
	}
	return column
}

func (p *place) isASCII() bool {
	if p.ascii == 0 {
		p.ascii = 1
		if bytes.ContainsFunc(p.text, func(r rune) bool { return r >= utf8.RuneSelf }) {
			p.ascii = -1
		}
	}
	return p.ascii > 0
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

// isTemplate reports whether the line of n is one of a Helm template.
func (p *place) isTemplate(n *yaml.Node) bool {
	starts := lineStarts(p.text)
	if n.Line < 1 || n.Line > len(starts) {
		return false
	}
	line, _, _ := bytes.Cut(p.text[starts[n.Line-1]:], []byte("\n"))
	return bytes.Contains(line, []byte("{{"))
}

// origin returns the origin of what is written at n.
func (p *place) origin(n *yaml.Node) provenance.Origin {
	return provenance.Origin{Layer: p.layer, Pos: p.position(n)}
}
