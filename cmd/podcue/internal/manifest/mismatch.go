package manifest

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	kjson "sigs.k8s.io/json"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// A mismatch is a value of a wrong type.
type mismatch struct {
	path    provenance.Path
	message string
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

// mismatches returns what in v, the generic JSON of the field name at path,
// cannot be decoded into a t.
func mismatches(t reflect.Type, v any, path provenance.Path, name string) []mismatch {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if v == nil {
		return nil
	}
	if reflect.PointerTo(t).Implements(unmarshaler) {
		return leafMismatch(t, v, path)
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		m, ok := v.(map[string]any)
		if !ok {
			return []mismatch{{path, fmt.Sprintf("%s stands where a map must be", describeJSON(v))}}
		}
		return memberMismatches(t, m, path, name)
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return leafMismatch(t, v, path)
		}
		list, ok := v.([]any)
		if !ok {
			return []mismatch{{path, fmt.Sprintf("%s stands where a list must be", describeJSON(v))}}
		}
		var all []mismatch
		for i, p := range provenance.ElementPaths(path, name, list) {
			all = append(all, mismatches(t.Elem(), list[i], p, "")...)
		}
		return all
	}
	return leafMismatch(t, v, path)
}

func memberMismatches(t reflect.Type, m map[string]any, path provenance.Path, name string) []mismatch {
	var all []mismatch
	fields := map[string]reflect.Type{}
	if t.Kind() == reflect.Struct {
		fields = fieldNames(t)
	}
	for _, k := range slices.Sorted(maps.Keys(m)) {
		ft := fields[k]
		if t.Kind() == reflect.Map {
			ft = t.Elem()
		}
		if ft != nil {
			all = append(all, mismatches(ft, m[k], provenance.MemberPath(path, name, k), k)...)
		}
	}
	return all
}

// leafMismatch tries to decode v into a t.
func leafMismatch(t reflect.Type, v any, path provenance.Path) []mismatch {
	data, err := json.Marshal(v)
	if err == nil {
		err = kjson.UnmarshalCaseSensitivePreserveInts(data, reflect.New(t).Interface())
	}
	if err == nil {
		return nil
	}
	message := strings.TrimPrefix(err.Error(), "json: ")
	if want := kindNames[t.Kind()]; want != "" && !reflect.PointerTo(t).Implements(unmarshaler) {
		message = fmt.Sprintf("%s stands where %s must be", describeJSON(v), want)
	} else {
		message = describeJSON(v) + ": " + message
	}
	return []mismatch{{path, message}}
}

// kindNames are what the kinds of Go are to an author.
var kindNames = map[reflect.Kind]string{
	reflect.Bool: "true or false", reflect.String: "a text",
	reflect.Int: "a whole number", reflect.Int32: "a whole number", reflect.Int64: "a whole number",
	reflect.Float64: "a number",
}

// describeJSON names what the generic JSON v is to its author.
func describeJSON(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case bool:
		return fmt.Sprint(v)
	case string:
		return "the text " + quote(v)
	case []any:
		return "a list"
	case map[string]any:
		return "a map"
	}
	return fmt.Sprintf("the number %v", v)
}

// nearest returns the one of names that name may be meant to be.
func nearest(name string, names []string) string {
	slices.Sort(names)
	return finding.Nearest(name, names)
}
