package importing

import (
	"bytes"

	"go.yaml.in/yaml/v3"

	"github.com/podcue/podcue/provenance"
)

// comments are the nodes of a source that are maps, by the line they start in:
// what package manifest reads has no comments, so objects find theirs by their
// position.
type comments map[int][]*yaml.Node

// readComments returns the comments of a source: none if it cannot be parsed
// here, or is JSON.
func readComments(data []byte) comments {
	if !bytes.Contains(data, []byte("#")) {
		return nil
	}
	found := comments{}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var n yaml.Node
		if err := dec.Decode(&n); err != nil {
			return found
		}
		found.add(&n)
	}
}

func (c comments) add(n *yaml.Node) {
	if n.Kind == yaml.MappingNode {
		c[n.Line] = append(c[n.Line], n)
	}
	for _, child := range n.Content {
		c.add(child) // aliases have no content
	}
}

// at returns the map that starts at pos, nil if there is none.
func (c comments) at(pos provenance.Position) *yaml.Node {
	var near *yaml.Node
	for _, n := range c[pos.Line] {
		if n.Column == pos.Column {
			return n
		}
		if near == nil {
			near = n
		}
	}
	return near
}

// headComment returns the comment above the map n: about the object as a whole.
func headComment(n *yaml.Node) []string {
	if n == nil {
		return nil
	}
	lines := commentLines(n.HeadComment)
	if len(n.Content) > 0 {
		lines = append(lines, commentLines(n.Content[0].HeadComment)...) // the parser gives it to the first key
	}
	return lines
}
