package provenance

import (
	"fmt"
	"slices"
)

// The layers that can have a say in a field, lowest precedence last only by
// convention: which of them wins is decided by the merge, field by field.
const (
	LayerTask        = "task"         // the task itself: image, args, resources …
	LayerTemplate    = "template"     // the PodTemplate that the task names
	LayerOverride    = "override"     // what one node of a workflow overrides
	LayerBase        = "base"         // the platform's base PodTemplate
	LayerDeviceClass = "device-class" // the PodTemplate of an accelerator class
	LayerConfig      = "config"       // the plugins.k8s configuration, or podcue's own
	LayerExecution   = "execution"    // facts of the execution: names, paths, labels
	LayerFlyte       = "flyte"        // what Flyte itself puts there
	LayerKubernetes  = "kubernetes"   // what the API server puts there by default
	LayerManifest    = "manifest"     // a YAML or JSON document that is checked as it is
	LayerPolicy      = "policy"       // a policy or waiver: where a rule is written
	LayerSchema      = "schema"       // podcue's own schema
)

// A Position is a place in a file. The zero value is unknown.
type Position struct {
	Filename string // slash-separated, relative to the working directory where it is below it
	Line     int    // 1-based; 0: unknown
	Column   int    // 1-based, in bytes; 0: unknown
}

// IsValid reports whether p names a file.
func (p Position) IsValid() bool { return p.Filename != "" }

// String returns file:line:column, leaving out what is unknown.
func (p Position) String() string {
	switch {
	case p.Filename == "":
		return "-"
	case p.Line == 0:
		return p.Filename
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.Filename, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.Filename, p.Line, p.Column)
}

// An Origin is one source that had a say in a field.
type Origin struct {
	Layer string   // one of the Layer constants, or the name of a [merge.Layer]
	Pos   Position // zero where no file stands behind it
	Rule  string   // the rule that applied to it: "override", "append", "default-cpus" …; "" for a plain value
	Value string   // the value it gave, as compact JSON; "" if unknown
}

// A Map holds the origins of the fields of one object. The origins of a path
// are ordered by precedence, lowest first: the last one decided the value, and of
// those before it [Shares] tells which lost. A nil Map is empty and may be read.
type Map map[Path][]Origin

// Has reports whether somebody wrote the node at p, or a node below it was
// recorded at p itself. Presence is data: an explicit false is present.
func (m Map) Has(p Path) bool { return len(m[p]) > 0 }

// Add appends origins to those of p; the last one added has the last word.
func (m Map) Add(p Path, origins ...Origin) { m[p] = append(m[p], origins...) }

// Winner returns the origin that decided p, if any is recorded.
func (m Map) Winner(p Path) (Origin, bool) {
	o := m[p]
	if len(o) == 0 {
		return Origin{}, false
	}
	return o[len(o)-1], true
}

// Nearest returns the origins of p or, where p has none, of its nearest ancestor
// that has: the nearest thing that somebody wrote. The result is aliased.
func (m Map) Nearest(p Path) []Origin {
	for {
		if o := m[p]; len(o) > 0 {
			return o
		}
		if p == "" {
			return nil
		}
		p = p.Parent()
	}
}

// Deciding returns the origins that a finding about p should point at, the
// deciding one first: those of p; or where only p's descendants are recorded, of
// the first of them that somebody wrote (the merge key "name" before others); or
// of the nearest ancestor. Origins without a position come last. The result is
// fresh.
func (m Map) Deciding(p Path) []Origin {
	out := slices.Clone(m[p])
	if len(out) == 0 {
		if below, ok := m.firstBelow(p); ok {
			out = slices.Clone(m[below])
		} else {
			out = slices.Clone(m.Nearest(p))
		}
	}
	slices.Reverse(out)
	slices.SortStableFunc(out, func(a, b Origin) int {
		switch {
		case a.Pos.IsValid() == b.Pos.IsValid():
			return 0
		case a.Pos.IsValid():
			return -1
		}
		return 1
	})
	return out
}

// firstBelow returns the descendant of p that stands for it: one with a position
// before others, the name before others, then the first by path.
func (m Map) firstBelow(p Path) (Path, bool) {
	rank := func(q Path) int {
		n := 0
		if q != p+".name" {
			n++
		}
		if !slices.ContainsFunc(m[q], func(o Origin) bool { return o.Pos.IsValid() }) {
			n += 2
		}
		return n
	}
	best, found := Path(""), false
	for q := range m {
		if q == p || !q.Under(p) {
			continue
		}
		if !found || rank(q) < rank(best) || rank(q) == rank(best) && q < best {
			best, found = q, true
		}
	}
	return best, found
}

// Paths returns the paths of m in alphabetical order.
func (m Map) Paths() []Path {
	paths := make([]Path, 0, len(m))
	for p := range m {
		paths = append(paths, p)
	}
	slices.Sort(paths)
	return paths
}
