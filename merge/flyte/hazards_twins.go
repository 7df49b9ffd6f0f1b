package flyte

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/provenance"
)

// A hazardList is a kind of list in which the merge can put an element twice.
type hazardList struct {
	name      string // in the Pod's JSON, from the spec or container: "dnsConfig.searches"
	keyed     bool   // its elements are addressed by their key in paths
	pod       func(*corev1.PodSpec) []string
	container func(*corev1.Container) []string
	// prepended: what Flyte adds to the task's own elements comes before them.
	prepended bool
	// address, if set, is what the elements of a container's list are addressed by,
	// where that is not the key that is looked for.
	address func(*corev1.Container) []string
}

// keysOf returns key of each element of list.
func keysOf[T any](list []T, key func(T) string) []string {
	keys := make([]string, len(list))
	for i, e := range list {
		keys[i] = key(e)
	}
	return keys
}

func text[T ~string](s T) string { return string(s) }

// A hazardTwin is an element of a list of the final Pod that another source has
// brought along as well.
type hazardTwin struct {
	key          string
	list         provenance.Path
	path         provenance.Path // of the upper one
	lower, upper int             // their places
	origins      []provenance.Origin
}

// twins calls visit for each key that several sources of a list brought along:
// templates, the task, the configuration. What one source has twice is its own
// affair.
func (h *hazardPass) twins(l hazardList, visit func(hazardTwin)) {
	if l.pod != nil {
		var counts []int
		for _, t := range h.templates {
			counts = append(counts, len(l.pod(t.spec)))
		}
		list, keys := "spec."+provenance.Path(l.name), l.pod(&h.pod.Spec)
		h.twinsIn(list, addresses(list, keys, l.keyed), keys, append(counts, l.taskCounts(len(l.pod(h.raw)), len(l.pod(h.task)))...), visit)
		return
	}
	for _, c := range h.containers {
		var counts []int
		for _, part := range c.applied {
			counts = append(counts, len(l.container(part.container)))
		}
		list, keys := c.path.Child(l.name), l.container(c.final)
		paths := addresses(list, keys, l.keyed)
		if l.address != nil {
			paths = addresses(list, l.address(c.final), true)
		}
		h.twinsIn(list, paths, keys, append(counts, l.taskCounts(rawCount(c, l.container), len(l.container(c.task)))...), visit)
	}
}

// taskCounts returns how many of the n elements that are merged onto the templates
// the task brought along itself, and how many Flyte added, in their order.
func (l hazardList) taskCounts(own, n int) []int {
	own = min(own, n)
	if l.prepended {
		return []int{n - own, own}
	}
	return []int{own, n - own}
}

// rawCount is the length of a list of c as the task wrote it.
func rawCount(c *hazardContainer, get func(*corev1.Container) []string) int {
	if c.raw == nil {
		return 0
	}
	return len(get(c.raw))
}

// addresses returns the paths of the elements of a list: by key, but by place
// where an element before it has the same key.
func addresses(list provenance.Path, keys []string, keyed bool) []provenance.Path {
	paths := make([]provenance.Path, len(keys))
	seen := make(map[string]bool, len(keys))
	for i, k := range keys {
		if paths[i] = list.Index(i); keyed && !seen[k] {
			paths[i] = list.Key(k)
		}
		seen[k] = true
	}
	return paths
}

// twinsIn looks through one list with the given keys, of which the first
// counts[0] come from the lowest source, and so on; paths are its elements'.
func (h *hazardPass) twinsIn(list provenance.Path, paths []provenance.Path, keys []string, counts []int, visit func(hazardTwin)) {
	first := map[string]int{}
	last := map[string]int{}
	for i, k := range keys {
		if _, ok := first[k]; !ok {
			first[k] = i
		}
		last[k] = i
	}
	for i, k := range keys {
		if i != last[k] || first[k] == i {
			continue
		}
		below, above := h.at(paths[first[k]]), h.at(paths[i])
		if source(counts, first[k]) == source(counts, i) && sameLayer(below, above) {
			continue
		}
		visit(hazardTwin{k, list, paths[i], first[k], i, firsts(above, below)})
	}
}

// source returns which of the sources with counts elements has element i.
func source(counts []int, i int) int {
	for s, n := range counts {
		if i < n {
			return s
		}
		i -= n
	}
	return len(counts)
}

func sameLayer(a, b []provenance.Origin) bool {
	return len(a) == 0 || len(b) == 0 || a[0].Layer == b[0].Layer
}

// firsts returns the deciding origin of each list.
func firsts(lists ...[]provenance.Origin) []provenance.Origin {
	var out []provenance.Origin
	for _, l := range lists {
		if len(l) > 0 {
			out = append(out, l[0])
		}
	}
	return out
}
