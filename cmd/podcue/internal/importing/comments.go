package importing

import (
	"bytes"
	"strings"

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
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")) // or the parser sees an empty line behind each
	found := comments{}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		var n yaml.Node
		if err := dec.Decode(&n); err != nil {
			return found
		}
		root := documentComments(&n)
		hoist(root, bytes.Split(data, []byte("\n")))
		found.add(root)
	}
}

// documentComments gives the comments of a document, which a blank line parts from
// what it holds, to that, and returns it.
func documentComments(doc *yaml.Node) *yaml.Node {
	if doc.Kind != yaml.DocumentNode || len(doc.Content) == 0 {
		return doc
	}
	root := doc.Content[0]
	root.HeadComment = joined(doc.HeadComment, root.HeadComment)
	root.FootComment = joined(root.FootComment, doc.FootComment)
	return root
}

func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "\n#\n" + b
}

// hoist moves the comments below the last member of a map, which the parser gives
// to the innermost one, to where their indentation has them. It returns those that
// are about what n is in.
func hoist(n *yaml.Node, lines [][]byte) []string {
	if n.Kind != yaml.MappingNode && n.Kind != yaml.SequenceNode {
		return nil
	}
	var out []string
	keep := func(holder *yaml.Node, comments ...string) {
		for _, c := range comments {
			switch {
			case c == "":
			case n.Style&yaml.FlowStyle == 0 && columnOf(c, holder.Line, lines) < n.Column:
				out = append(out, c)
			default:
				holder.FootComment = joined(holder.FootComment, c)
			}
		}
	}
	for i, child := range n.Content {
		holder := child
		if n.Kind == yaml.MappingNode && i%2 == 1 {
			holder = n.Content[i-1] // the key
		}
		own := child.FootComment
		child.FootComment = ""
		keep(holder, append([]string{own}, hoist(child, lines)...)...)
	}
	return out
}

// columnOf returns the column that a comment below a line is in, one that is large
// if it is not there.
func columnOf(comment string, below int, lines [][]byte) int {
	first, _, _ := strings.Cut(comment, "\n")
	for _, line := range lines[min(below, len(lines)):] {
		trimmed := bytes.TrimLeft(line, " \t")
		if bytes.Equal(bytes.TrimRight(trimmed, " \t\r"), []byte(strings.TrimRight(first, " \t\r"))) {
			return 1 + len(line) - len(trimmed)
		}
	}
	return len(lines) + 1<<16
}

// along returns the comments of what a template is in: those above it and behind
// it, and those below it.
func along(tree *value, p provenance.Path) (above, below []string) {
	at := tree
	for _, s := range p.Segments() {
		switch at.kind {
		case structKind:
			at = at.get(s.Name)
		case listKind:
			at = at.item(s.Name)
		}
		if at == nil {
			break
		}
		above = append(above, at.head...)
		if at.line != "" {
			above = append(above, at.line)
		}
		below = append(at.foot, below...)
	}
	return above, below
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
		first := commentLines(n.Content[0].HeadComment) // the parser gives it to the first key
		if len(lines) > 0 && len(first) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, first...)
	}
	return lines
}

// footComment returns the comment below the map n.
func footComment(n *yaml.Node) []string {
	if n == nil {
		return nil
	}
	return commentLines(n.FootComment)
}
