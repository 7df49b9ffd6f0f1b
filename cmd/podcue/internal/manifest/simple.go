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
	n := &node{}
	if !s.block(n, s.indent, 0) || s.start >= 0 {
		return nil
	}
	return n
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
}

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
func (s *simpleParser) block(n *node, indent, depth int) bool {
	if depth > maxDepth/2 || strings.HasPrefix(s.rest(), "...") && s.indent == 0 || s.rest()[0] == '%' {
		return false
	}
	if s.isDash() {
		return s.list(n, indent, depth)
	}
	return s.mapping(n, indent, depth)
}

// isDash reports whether the element of a list starts here.
func (s *simpleParser) isDash() bool {
	r := s.rest()
	return r[0] == '-' && (len(r) == 1 || r[1] == ' ')
}

func (s *simpleParser) list(n *node, indent, depth int) bool {
	*n = s.here(listNode)
	for s.start >= 0 && s.indent == indent && s.isDash() {
		e := s.here(scalarNode)
		for s.at++; s.at < s.end && s.text[s.at] == ' '; s.at++ {
		}
		switch {
		case s.at == s.end || s.text[s.at] == '#':
			if !s.below(&e, indent, false, depth) {
				return false
			}
		case s.isDash():
			return false // a list in a list
		case s.isKey():
			// The map's other lines stand below its first key.
			s.indent = s.at - s.start
			if !s.mapping(&e, s.indent, depth+1) {
				return false
			}
		default:
			if !s.value(&e, indent, depth) {
				return false
			}
		}
		n.content = append(n.content, e)
	}
	return s.indent <= indent
}

func (s *simpleParser) mapping(n *node, indent, depth int) bool {
	*n = s.here(mapNode)
	n.content = make([]node, 0, 8)
	for s.start >= 0 && s.indent == indent {
		if !s.isKey() {
			return false
		}
		k := s.here(scalarNode)
		s.key(&k)
		s.at++ // the colon
		v := s.here(scalarNode)
		for ; s.at < s.end && s.text[s.at] == ' '; s.at++ {
		}
		ok := false
		if s.at == s.end || s.text[s.at] == '#' {
			ok = s.below(&v, indent, true, depth)
		} else {
			ok = s.value(&v, indent, depth)
		}
		if !ok {
			return false
		}
		n.content = append(n.content, k, v)
	}
	return s.indent < indent
}

// below reads what stands on the lines after a key or a dash at column indent:
// a deeper block, a list beside the key, or nothing.
func (s *simpleParser) below(n *node, indent int, list bool, depth int) bool {
	empty := *n
	if !s.next() {
		*n = empty
		return true
	}
	if s.indent > indent || list && s.indent == indent && s.isDash() {
		return s.block(n, s.indent, depth+1)
	}
	return true
}

// value reads a scalar or flow collection that ends with the line, and goes to
// the next line, which must not go on with it.
func (s *simpleParser) value(n *node, indent, depth int) bool {
	if !s.inline(n, false, depth) {
		return false
	}
	for s.at < s.end && s.text[s.at] == ' ' {
		s.at++
	}
	if s.at < s.end && (s.text[s.at] != '#' || s.text[s.at-1] != ' ') {
		return false
	}
	s.next()
	return s.indent <= indent
}

// inline reads a scalar or a flow collection, in a flow collection or not.
func (s *simpleParser) inline(n *node, flow bool, depth int) bool {
	if s.at == s.end || depth > maxDepth/2 {
		return false
	}
	*n = s.here(scalarNode)
	switch s.text[s.at] {
	case '{':
		return s.flow(n, mapNode, '}', depth)
	case '[':
		return s.flow(n, listNode, ']', depth)
	case '"', '\'':
		return s.quoted(n)
	case '&', '*', '!', '|', '>', '%', '@', '`', ',', ']', '}', '?', ':', '#':
		return false
	}
	return s.plain(n, flow)
}

// quoted reads a quoted scalar without escapes.
func (s *simpleParser) quoted(n *node) bool {
	quote := s.text[s.at]
	length := strings.IndexByte(s.text[s.at+1:s.end], quote)
	if length < 0 {
		return false
	}
	n.style, n.value = quotedStyle, s.text[s.at+1:s.at+1+length]
	s.at += length + 2
	return (quote == '\'' || strings.IndexByte(n.value, '\\') < 0) && (s.at == s.end || s.text[s.at] != quote)
}

// plain reads a plain scalar.
func (s *simpleParser) plain(n *node, flow bool) bool {
	from := s.at
	if s.text[from] == '-' && (from+1 == s.end || strings.IndexByte(" ,[]{}", s.text[from+1]) >= 0) {
		return false
	}
	for ; s.at < s.end; s.at++ {
		switch c := s.text[s.at]; c {
		case ':':
			if s.at+1 == s.end || s.text[s.at+1] == ' ' || flow && strings.IndexByte(",[]{}", s.text[s.at+1]) >= 0 {
				return false
			}
			continue
		case '#':
			if s.text[s.at-1] != ' ' {
				continue
			}
			if flow {
				return false
			}
		case ',', ']', '}':
			if !flow {
				continue
			}
		case '[', '{', '?', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`':
			if flow {
				return false
			}
			continue
		default:
			continue
		}
		break
	}
	n.value = strings.TrimRight(s.text[from:s.at], " ")
	s.at = from + len(n.value)
	return n.value != ""
}

// flow reads a flow collection up to end.
func (s *simpleParser) flow(n *node, k kind, end byte, depth int) bool {
	n.kind = k
	s.at++
	for s.spaces(); s.at < s.end; s.spaces() {
		if s.text[s.at] == end && len(n.content) == 0 {
			s.at++
			return true
		}
		if k == mapNode {
			if !s.isKey() {
				return false
			}
			key := s.here(scalarNode)
			s.key(&key)
			n.content = append(n.content, key)
			s.at++ // the colon
			if s.at == s.end || s.text[s.at] != ' ' {
				return false
			}
			s.spaces()
		}
		var e node
		if !s.inline(&e, true, depth+1) {
			return false
		}
		n.content = append(n.content, e)
		s.spaces()
		if s.at == s.end {
			return false
		}
		c := s.text[s.at]
		s.at++
		if c == end {
			return true
		}
		if c != ',' {
			return false
		}
		s.spaces()
		if s.at == s.end || s.text[s.at] == end {
			return false // a comma at the end
		}
	}
	return false
}

func (s *simpleParser) spaces() {
	for s.at < s.end && s.text[s.at] == ' ' {
		s.at++
	}
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
func (s *simpleParser) key(n *node) {
	if c := s.text[s.at]; c == '"' || c == '\'' {
		s.quoted(n)
		return
	}
	from := s.at
	for isWord(s.text[s.at]) {
		s.at++
	}
	n.value = s.text[from:s.at]
}

// isWord reports whether c is part of a word that can be a plain key.
func isWord(c byte) bool {
	return c == '_' || c == '.' || c == '/' || c == '-' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
