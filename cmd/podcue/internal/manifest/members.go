package manifest

import (
	"slices"
	"strconv"
)

// A member is one member of a map, merges resolved.
type member struct {
	name       string
	key, value *node
}

// A memberReader resolves the merge keys of maps.
type memberReader struct {
	twice []located // keys that are there twice
	work  int       // maps that were merged, and their members
	depth int
}

// maxMerged is how many maps and members merge keys may bring into a document.
const maxMerged = 100_000

// of returns the members of the map n in their order. What merge keys bring
// stands in their place and, as Kubernetes reads it, what comes later wins. Of
// keys that are there twice, the last one counts. The error is a *located.
func (r *memberReader) of(n *node) ([]member, error) {
	if r.depth++; r.depth > maxDepth {
		return nil, fail(n, "", "merge keys are nested more than %d deep, or an anchor contains itself", maxDepth)
	}
	defer func() { r.depth-- }()
	s := memberSet{list: make([]member, 0, len(n.content)/2)}
	for i := 0; i+1 < len(n.content); i += 2 {
		k, v := &n.content[i], &n.content[i+1]
		if isMergeKey(k) {
			if err := r.merge(&s, v); err != nil {
				return nil, err
			}
			continue
		}
		name, err := key(k)
		if err != nil {
			return nil, fail(k, "put the key between quotes", "%v", err)
		}
		if before := s.put(member{name, k, v}); before != nil && isKeyOf(before, n) {
			r.twice = append(r.twice, *duplicate(k, name, before))
		}
	}
	return s.list, nil
}

// isKeyOf reports whether k is one of the keys of n itself, not one that a merge
// brought.
func isKeyOf(k, n *node) bool {
	for i := 0; i < len(n.content); i += 2 {
		if &n.content[i] == k {
			return true
		}
	}
	return false
}

func duplicate(k *node, name string, before *node) *located {
	return &located{node: k, before: before, message: "the key " + name + " is there twice", help: "remove one of them"}
}

// merge puts what the value v of a merge key brings into s.
func (r *memberReader) merge(s *memberSet, v *node) error {
	sources := []*node{v}
	if v.kind == listNode {
		sources = sources[:0]
		for i := range v.content {
			sources = append(sources, &v.content[i])
		}
		slices.Reverse(sources) // the earlier ones take precedence
	}
	for _, source := range sources {
		m := source.resolved()
		if m == nil || m.kind != mapNode {
			return fail(source, "", "the merge key << needs a map, or a list of maps")
		}
		members, err := r.of(m)
		if err != nil {
			return err
		}
		if r.work += 1 + len(members); r.work > maxMerged {
			return fail(v, "see that no merge key repeats a large part of the document", "merge keys bring more than %s members", strconv.Itoa(maxMerged))
		}
		for _, m := range members {
			s.put(m)
		}
	}
	return nil
}

// A memberSet is members, each name once.
type memberSet struct {
	list  []member
	index map[string]int // by name; nil while list is short
}

// indexed is the length from which a set has an index.
const indexed = 24

// put adds m, in the place of the member of its name if there is one, whose key
// it returns.
func (s *memberSet) put(m member) (before *node) {
	if i := s.find(m.name); i >= 0 {
		before = s.list[i].key
		s.list[i] = m
		return before
	}
	s.list = append(s.list, m)
	switch {
	case s.index != nil:
		s.index[m.name] = len(s.list) - 1
	case len(s.list) == indexed:
		s.index = map[string]int{}
		for i, m := range s.list {
			s.index[m.name] = i
		}
	}
	return nil
}

func (s *memberSet) find(name string) int {
	if s.index != nil {
		if i, ok := s.index[name]; ok {
			return i
		}
		return -1
	}
	for i := range s.list {
		if s.list[i].name == name {
			return i
		}
	}
	return -1
}
