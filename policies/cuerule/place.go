package cuerule

import (
	"github.com/podcue/podcue/provenance"
)

// A step leads from a node of an item to one below it: a field or map key, or
// the index of a list element.
type step struct {
	name  string
	index int // of a list element; name is "" then
}

// A place says where the parts of an item stand in the pod.
type place struct {
	path    provenance.Path  // of the item itself, canonical
	members map[string]place // members that stand elsewhere: mount, volume, container
	// own are the members that podcue made: they stand for the whole item.
	own map[string]bool
	// effective leads to the field of a security context: to the container's own
	// where it is set or nowhere is, else to the pod's.
	effective func(field string) provenance.Path
}

// resolve returns the canonical path in the pod of the node of value, the item,
// that steps lead to. The node need not exist.
func (p place) resolve(value map[string]any, steps []step) provenance.Path {
	if len(steps) == 0 {
		return p.path
	}
	first := steps[0].name
	if m, ok := p.members[first]; ok {
		member, _ := value[first].(map[string]any)
		return m.resolve(member, steps[1:])
	}
	if first == "effective" && p.effective != nil {
		if len(steps) == 1 {
			return p.path.Child("securityContext")
		}
		member, _ := value[first].(map[string]any)
		field := steps[1].name
		return descend(p.effective(field), field, member[field], steps[2:])
	}
	if p.own[first] {
		return p.path
	}
	return descend(p.path, "", value, steps)
}

// descend returns the canonical path of the node below at, the field called name
// with the value v, that steps lead to.
func descend(at provenance.Path, name string, v any, steps []step) provenance.Path {
	for _, s := range steps {
		if s.name != "" {
			m, _ := v.(map[string]any)
			at, name, v = provenance.MemberPath(at, name, s.name), s.name, m[s.name]
			continue
		}
		list, _ := v.([]any)
		if s.index >= len(list) {
			at, name, v = at.Index(s.index), "", nil
			continue
		}
		at, name, v = provenance.ElementPaths(at, name, list)[s.index], "", list[s.index]
	}
	return at
}

// canonical returns p, a path that an author wrote, as [provenance.Path] has it
// for pod. What does not exist keeps the author's spelling.
func canonical(pod map[string]any, p provenance.Path) provenance.Path {
	segs := p.Segments()
	for n := len(segs); n > 0; n-- {
		at, _, ok := provenance.Resolve(pod, provenance.Path("").Join(segs[:n]))
		if ok {
			return at.Join(segs[n:])
		}
	}
	return p
}
