package validation

import (
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// An Explanation says what stands behind one of the server's messages, and how
// to mend it.
type Explanation struct {
	ID string // kebab-case: mount-without-volume
	// Field is how the server's field ends, without what stands in brackets;
	// alternatives are separated by blanks, and "" fits every field.
	Field string
	// Message is a part of the server's message; alternatives are separated by |.
	Message string
	Doc     string // why the server refuses it; a sentence
	Help    string // how to mend it; one line
}

// Explanations returns all explanations, sorted by ID.
func Explanations() []Explanation {
	all := slices.Concat(containerExplanations, resourceExplanations, volumeExplanations, podExplanations, decodingExplanations)
	slices.SortFunc(all, func(a, b Explanation) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// Explain returns the explanation of a cause; ok is false where there is none.
func Explain(c Cause) (e Explanation, ok bool) {
	name := plainPath(provenance.Path(c.Field))
	for _, list := range [][]Explanation{containerExplanations, resourceExplanations, volumeExplanations, podExplanations, decodingExplanations} {
		for _, e := range list {
			if e.fits(name, c.Message) {
				return e, true
			}
		}
	}
	return Explanation{}, false
}

func (e *Explanation) fits(name, message string) bool {
	if !slices.ContainsFunc(strings.Split(e.Message, "|"), func(part string) bool { return strings.Contains(message, part) }) {
		return false
	}
	return e.Field == "" || slices.ContainsFunc(strings.Fields(e.Field), func(end string) bool {
		return name == end || strings.HasSuffix(name, "."+end)
	})
}

// suggest returns "did you mean …" for an unknown field of an object of kind.
func suggest(kind string, c Cause) string {
	if !strings.HasPrefix(c.Message, "unknown field ") {
		return ""
	}
	t := reflect.TypeFor[corev1.Pod]()
	if kind == "PodTemplate" {
		t = reflect.TypeFor[corev1.PodTemplate]()
	}
	segs := provenance.Path(c.Field).Segments()
	if len(segs) == 0 {
		return ""
	}
	for _, s := range segs[:len(segs)-1] {
		if s.Kind != provenance.Field {
			continue
		}
		if t = member(t, s.Name); t == nil {
			return ""
		}
	}
	if best := finding.Nearest(segs[len(segs)-1].Name, fieldNames(t)); best != "" {
		return "did you mean " + best + "?"
	}
	return ""
}

// member returns the type of the field of t that JSON calls name, with pointers,
// lists and maps taken off; nil if there is none.
func member(t reflect.Type, name string) reflect.Type {
	for f := range fields(t) {
		if jsonName(f) == name {
			return element(f.Type)
		}
	}
	return nil
}

func element(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	return t
}

func fieldNames(t reflect.Type) []string {
	var names []string
	for f := range fields(t) {
		if n := jsonName(f); n != "" {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	return names
}

// fields yields the fields of t, and those of embedded structs that JSON inlines.
func fields(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		if t.Kind() != reflect.Struct {
			return
		}
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Anonymous && jsonName(f) == "" {
				for g := range fields(element(f.Type)) {
					if !yield(g) {
						return
					}
				}
			} else if !yield(f) {
				return
			}
		}
	}
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}
