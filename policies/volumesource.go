package policies

import (
	"reflect"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// volumeTypes are the names of the fields of a VolumeSource, in its order.
var volumeTypes = func() []string {
	t := reflect.TypeFor[corev1.VolumeSource]()
	names := make([]string, t.NumField())
	for i := range names {
		names[i], _, _ = strings.Cut(t.Field(i).Tag.Get("json"), ",")
	}
	return names
}()

// volumeType returns the name of the field that says what the volume is. One
// that says nothing is an emptyDir, as the API server makes it.
func volumeType(v *corev1.Volume) string {
	switch {
	case v.EmptyDir != nil:
		return "emptyDir"
	case v.PersistentVolumeClaim != nil:
		return "persistentVolumeClaim"
	case v.Secret != nil:
		return "secret"
	case v.ConfigMap != nil:
		return "configMap"
	case v.Projected != nil:
		return "projected"
	}
	source := reflect.ValueOf(&v.VolumeSource).Elem()
	for i, name := range volumeTypes {
		if !source.Field(i).IsNil() {
			return name
		}
	}
	return "emptyDir"
}
