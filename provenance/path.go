package provenance

import (
	"strconv"
	"strings"
)

// A Path addresses one node of an object: spec.containers[main].image. The
// empty Path is the root. Paths are comparable and may be map keys.
//
// A field of a struct is written .name, an entry of a map or an element of a
// keyed list is written [key], and an element of any other list is written [i].
// A key that could be mistaken for something else (it is empty, is a number, or
// has a bracket or a quote in it) is quoted as a Go string: containers["0"].
type Path string

// Kind tells what a [Segment] of a path selects.
type Kind int

// The kinds of segments.
const (
	Field Kind = iota + 1 // a struct field: .image
	Key                   // a map entry or an element of a keyed list: [main]
	Index                 // an element of a list by its place: [2]
)

// A Segment is one step of a path.
type Segment struct {
	Kind  Kind
	Name  string // the field or the key; for an Index, its digits
	Index int    // for an Index only
}

// Child returns the path of the field name below p.
func (p Path) Child(name string) Path {
	if p == "" {
		return Path(name)
	}
	return p + "." + Path(name)
}

// Key returns the path of the map entry or keyed list element key below p.
// Composite keys are written as Kubernetes does: "8080/TCP".
func (p Path) Key(key string) Path {
	if needsQuote(key) {
		key = strconv.Quote(key)
	}
	return p + "[" + Path(key) + "]"
}

// Index returns the path of element i of the list p.
func (p Path) Index(i int) Path {
	return p + "[" + Path(strconv.Itoa(i)) + "]"
}

// Join returns the path that segments lead to from p, which is what [Path.Segments]
// undoes.
func (p Path) Join(segments []Segment) Path {
	for _, s := range segments {
		switch s.Kind {
		case Field:
			p = p.Child(s.Name)
		case Key:
			p = p.Key(s.Name)
		default:
			p = p.Index(s.Index)
		}
	}
	return p
}

// Parent returns the path that p is a child of; the parent of the root is the
// root.
func (p Path) Parent() Path {
	start := 0
	for i := 0; i < len(p); {
		start = i
		i = p.segmentEnd(i)
	}
	return p[:start]
}

// Segments splits p. It never fails: what is not well-formed comes back as a
// field, so that Lookup of it finds nothing.
func (p Path) Segments() []Segment {
	var segs []Segment
	for i := 0; i < len(p); {
		end := p.segmentEnd(i)
		segs = append(segs, segment(string(p[i:end])))
		i = end
	}
	return segs
}

// Under reports whether p is q or below q.
func (p Path) Under(q Path) bool {
	if !strings.HasPrefix(string(p), string(q)) {
		return false
	}
	return q == "" || len(p) == len(q) || p[len(q)] == '.' || p[len(q)] == '['
}

// segmentEnd returns where the segment that starts at i ends.
func (p Path) segmentEnd(i int) int {
	if p[i] != '[' {
		if p[i] == '.' {
			i++
		}
		for i < len(p) && p[i] != '.' && p[i] != '[' {
			i++
		}
		return i
	}
	i++
	if i < len(p) && p[i] == '"' {
		if q, err := strconv.QuotedPrefix(string(p[i:])); err == nil {
			i += len(q)
		}
	}
	if end := strings.IndexByte(string(p[i:]), ']'); end >= 0 {
		return i + end + 1
	}
	return len(p)
}

func segment(s string) Segment {
	if s[0] != '[' || s[len(s)-1] != ']' {
		return Segment{Kind: Field, Name: strings.TrimPrefix(s, ".")}
	}
	s = s[1 : len(s)-1]
	if isDigits(s) {
		if i, err := strconv.Atoi(s); err == nil {
			return Segment{Kind: Index, Name: s, Index: i}
		}
	}
	if unquoted, err := strconv.Unquote(s); err == nil && len(s) > 0 && s[0] == '"' {
		s = unquoted
	}
	return Segment{Kind: Key, Name: s}
}

func needsQuote(key string) bool {
	return key == "" || isDigits(key) || strings.ContainsAny(key, "[]\"\n")
}

func isDigits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}
