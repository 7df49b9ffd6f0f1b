package explanation

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// spelled looks path up in the Pod of Kubernetes' API. It reports whether a Pod
// can have such a node, and otherwise returns path with the first name that is
// wrong replaced by the nearest one, "" where none is near.
func spelled(path provenance.Path) (ok bool, nearest provenance.Path) {
	t := reflect.TypeFor[corev1.Pod]()
	at := provenance.Path("")
	segs := path.Segments()
	for i, s := range segs {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		switch {
		case t.Kind() == reflect.Map:
			return true, "" // any key will do, and below it there is nothing more to know
		case t.Kind() == reflect.Slice && s.Kind != provenance.Field:
			at, t = join(at, s), t.Elem()
			continue
		case t.Kind() != reflect.Struct || isScalar(t) || s.Kind != provenance.Field:
			return false, at
		}
		members := map[string]reflect.Type{}
		addMembers(members, t)
		member, known := members[s.Name]
		if !known {
			best := finding.Nearest(s.Name, slices.Sorted(maps.Keys(members)))
			if best == "" {
				return false, ""
			}
			nearest = at.Child(best)
			for _, rest := range segs[i+1:] {
				nearest = join(nearest, rest)
			}
			return false, nearest
		}
		at, t = at.Child(s.Name), member
	}
	return true, ""
}

// join returns the path of what s means at p.
func join(p provenance.Path, s provenance.Segment) provenance.Path {
	switch s.Kind {
	case provenance.Key:
		return p.Key(s.Name)
	case provenance.Index:
		return p.Index(s.Index)
	}
	return p.Child(s.Name)
}

// isScalar reports whether JSON has something else than an object for the struct
// t, such as a quantity.
func isScalar(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[json.Marshaler]())
}

// addMembers adds the members that JSON has for the struct t.
func addMembers(members map[string]reflect.Type, t reflect.Type) {
	for i := range t.NumField() {
		f := t.Field(i)
		switch name, _, _ := strings.Cut(f.Tag.Get("json"), ","); {
		case name == "-" || name == "status":
		case name != "":
			members[name] = f.Type
		case f.Anonymous:
			addMembers(members, f.Type)
		}
	}
}
