package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// A structType is one Go struct of the closure.
type structType struct {
	name   string
	doc    string
	fields []field
}

// A field is one JSON member of a struct, its own or that of an embedded one.
type field struct {
	name     string // in JSON
	doc      string
	typ      reflect.Type
	required bool // Kubernetes refuses an object without it
}

// special are the types whose JSON is not that of their Go structure, with the
// CUE that stands for them.
var special = map[reflect.Type]string{
	reflect.TypeFor[resource.Quantity]():  "#Quantity",
	reflect.TypeFor[intstr.IntOrString](): "#IntOrString",
	reflect.TypeFor[metav1.Time]():        "#Time",
	reflect.TypeFor[metav1.FieldsV1]():    "{...}",
	reflect.TypeFor[[]byte]():             "bytes | string",
}

// closure returns the structs that root reaches, root first, the others in the
// order of their names.
func closure(root reflect.Type, src *source) ([]*structType, error) {
	var types []*structType
	seen := map[string]reflect.Type{}
	var visit func(t reflect.Type) error
	visit = func(t reflect.Type) error {
		if _, ok := special[t]; ok {
			return nil
		}
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			return visit(t.Elem())
		case reflect.Struct:
		default:
			return nil
		}
		if other, ok := seen[t.Name()]; ok {
			if other != t {
				return fmt.Errorf("%s and %s have one name", other, t)
			}
			return nil
		}
		seen[t.Name()] = t
		s := &structType{name: t.Name(), doc: swaggerDoc(t)[""]}
		if s.doc == "" {
			s.doc = src.docs[t.Name()]
		}
		fields, err := structFields(t, src)
		if err != nil {
			return err
		}
		s.fields = fields
		types = append(types, s)
		for _, f := range fields {
			if err := visit(f.typ); err != nil {
				return err
			}
		}
		return nil
	}
	if err := visit(root); err != nil {
		return nil, err
	}
	slices.SortFunc(types[1:], func(a, b *structType) int { return strings.Compare(a.name, b.name) })
	return types, nil
}

// structFields returns the JSON members of t in the order of its Go fields.
// An embedded struct without a JSON name contributes its own members: since
// v0.37 of k8s.io/api its tag is json:"", before it was json:",inline".
func structFields(t reflect.Type, src *source) ([]field, error) {
	docs := swaggerDoc(t)
	var fields []field
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported() && !f.Anonymous:
			continue
		case f.Anonymous && name == "":
			inner, err := structFields(f.Type, src)
			if err != nil {
				return nil, err
			}
			fields = append(fields, inner...)
			continue
		case name == "":
			return nil, fmt.Errorf("%s.%s has no JSON name", t, f.Name)
		}
		fields = append(fields, field{
			name: name, doc: docs[name], typ: f.Type,
			required: isRequired(t.Name()+"."+name, f, options, src.optional[t.Name()+"."+f.Name]),
		})
	}
	return fields, nil
}

// isRequired reports whether Kubernetes refuses an object without the member: its
// Go type always writes it, nothing marks it optional, and its zero value is not
// as good as any (see zeroIsFine).
func isRequired(key string, f reflect.StructField, options string, optional bool) bool {
	if slices.Contains(moreRequired, key) {
		return true
	}
	if optional || strings.Contains(options, "omit") || f.Type.Kind() == reflect.Pointer || f.Type.Kind() == reflect.Bool {
		return false
	}
	return !slices.Contains(zeroIsFine, key)
}

// swaggerDoc returns the documentation of the members of t, that of t itself
// under "". Types have it as a method, generated from their comments.
func swaggerDoc(t reflect.Type) map[string]string {
	d, ok := reflect.Zero(t).Interface().(interface{ SwaggerDoc() map[string]string })
	if !ok {
		return nil
	}
	return d.SwaggerDoc()
}
