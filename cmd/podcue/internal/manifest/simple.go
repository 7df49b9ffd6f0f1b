package manifest

import "strings"

// simpleYAML makes the nodes of a document that is written in the part of YAML in
// which nearly all manifests are: block maps and lists, with plain and quoted
// scalars and flow collections on one line each. Of anything else (anchors, tags,
// block scalars, escapes, scalars of several lines, tabs, characters outside
// ASCII, mistakes) it returns nil, and the YAML library has the word. Where it
// returns nodes, they are those that the library makes: a fuzz test holds that.
//
// It is there because the library takes ten times as long, which is half the time
// of checking a manifest.
func simpleYAML(text []byte) *node {
	s := simpleParser{text: string(text)}
	for i := range len(s.text) {
		if c := s.text[i]; c >= 0x7f || c == '\t' || c == '\r' && (i+1 == len(s.text) || s.text[i+1] != '\n') {
			return nil
		}
	}
	if !s.next() {
		return nil
	}
	if s.indent == 0 && isSeparator([]byte(s.rest())) {
		if rest := strings.TrimSpace(s.rest()[3:]); rest != "" && rest[0] != '#' || !s.next() {
			return nil
		}
	}
	n, ok := s.block(s.indent, 0)
	if !ok || s.start >= 0 {
		return nil
	}
	return &n
}

// A simpleParser reads lines one by one: the current one is that which starts at
// start, with its content from at to end.
type simpleParser struct {
	text   string
	start  int // of the current line; -1 at the end
	at     int // of what is not read yet of it
	end    int // of it, without the line break
	indent int // of its content
	line   int // 1-based
	after  int // where the next line starts

	open  []node // the nodes of the collections that are being read
	arena []node // where nodes of finished collections go
}

// close ends the collection whose nodes are those of s.open from first on, and
// returns them.
func (s *simpleParser) close(first int) []node {
	nodes := s.open[first:]
	if len(nodes) == 0 {
		return nil
	}
	if cap(s.arena)-len(s.arena) < len(nodes) {
		s.arena = make([]node, 0, max(arenaSize, len(nodes)))
	}
	at := len(s.arena)
	s.arena = append(s.arena, nodes...)
	s.open = s.open[:first]
	return s.arena[at:len(s.arena):len(s.arena)]
}

// arenaSize is how many nodes are allocated at once.
const arenaSize = 128

// next goes to the next line that has content. It reports whether there is one.
func (s *simpleParser) next() bool {
	for s.after < len(s.text) {
		s.line++
		s.start = s.after
		s.end = len(s.text)
		s.after = s.end
		if i := strings.IndexByte(s.text[s.start:], '\n'); i >= 0 {
			s.end, s.after = s.start+i, s.start+i+1
		}
		if s.end > s.start && s.text[s.end-1] == '\r' {
			s.end--
		}
		for s.at = s.start; s.at < s.end && s.text[s.at] == ' '; s.at++ {
		}
		if s.indent = s.at - s.start; s.at < s.end && s.text[s.at] != '#' {
			return true
		}
	}
	s.start, s.indent = -1, -1
	return false
}

// rest is what is not read yet of the line.
func (s *simpleParser) rest() string { return s.text[s.at:s.end] }

// here returns a node that starts at the current place.
func (s *simpleParser) here(k kind) node {
	return node{kind: k, line: int32(s.line), col: int32(s.at - s.start + 1)}
}

// block reads the map or list that starts here, at column indent (0-based).
func (s *simpleParser) block(indent, depth int) (node, bool) {
	if depth > maxDepth/2 || strings.HasPrefix(s.rest(), "...") && s.indent == 0 || s.rest()[0] == '%' {
		return node{}, false
	}
	if s.isDash() {
		return s.list(indent, depth)
	}
	return s.mapping(indent, depth)
}

// isDash reports whether the element of a list starts here.
func (s *simpleParser) isDash() bool {
	r := s.rest()
	return r[0] == '-' && (len(r) == 1 || r[1] == ' ')
}

func (s *simpleParser) list(indent, depth int) (node, bool) {
	n, first := s.here(listNode), len(s.open)
	for s.start >= 0 && s.indent == indent && s.isDash() {
		e := s.here(scalarNode)
		s.at++
		s.spaces()
		ok := false
		switch {
		case s.at == s.end || s.text[s.at] == '#':
			e, ok = s.below(e, indent, false, depth)
		case s.isDash(): // a list in a list
		case s.isKey():
			// The map's other lines stand below its first key.
			s.indent = s.at - s.start
			e, ok = s.mapping(s.indent, depth+1)
		default:
			e, ok = s.value(indent, depth)
		}
		if !ok {
			return n, false
		}
		s.open = append(s.open, e)
	}
	n.content = s.close(first)
	return n, s.indent <= indent
}

func (s *simpleParser) mapping(indent, depth int) (node, bool) {
	n, first := s.here(mapNode), len(s.open)
	for s.start >= 0 && s.indent == indent {
		if depth > maxDepth/2 || !s.isKey() {
			return n, false
		}
		s.open = append(s.open, s.key())
		s.at++ // the colon
		v, ok := s.here(scalarNode), false
		if s.spaces(); s.at == s.end || s.text[s.at] == '#' {
			v, ok = s.below(v, indent, true, depth)
		} else {
			v, ok = s.value(indent, depth)
		}
		if !ok {
			return n, false
		}
		s.open = append(s.open, v)
	}
	n.content = s.close(first)
	return n, s.indent < indent
}

// below reads what stands on the lines after a key or a dash at column indent: a
// deeper block, a list beside the key, or nothing, which is the node empty.
func (s *simpleParser) below(empty node, indent int, list bool, depth int) (node, bool) {
	if s.next() && (s.indent > indent || list && s.indent == indent && s.isDash()) {
		return s.block(s.indent, depth+1)
	}
	return empty, true
}

// value reads a scalar or flow collection that ends with the line, and goes to
// the next line, which must not go on with it.
func (s *simpleParser) value(indent, depth int) (node, bool) {
	n, ok := s.inline(false, depth)
	if !ok {
		return n, false
	}
	s.spaces()
	if s.at < s.end && (s.text[s.at] != '#' || s.text[s.at-1] != ' ') {
		return n, false
	}
	s.next()
	return n, s.indent <= indent
}

// isKey reports whether a key with its colon starts here: a word, or a quoted
// one.
func (s *simpleParser) isKey() bool {
	r := s.rest()
	i := 0
	if r[0] == '"' || r[0] == '\'' {
		length := strings.IndexByte(r[1:], r[0])
		if length < 0 || length > maxSimpleKey || strings.IndexByte(r[1:1+length], '\\') >= 0 {
			return false
		}
		i = length + 2
	} else {
		for i < len(r) && isWord(r[i]) {
			i++
		}
		if i == 0 || i > maxSimpleKey || r[0] == '-' {
			return false
		}
	}
	return i < len(r) && r[i] == ':' && (i+1 == len(r) || r[i+1] == ' ')
}

// maxSimpleKey is below the length up to which YAML takes a key on one line.
const maxSimpleKey = 512

// key reads the key that isKey saw.
func (s *simpleParser) key() node {
	if c := s.text[s.at]; c == '"' || c == '\'' {
		n, _ := s.quoted()
		return n
	}
	n, from := s.here(scalarNode), s.at
	for isWord(s.text[s.at]) {
		s.at++
	}
	n.value = s.text[from:s.at]
	return n
}

// isWord reports whether c is part of a word that can be a plain key.
func isWord(c byte) bool {
	return c == '_' || c == '.' || c == '/' || c == '-' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
