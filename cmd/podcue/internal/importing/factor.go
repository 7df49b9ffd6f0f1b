package importing

import (
	"bytes"
	"slices"
)

// factor takes what all templates have in common out of them and returns it; nil
// if there is nothing, or only one template. It looks at the labels, the
// annotations and the members of the pod spec, each as a whole: unification puts
// them back as they were. Members with comments stay.
func factor(templates []entry) *value {
	if len(templates) < 2 {
		return nil
	}
	common := structValue()
	take(common, templates, "primaryContainerName")
	for _, name := range []string{"labels", "annotations", "podSpec"} {
		parts := make([]*value, len(templates))
		for i, t := range templates {
			if parts[i] = t.value.get(name); parts[i] == nil || parts[i].kind != structKind {
				parts = nil
				break
			}
		}
		if parts == nil {
			continue
		}
		shared := structValue()
		for _, m := range slices.Clone(parts[0].members) {
			if allHave(parts, m) {
				shared.set(m.name, m.value)
				for _, p := range parts {
					p.remove(m.name)
				}
			}
		}
		if shared.empty() {
			continue
		}
		common.set(name, shared)
		for _, t := range templates {
			if t.value.get(name).empty() {
				t.value.remove(name)
			}
		}
	}
	if common.empty() {
		return nil
	}
	return common
}

// take moves the member called name to common if all templates have the same.
func take(common *value, templates []entry, name string) {
	first := templates[0].value.get(name)
	if first == nil {
		return
	}
	for _, t := range templates {
		if m := t.value.get(name); m == nil || !equal(first, m) {
			return
		}
	}
	common.set(name, first)
	for _, t := range templates {
		t.value.remove(name)
	}
}

func allHave(parts []*value, m member) bool {
	for _, p := range parts {
		if other := p.get(m.name); other == nil || !equal(m.value, other) {
			return false
		}
	}
	return true
}

// equal reports whether two values are the same and free of comments.
func equal(a, b *value) bool {
	if a.kind != b.kind || a.commented() || b.commented() || !bytes.Equal(a.scalar, b.scalar) || a.raw != b.raw ||
		len(a.members) != len(b.members) || len(a.items) != len(b.items) {
		return false
	}
	for _, m := range a.members {
		if other := b.get(m.name); other == nil || !equal(m.value, other) {
			return false
		}
	}
	for i := range a.items {
		if !equal(a.items[i], b.items[i]) {
			return false
		}
	}
	return true
}
