package flyte

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/podcue/podcue/provenance"
)

// A setting is one value of a configuration file, as written, with its place.
type setting struct {
	kind    settingKind
	value   any        // of a scalar: string, bool, a number, time.Time
	items   []*setting // of a list
	members []member   // of a map, in order; keys as written
	pos     provenance.Position
	// atomic: Flyte's loader takes the value as a whole. Otherwise it takes it
	// apart into its leaves, and what has none is lost.
	atomic bool
}

type member struct {
	key   string
	value *setting
	pos   provenance.Position // of the key
}

type settingKind int

const (
	nullSetting settingKind = iota
	scalarSetting
	listSetting
	mapSetting
)

// dotted reports whether the loader keeps the case of a key: it does for keys
// with a dot.
func dotted(key string) bool { return strings.Contains(key, ".") }

// sameKey reports whether two keys are one to the loader.
func sameKey(a, b string) bool {
	return a == b || !dotted(a) && !dotted(b) && strings.EqualFold(a, b)
}

// member returns the value of key, nil if there is none. Of several spellings
// one with capitals counts, the last one; in Flyte it is a random one of those.
func (s *setting) member(key string) *setting {
	var found *setting
	for _, m := range distinct(s.members) {
		if sameKey(m.key, key) {
			found = m.value
		}
	}
	return found
}

// distinct returns the members that count where keys are spelled twice.
func distinct(members []member) []member {
	out := make([]member, 0, len(members))
	for _, m := range members {
		i := slices.IndexFunc(out, func(o member) bool { return sameKey(o.key, m.key) })
		switch {
		case i < 0:
			out = append(out, m)
		case m.key != strings.ToLower(m.key):
			out[i] = m
		}
	}
	return out
}

// generic is the value that a decoder sees: keys in lower case, unless they have
// a dot or belong to a list.
func (s *setting) generic(inList bool) any {
	switch s.kind {
	case scalarSetting:
		return s.value
	case listSetting:
		list := make([]any, len(s.items))
		for i, item := range s.items {
			list[i] = item.generic(true)
		}
		return list
	case mapSetting:
		m := make(map[string]any, len(s.members))
		for _, e := range distinctUnless(inList, s.members) {
			m[loadedKey(e.key, inList)] = e.value.generic(inList)
		}
		return m
	}
	return nil
}

// distinctUnless is distinct, but in a list, where the loader leaves keys alone.
func distinctUnless(inList bool, members []member) []member {
	if inList {
		return members
	}
	return distinct(members)
}

func loadedKey(key string, inList bool) string {
	if inList || dotted(key) {
		return key
	}
	return strings.ToLower(key)
}

// goType and goKind name the value in Flyte's error texts.
func (s *setting) goType() string {
	switch s.kind {
	case listSetting:
		return "[]interface {}"
	case mapSetting:
		return "map[string]interface {}"
	}
	return fmt.Sprintf("%T", s.value)
}

func (s *setting) goKind() string {
	switch s.kind {
	case listSetting:
		return "slice"
	case mapSetting:
		return "map"
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", s.value), "time.")
}

// plain names the value for people.
func (s *setting) plain() string {
	switch s.kind {
	case nullSetting:
		return "null"
	case listSetting:
		return "a list"
	case mapSetting:
		return "a map"
	}
	switch v := s.value.(type) {
	case string:
		return strconv.Quote(shortened(v))
	case bool:
		return fmt.Sprintf("the boolean %v", v)
	case int, int64, uint64, float64:
		return fmt.Sprintf("the number %v", v)
	}
	return "a date"
}
