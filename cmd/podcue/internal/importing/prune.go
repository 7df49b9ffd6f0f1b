package importing

import (
	"encoding/json"
	"maps"
	"reflect"
	"strings"
)

// prune removes from v, the JSON of a value of the type t, what says nothing: null,
// and the zero values that Go's encoder leaves out. In a pointer false and 0 say
// something, and stay. Comments of what goes, go.
func prune(v *value, t reflect.Type) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case v.kind == listKind && t.Kind() == reflect.Slice:
		for _, e := range v.items {
			prune(e, t.Elem())
		}
	case v.kind == structKind && t.Kind() == reflect.Map:
		for _, m := range v.members {
			prune(m.value, t.Elem())
		}
	case v.kind == structKind && t.Kind() == reflect.Struct && !writesItself(t):
		fields := jsonFields(t)
		kept := v.members[:0]
		for _, m := range v.members {
			f, ok := fields[m.name]
			if !ok {
				continue // not of Kubernetes: there are none after strict decoding
			}
			prune(m.value, f.typ)
			if !saysNothing(m.value, f) {
				kept = append(kept, m)
			}
		}
		v.members = kept
	}
}

// writesItself reports whether the type has a JSON form of its own.
func writesItself(t reflect.Type) bool {
	_, ok := reflect.PointerTo(t).MethodByName("MarshalJSON")
	return ok
}

type jsonField struct {
	typ       reflect.Type
	omitEmpty bool
}

// jsonFields returns the members of t by their names.
func jsonFields(t reflect.Type) map[string]jsonField {
	fields := map[string]jsonField{}
	for f := range t.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported():
		case f.Anonymous && name == "":
			maps.Copy(fields, jsonFields(f.Type))
		default:
			fields[name] = jsonField{f.Type, strings.Contains(options, "omit")}
		}
	}
	return fields
}

// saysNothing reports whether v in the field f is as good as not there.
func saysNothing(v *value, f jsonField) bool {
	if v.isNull() {
		return true
	}
	switch f.typ.Kind() {
	case reflect.Pointer:
		return false
	case reflect.Struct:
		return v.empty() // the encoder writes {}, which is the same
	}
	switch {
	case !f.omitEmpty:
		return false
	case v.kind == scalarKind:
		return isZero(v.scalar)
	}
	return v.empty()
}

func isZero(scalar json.RawMessage) bool {
	switch string(scalar) {
	case `""`, "false", "0":
		return true
	}
	return false
}
