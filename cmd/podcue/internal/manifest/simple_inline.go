package manifest

import "strings"

// inline reads a scalar or a flow collection, in a flow collection or not.
func (s *simpleParser) inline(flow bool, depth int) (node, bool) {
	if s.at == s.end || depth > maxDepth/2 {
		return node{}, false
	}
	switch s.text[s.at] {
	case '{':
		return s.flow(mapNode, '}', depth)
	case '[':
		return s.flow(listNode, ']', depth)
	case '"', '\'':
		return s.quoted()
	case '&', '*', '!', '|', '>', '%', '@', '`', ',', ']', '}', '?', ':', '#':
		return node{}, false
	}
	return s.plain(flow)
}

// quoted reads a quoted scalar without escapes.
func (s *simpleParser) quoted() (node, bool) {
	n := s.here(scalarNode)
	quote := s.text[s.at]
	length := strings.IndexByte(s.text[s.at+1:s.end], quote)
	if length < 0 {
		return n, false
	}
	n.style, n.value = quotedStyle, s.text[s.at+1:s.at+1+length]
	s.at += length + 2
	return n, (quote == '\'' || strings.IndexByte(n.value, '\\') < 0) && (s.at == s.end || s.text[s.at] != quote)
}

// plain reads a plain scalar.
func (s *simpleParser) plain(flow bool) (node, bool) {
	n, from := s.here(scalarNode), s.at
	if s.text[from] == '-' && (from+1 == s.end || strings.IndexByte(" ,[]{}", s.text[from+1]) >= 0) {
		return n, false
	}
	for s.at < s.end {
		stop, ok := s.plainEnd(flow)
		if !ok {
			return n, false
		}
		if stop {
			break
		}
		s.at++
	}
	n.value = strings.TrimRight(s.text[from:s.at], " ")
	s.at = from + len(n.value)
	return n, n.value != ""
}

// plainEnd reports whether a plain scalar ends before the current character; ok
// is false where what it does there is not simple.
func (s *simpleParser) plainEnd(flow bool) (stop, ok bool) {
	switch s.text[s.at] {
	case ':':
		return false, s.at+1 < s.end && s.text[s.at+1] != ' ' && !(flow && strings.IndexByte(",[]{}", s.text[s.at+1]) >= 0)
	case '#':
		comment := s.text[s.at-1] == ' '
		return comment, !comment || !flow
	case ',', ']', '}':
		return flow, true
	case '[', '{', '?', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`':
		return false, !flow
	}
	return false, true
}

// flow reads a flow collection up to end.
func (s *simpleParser) flow(k kind, end byte, depth int) (node, bool) {
	n, first := s.here(k), len(s.open)
	s.at++
	if s.spaces(); s.at < s.end && s.text[s.at] == end {
		s.at++
		return n, true
	}
	for {
		if k == mapNode && !s.flowKey() {
			return n, false
		}
		e, ok := s.inline(true, depth+1)
		if !ok {
			return n, false
		}
		s.open = append(s.open, e)
		s.spaces()
		if s.at == s.end {
			return n, false
		}
		c := s.text[s.at]
		s.at++
		if c == end {
			n.content = s.close(first)
			return n, true
		}
		if s.spaces(); c != ',' || s.at == s.end {
			return n, false
		}
	}
}

// flowKey reads a key of a flow map, with its colon and a space.
func (s *simpleParser) flowKey() bool {
	if s.at == s.end || !s.isKey() {
		return false
	}
	s.open = append(s.open, s.key())
	s.at++ // the colon
	if s.at == s.end || s.text[s.at] != ' ' {
		return false
	}
	s.spaces()
	return true
}

func (s *simpleParser) spaces() {
	for s.at < s.end && s.text[s.at] == ' ' {
		s.at++
	}
}
