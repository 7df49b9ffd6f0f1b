package merge

import (
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/podcue/podcue/provenance"
)

type quantity = resource.Quantity

// unite merges the map src onto dst.
func unite[K ~string, V any](dst *map[K]V, src map[K]V, name string, dt, st *provenance.Tree) {
	if src == nil {
		return
	}
	if *dst == nil {
		*dst = make(map[K]V, len(src))
	}
	for k, v := range src {
		(*dst)[k] = v
	}
	s := st.Lookup(name)
	if s == nil {
		return
	}
	d := dt.Field(name)
	above(d, s, RuleMerge)
	for k := range src {
		overridden(string(k), d, s)
	}
}

// overridden records that the field name has its value from src.
func overridden(name string, dt, st *provenance.Tree) {
	if s := st.Lookup(name); s != nil && len(s.Origins()) > 0 {
		above(dt.Field(name), s, RuleOverride)
	}
}

// above puts the origins of s above those of d. The rule is for what had
// something below it.
func above(d, s *provenance.Tree, rule string) {
	if len(d.Origins()) == 0 {
		d.Set(s.Origins()...)
		return
	}
	d.Set(s.Ruled(rule)...)
}

// lost records that src said something about the field name in vain, by rule.
func lost(name, rule string, dt, st *provenance.Tree) {
	if s := st.Lookup(name); s != nil && len(s.Origins()) > 0 {
		dt.Field(name).Lose(s.Ruled(rule)...)
	}
}

// appended records that the list name got added elements from src after the
// before elements that it had.
func appended(name string, before, added int, dt, st *provenance.Tree) {
	s := st.Lookup(name)
	if s == nil {
		s = &provenance.Tree{}
	}
	d := dt.Field(name)
	above(d, s, RuleAppend)
	if before > 0 {
		d.Item(before - 1) // a node for each element
	}
	items := s.Items()
	for i := range added {
		node := &provenance.Tree{}
		if i < len(items) {
			if node = items[i]; before > 0 {
				node = node.Clone()
				node.Rule(RuleAppend)
			}
		}
		d.Append(node)
	}
}
