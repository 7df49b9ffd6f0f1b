package explanation

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// UnknownFieldError says that the Pod has no such field.
type UnknownFieldError struct {
	Path    provenance.Path
	Parent  provenance.Path // the deepest node on the way that is there
	Nearest provenance.Path // a field that may be meant; "" if none is near
	Setters []string        // what could set it
	// Elements are what the list at Parent has, as the ends of their paths, if Parent
	// is a list.
	Elements []string
}

func (e *UnknownFieldError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the Pod has no %s", e.Path)
	if e.Nearest != "" {
		fmt.Fprintf(&b, "; did you mean %s?", e.Nearest)
	}
	switch {
	case len(e.Setters) > 0:
		fmt.Fprintf(&b, "\nhelp: nobody sets it; it would come from %s", strings.Join(e.Setters, ", "))
	case e.Nearest != "":
	case len(e.Elements) > 0:
		fmt.Fprintf(&b, "\nhelp: %s has %s", e.Parent, several(e.Elements))
	default:
		b.WriteString("\nhelp: Kubernetes knows no such field of a Pod")
	}
	return b.String()
}

// several are names for people, of which a few say enough.
func several(names []string) string {
	const enough = 8
	if more := len(names) - enough; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:enough], ", "), more)
	}
	return strings.Join(names, ", ")
}

// setters are who could set a field that Kubernetes knows.
var setters = []string{"the template (podSpec, labels, annotations)", "the base PodTemplate", "the plugins.k8s configuration"}

// unknown is the error for path, of which parent with the value node is the
// deepest node that is there.
func (s *Subject) unknown(path, parent provenance.Path, node any) error {
	e := &UnknownFieldError{Path: path, Parent: parent}
	rest := path.Segments()[len(parent.Segments()):]
	if list, ok := node.([]any); ok {
		s.unknownElement(e, list, rest)
		return e
	}
	wanted := parent.Join(rest)
	found := spelled(wanted)
	if found.ok {
		e.Setters = setters
		if found.key {
			e.Nearest = nearestKey(parent, node, rest)
		}
		return e
	}
	if e.Nearest = found.nearest; e.Nearest == "" || e.Nearest == parent {
		e.Nearest = s.nearest(wanted)
	}
	return e
}

// unknownElement says in e what the list at e.Parent has in place of the element
// that rest begins with.
func (s *Subject) unknownElement(e *UnknownFieldError, list []any, rest []provenance.Segment) {
	parent := e.Parent.Segments()
	paths := provenance.ElementPaths(e.Parent, parent[len(parent)-1].Name, list)
	for _, p := range paths {
		e.Elements = append(e.Elements, strings.TrimPrefix(string(p), string(e.Parent)))
	}
	var near provenance.Path
	if n, err := strconv.Atoi(rest[0].Name); err == nil && n >= 0 && n < len(paths) {
		near = paths[n] // containers.1
	} else if i := slices.Index(e.Elements, finding.Nearest("["+rest[0].Name+"]", e.Elements)); i >= 0 && rest[0].Kind != provenance.Index {
		near = paths[i]
	}
	if near == "" {
		return
	}
	if e.Nearest = near; len(rest) > 1 {
		if whole := near.Join(rest[1:]); spelled(whole).ok {
			e.Nearest = whole
		}
	}
}

// nearestKey returns the entry of the map node at parent that rest may mean: a key
// with dots in it may have been taken for several names.
func nearestKey(parent provenance.Path, node any, rest []provenance.Segment) provenance.Path {
	m, _ := node.(map[string]any)
	names := make([]string, len(rest))
	for i, seg := range rest {
		names[i] = seg.Name
	}
	if key := finding.Nearest(strings.Join(names, "."), slices.Sorted(maps.Keys(m))); key != "" {
		return parent.Key(key)
	}
	return ""
}

// nearest returns the field of the Pod whose path is most like p.
func (s *Subject) nearest(p provenance.Path) provenance.Path {
	var names []string
	for name := range provenance.Walk(s.Pod) {
		names = append(names, string(name))
	}
	return provenance.Path(finding.Nearest(string(p), names))
}
