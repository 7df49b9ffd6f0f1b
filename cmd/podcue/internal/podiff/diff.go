package podiff

import (
	"maps"
	"reflect"
	"slices"

	"github.com/podcue/podcue/provenance"
)

// Kind says what happened to a node.
type Kind string

// The kinds of changes, by the sign that a plan shows.
const (
	Added     Kind = "+"
	Removed   Kind = "-"
	Changed   Kind = "~"
	Reordered Kind = "↕" // the same elements in another order, where order counts
)

// A Change is one difference between two versions of an object. A node that is
// new or gone is one change, whatever is below it.
type Change struct {
	Path   provenance.Path // in the new object; in the old one for what is gone
	Kind   Kind
	Old    any // generic JSON; nil for what is new. For Reordered, the list of keys
	New    any
	Weaker []Weakening // the rules by which the change weakens security, by id
}

// Compare returns the changes from a to b, two objects in generic JSON form, in
// the order of their paths. Either may be nil: the whole object is new or gone.
func Compare(a, b map[string]any) []Change {
	var c comparison
	switch {
	case a == nil && b == nil:
	case a == nil:
		c.add(Change{Kind: Added, New: b})
	case b == nil:
		c.add(Change{Kind: Removed, Old: a})
	default:
		c.objects("", "", a, b)
	}
	slices.SortStableFunc(c.changes, func(x, y Change) int {
		if x.Path < y.Path {
			return -1
		}
		if x.Path > y.Path {
			return 1
		}
		return 0
	})
	for i := range c.changes {
		if b != nil { // what is gone as a whole is not weaker
			c.changes[i].Weaker = weakenings(c.changes[i])
		}
	}
	return c.changes
}

type comparison struct{ changes []Change }

func (c *comparison) add(change Change) { c.changes = append(c.changes, change) }

// value compares two nodes at the same path; name is that of the field they are
// the value of, "" in a list.
func (c *comparison) value(p provenance.Path, name string, a, b any) {
	am, aIsMap := a.(map[string]any)
	bm, bIsMap := b.(map[string]any)
	al, aIsList := a.([]any)
	bl, bIsList := b.([]any)
	switch {
	case reflect.DeepEqual(a, b):
	case aIsMap && bIsMap:
		c.objects(p, name, am, bm)
	case aIsList && bIsList && provenance.ListKeys(name) != nil:
		c.keyed(p, name, al, bl)
	case aIsList && bIsList:
		c.sequence(p, al, bl)
	default:
		c.add(Change{Path: p, Kind: Changed, Old: a, New: b})
	}
}

func (c *comparison) objects(p provenance.Path, name string, a, b map[string]any) {
	keys := slices.Collect(maps.Keys(a))
	for k := range b {
		if _, ok := a[k]; !ok {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	for _, k := range keys {
		at := provenance.MemberPath(p, name, k)
		old, had := a[k]
		now, has := b[k]
		switch {
		case had && has:
			c.value(at, k, old, now)
		case has:
			c.added(at, k, now)
		default:
			c.removed(at, k, old)
		}
	}
}

// added records a new node. A new list of objects is new elements: its readers
// think in volumes and tolerations, not in lists.
func (c *comparison) added(p provenance.Path, name string, v any) {
	if list, ok := v.([]any); ok && len(list) > 0 && !provenance.IsLeaf(list[0]) {
		c.value(p, name, []any{}, v)
		return
	}
	c.add(Change{Path: p, Kind: Added, New: v})
}

func (c *comparison) removed(p provenance.Path, name string, v any) {
	if list, ok := v.([]any); ok && len(list) > 0 && !provenance.IsLeaf(list[0]) {
		c.value(p, name, v, []any{})
		return
	}
	c.add(Change{Path: p, Kind: Removed, Old: v})
}

// keyed compares lists whose elements have a merge key: by key, and the order of
// those that both have.
func (c *comparison) keyed(p provenance.Path, name string, a, b []any) {
	ap, bp := provenance.ElementPaths(p, name, a), provenance.ElementPaths(p, name, b)
	var before, after []provenance.Path
	for i, path := range ap {
		if j := slices.Index(bp, path); j >= 0 {
			before = append(before, path)
			c.value(path, "", a[i], b[j])
		} else {
			c.add(Change{Path: path, Kind: Removed, Old: a[i]})
		}
	}
	for j, path := range bp {
		if slices.Contains(ap, path) {
			after = append(after, path)
		} else {
			c.add(Change{Path: path, Kind: Added, New: b[j]})
		}
	}
	if !slices.Equal(before, after) {
		c.add(Change{Path: p, Kind: Reordered, Old: keysOf(before), New: keysOf(after)})
	}
}

func keysOf(paths []provenance.Path) []any {
	keys := make([]any, len(paths))
	for i, p := range paths {
		segs := p.Segments()
		keys[i] = segs[len(segs)-1].Name
	}
	return keys
}

// sequence compares lists without a key: what the longest common subsequence
// leaves over was added or removed, and where both sides have something at the
// same place, it changed.
func (c *comparison) sequence(p provenance.Path, a, b []any) {
	for _, gap := range gaps(a, b) {
		n := min(len(gap.a), len(gap.b))
		for i := range n {
			c.value(p.Index(gap.b[i]), "", a[gap.a[i]], b[gap.b[i]])
		}
		for _, i := range gap.a[n:] {
			c.add(Change{Path: p.Index(i), Kind: Removed, Old: a[i]})
		}
		for _, j := range gap.b[n:] {
			c.add(Change{Path: p.Index(j), Kind: Added, New: b[j]})
		}
	}
}

// A gap is a stretch between two elements that both lists have: the indices of
// what only a, and only b, has there.
type gap struct{ a, b []int }

func gaps(a, b []any) []gap {
	length := make([][]int, len(a)+1) // of the common subsequence of a[i:] and b[j:]
	for i := range length {
		length[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if reflect.DeepEqual(a[i], b[j]) {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	var all []gap
	var g gap
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && reflect.DeepEqual(a[i], b[j]):
			all, g = append(all, g), gap{}
			i++
			j++
		case j == len(b) || i < len(a) && length[i+1][j] >= length[i][j+1]:
			g.a = append(g.a, i)
			i++
		default:
			g.b = append(g.b, j)
			j++
		}
	}
	return append(all, g)
}
