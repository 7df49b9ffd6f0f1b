package merge

import (
	"reflect"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// concatOf returns how to append to lists of type t. The long lists of a pod have
// a way without reflection, which is most of the time that a merge takes.
func concatOf(t reflect.Type) func(dst, src reflect.Value) {
	switch t.Elem() {
	case reflect.TypeFor[string]():
		if t == reflect.TypeFor[[]string]() {
			return concat[string]
		}
	case reflect.TypeFor[corev1.EnvVar]():
		return concat[corev1.EnvVar]
	case reflect.TypeFor[corev1.VolumeMount]():
		return concat[corev1.VolumeMount]
	case reflect.TypeFor[corev1.Volume]():
		return concat[corev1.Volume]
	case reflect.TypeFor[corev1.Toleration]():
		return concat[corev1.Toleration]
	case reflect.TypeFor[corev1.Capability]():
		return concat[corev1.Capability]
	case reflect.TypeFor[corev1.ContainerPort]():
		return concat[corev1.ContainerPort]
	case reflect.TypeFor[corev1.EnvFromSource]():
		return concat[corev1.EnvFromSource]
	}
	return func(dst, src reflect.Value) { dst.Set(reflect.AppendSlice(dst, src)) }
}

// concat appends src to dst, which are addressable lists of E. What dst has room
// for beyond its end belongs to it alone: Append takes both over.
func concat[E any](dst, src reflect.Value) {
	d, s := dst.Addr().Interface().(*[]E), src.Addr().Interface().(*[]E)
	if len(*d) == 0 {
		*d = slices.Clip(*s)
		return
	}
	out := make([]E, len(*d)+len(*s))
	copy(out, *d)
	copy(out[len(*d):], *s)
	*d = out
}
