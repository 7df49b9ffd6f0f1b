package validation

import (
	"reflect"
	"slices"
	"sync"

	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/core"
)

// Copying a pod and comparing the copies takes a third as long as validating it,
// and hardly any pod has a field whose gate is off. So each version's such fields
// are found once, by having them dropped from a pod that has every field; a pod
// that has none of them need not be compared.

// A gated is a struct field that is dropped, or that has such fields below it.
type gated struct {
	index int
	below []gated // nil: the field itself
}

// gatedFields holds the gated fields of a PodSpec by version.
var gatedFields sync.Map

// mayDrop reports whether spec has a field that the gates of version drop. The
// gates must be set.
func mayDrop(version string, spec *core.PodSpec) bool {
	fields, ok := gatedFields.Load(version)
	if !ok {
		before := &core.PodTemplateSpec{}
		fill(reflect.ValueOf(&before.Spec).Elem())
		after := before.DeepCopy()
		podutil.DropDisabledTemplateFields(after, nil)
		fields, _ = gatedFields.LoadOrStore(version, compare(reflect.ValueOf(before.Spec), reflect.ValueOf(after.Spec)))
	}
	return hasAny(fields.([]gated), reflect.ValueOf(spec).Elem())
}

// fill sets every field below v to something that is not zero. Maps get one entry.
// Lists of structs get an element that has everything, and one more for each
// pointer in it that has only that one: where just one of several is expected,
// as in a volume, Kubernetes looks at the first.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	case reflect.Slice:
		all := reflect.New(v.Type().Elem()).Elem()
		fill(all)
		v.Set(reflect.Append(v, all))
		if all.Kind() != reflect.Struct {
			return
		}
		for n := range pointers(all) {
			one := reflect.New(all.Type()).Elem()
			fill(one)
			for i, p := range pointers(one) {
				if i != n {
					p.SetZero()
				}
			}
			v.Set(reflect.Append(v, one))
		}
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key)
		fill(value)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(1)
	case reflect.Uint8, reflect.Uint32, reflect.Uint64:
		v.SetUint(1)
	}
}

// pointers returns the fields of the struct v, and of structs embedded in it,
// that are pointers to structs.
func pointers(v reflect.Value) []reflect.Value {
	var ps []reflect.Value
	for i := range v.NumField() {
		f := v.Type().Field(i)
		switch {
		case !f.IsExported():
		case f.Anonymous && f.Type.Kind() == reflect.Struct:
			ps = append(ps, pointers(v.Field(i))...)
		case f.Type.Kind() == reflect.Pointer && f.Type.Elem().Kind() == reflect.Struct:
			ps = append(ps, v.Field(i))
		}
	}
	return ps
}

// compare returns the fields that the struct before has and after has no more.
func compare(before, after reflect.Value) []gated {
	var fields []gated
	for i := range before.NumField() {
		if !before.Type().Field(i).IsExported() {
			continue
		}
		if below, all := lost(before.Field(i), after.Field(i)); all {
			fields = append(fields, gated{i, nil})
		} else if below != nil {
			fields = append(fields, gated{i, below})
		}
	}
	return fields
}

// lost returns what before has and after has no more: all of it, or fields below.
func lost(before, after reflect.Value) (below []gated, all bool) {
	switch before.Kind() {
	case reflect.Pointer:
		if before.IsNil() || after.IsNil() {
			return nil, !before.IsNil()
		}
		return lost(before.Elem(), after.Elem())
	case reflect.Struct:
		return compare(before, after), false
	case reflect.Slice:
		if before.Len() != after.Len() {
			return nil, true
		}
		for i := range before.Len() {
			more, all := lost(before.Index(i), after.Index(i))
			if all {
				return nil, true
			}
			below = union(below, more)
		}
		return below, false
	}
	return nil, !reflect.DeepEqual(before.Interface(), after.Interface())
}

// union returns the fields of a and b.
func union(a, b []gated) []gated {
	for _, g := range b {
		i := slices.IndexFunc(a, func(h gated) bool { return h.index == g.index })
		switch {
		case i < 0:
			a = append(a, g)
		case g.below == nil || a[i].below == nil:
			a[i].below = nil
		default:
			a[i].below = union(a[i].below, g.below)
		}
	}
	return a
}

// hasAny reports whether the struct v has one of the fields.
func hasAny(fields []gated, v reflect.Value) bool {
	for _, g := range fields {
		f := v.Field(g.index)
		if g.below == nil && !f.IsZero() || g.below != nil && inside(g.below, f) {
			return true
		}
	}
	return false
}

func inside(fields []gated, v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer:
		return !v.IsNil() && inside(fields, v.Elem())
	case reflect.Slice:
		for i := range v.Len() {
			if inside(fields, v.Index(i)) {
				return true
			}
		}
		return false
	}
	return hasAny(fields, v)
}
