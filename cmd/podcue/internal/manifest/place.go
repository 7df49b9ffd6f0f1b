package manifest

import (
	"bytes"

	"github.com/podcue/podcue/provenance"
)

// A place knows where the nodes of one chunk stand in their source.
type place struct {
	file, layer string
	text        []byte // the chunk
	line        int    // of the chunk's first line, 1-based
}

// position returns where n starts.
func (p *place) position(n *node) provenance.Position {
	return provenance.Position{Filename: p.file, Line: p.line + int(n.line) - 1, Column: int(n.col)}
}

// origin returns the origin of what is written at n.
func (p *place) origin(n *node) provenance.Origin {
	return provenance.Origin{Layer: p.layer, Pos: p.position(n)}
}

// isTemplate reports whether the line of n is one of a Helm template.
func (p *place) isTemplate(n *node) bool {
	starts := lineStarts(p.text)
	if n.line < 1 || int(n.line) > len(starts) {
		return false
	}
	line, _, _ := bytes.Cut(p.text[starts[n.line-1]:], []byte("\n"))
	return bytes.Contains(line, []byte("{{"))
}
