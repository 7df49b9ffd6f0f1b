package merge

import (
	stdjson "encoding/json"
	"reflect"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/json"

	"github.com/podcue/podcue/provenance"
)

// toGeneric returns v in generic JSON form, integers as int64.
func toGeneric(v any) (map[string]any, error) {
	data, err := stdjson.Marshal(v)
	if err != nil {
		return nil, err
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		return nil, err
	}
	return out, nil
}

// present returns pod in generic JSON form with exactly what its layer sets: not
// the zero values that Kubernetes prints for fields nobody set ("resources": {},
// "containers": null), but the zero values in fields, which it does not print.
func present(pod *corev1.PodTemplateSpec, fields provenance.Map) (map[string]any, error) {
	obj, err := toGeneric(pod)
	if err != nil {
		return nil, err
	}
	p := presence{fields}
	p.structure(reflect.ValueOf(pod).Elem(), obj, "", "")
	return obj, nil
}

// presence corrects a generic object by the fields that are known to be set.
type presence struct{ fields provenance.Map }

// structure corrects obj, the generic form of the struct v at path, whose own
// field is called name.
func (p presence) structure(v reflect.Value, obj map[string]any, path provenance.Path, name string) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		key := jsonName(f)
		if key == "" {
			p.structure(v.Field(i), obj, path, name)
			continue
		}
		if key == "-" {
			continue
		}
		at := provenance.MemberPath(path, name, key)
		if e, ok := p.value(v.Field(i), obj[key], at, key); ok || p.fields.Has(at) && e != nil {
			obj[key] = e
		} else {
			delete(obj, key)
		}
	}
}

// value returns the corrected form of the field v, and whether its value alone
// says that it is set; generic is its form so far, nil for none.
func (p presence) value(v reflect.Value, generic any, path provenance.Path, name string) (any, bool) {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return nil, false
		}
		e, _ := p.value(v.Elem(), generic, path, name)
		return e, true
	}
	switch {
	case isOpaque(v.Type()) || isScalar(v.Kind()):
		if generic == nil {
			generic = zeroOf(v)
		}
		return generic, !v.IsZero()
	case v.Kind() == reflect.Struct:
		obj, ok := generic.(map[string]any)
		if !ok {
			obj = map[string]any{}
		}
		p.structure(v, obj, path, name)
		return obj, len(obj) > 0
	case v.Kind() == reflect.Map:
		if v.Len() == 0 {
			return map[string]any{}, false
		}
		return generic, true // its values are strings or quantities: all are set
	}
	return p.list(v, generic, path, name)
}

func (p presence) list(v reflect.Value, generic any, path provenance.Path, name string) (any, bool) {
	list, ok := generic.([]any)
	if !ok || v.Len() == 0 {
		return []any{}, false
	}
	for i, at := range provenance.ElementPaths(path, name, list) {
		list[i], _ = p.value(v.Index(i), list[i], at, "")
	}
	return list, true
}

// isOpaque reports whether t makes its own JSON: a quantity, a time, a port.
func isOpaque(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[stdjson.Marshaler]())
}

// zeroOf is the generic form of v, a zero value that is not printed.
func zeroOf(v reflect.Value) any {
	switch v.Kind() {
	case reflect.String:
		return ""
	case reflect.Bool:
		return false
	case reflect.Struct:
		return nil // quantities, times and ports print their zero value themselves, if they have one
	}
	return int64(0)
}
