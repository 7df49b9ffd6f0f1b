package manifest

import (
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// A member is one member of a map, merges resolved.
type member struct {
	name       string
	key, value *yaml.Node
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
func (r *memberReader) of(n *yaml.Node) ([]member, error) {
	if r.depth++; r.depth > maxDepth {
		return nil, fail(n, "", "merge keys are nested more than %d deep, or an anchor contains itself", maxDepth)
	}
	defer func() { r.depth-- }()
	s := memberSet{list: make([]member, 0, len(n.Content)/2)}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
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
		if before := s.put(member{name, k, v}); before != nil && slices.Contains(n.Content[:i], before) {
			r.twice = append(r.twice, *duplicate(k, name, before))
		}
	}
	return s.list, nil
}

func duplicate(k *yaml.Node, name string, before *yaml.Node) *located {
	return &located{node: k, before: before, message: "the key " + name + " is there twice", help: "remove one of them"}
}

// merge puts what the value v of a merge key brings into s.
func (r *memberReader) merge(s *memberSet, v *yaml.Node) error {
	sources := []*yaml.Node{v}
	if v.Kind == yaml.SequenceNode {
		sources = slices.Clone(v.Content)
		slices.Reverse(sources) // the earlier ones take precedence
	}
	for _, source := range sources {
		m := source
		if m.Kind == yaml.AliasNode {
			m = m.Alias
		}
		if m == nil || m.Kind != yaml.MappingNode {
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
func (s *memberSet) put(m member) (before *yaml.Node) {
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
