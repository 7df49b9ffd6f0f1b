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

// A spelling says what Kubernetes' API has at a path of a Pod.
type spelling struct {
	ok  bool // a Pod can have such a node
	key bool // it is an entry of a map, of which any can be
	// nearest is the path with the first name that is wrong replaced by the nearest
	// one; "" where none is near.
	nearest provenance.Path
}

// spelled looks path up in the Pod of Kubernetes' API.
func spelled(path provenance.Path) spelling {
	t := reflect.TypeFor[corev1.Pod]()
	at := provenance.Path("")
	segs := path.Segments()
	for i, s := range segs {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		switch {
		case t.Kind() == reflect.Map:
			return spelling{ok: true, key: true} // below it there is nothing more to know
		case t.Kind() == reflect.Slice && s.Kind != provenance.Field:
			at, t = at.Join(segs[i:i+1]), t.Elem()
			continue
		case t.Kind() != reflect.Struct || isScalar(t) || s.Kind != provenance.Field:
			return spelling{nearest: at}
		}
		members := map[string]reflect.Type{}
		addMembers(members, t)
		member, known := members[s.Name]
		if !known {
			best := finding.Nearest(s.Name, slices.Sorted(maps.Keys(members)))
			if best == "" {
				return spelling{}
			}
			return spelling{nearest: at.Child(best).Join(segs[i+1:])}
		}
		at, t = at.Child(s.Name), member
	}
	return spelling{ok: true}
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
