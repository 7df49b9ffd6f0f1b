package cuerule

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"

	"cuelang.org/go/cue"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// A shape says what the JSON form of a value can look like. Shapes come from the
// types of the Kubernetes API, so that a slip in a policy is found when it is
// loaded and not by its never matching.
type shape struct {
	kinds  cue.Kind
	fields map[string]*shape // of a struct
	elem   *shape            // of a list, and of the values of a map with free keys
	free   bool              // a map with free keys
	always bool              // podcue puts it into every item
}

// names returns the names of the fields of s, sorted.
func (s *shape) names() []string { return slices.Sorted(maps.Keys(s.fields)) }

// field returns the shape of the field name of s, nil if there is none.
func (s *shape) field(name string) *shape {
	if s.free {
		return s.elem
	}
	return s.fields[name]
}

// with returns a copy of s, the shape of a struct, with more fields.
func (s *shape) with(fields map[string]*shape) *shape {
	c := *s
	c.fields = maps.Clone(s.fields)
	maps.Copy(c.fields, fields)
	return &c
}

// scalars are the types whose JSON form is not that of their Go kind.
var scalars = map[reflect.Type]cue.Kind{
	reflect.TypeFor[resource.Quantity]():  cue.StringKind,
	reflect.TypeFor[intstr.IntOrString](): cue.StringKind | cue.IntKind,
	reflect.TypeFor[metav1.Time]():        cue.StringKind,
	reflect.TypeFor[metav1.MicroTime]():   cue.StringKind,
	reflect.TypeFor[metav1.Duration]():    cue.StringKind,
	reflect.TypeFor[metav1.FieldsV1]():    cue.StructKind,
	reflect.TypeFor[[]byte]():             cue.StringKind,
}

// shapeOf returns the shape of the JSON form of t, which must not be recursive.
func shapeOf(t reflect.Type) *shape {
	if k, ok := scalars[t]; ok {
		return &shape{kinds: k, free: k == cue.StructKind, elem: &shape{kinds: cue.TopKind}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return shapeOf(t.Elem())
	case reflect.Struct:
		s := &shape{kinds: cue.StructKind, fields: map[string]*shape{}}
		s.addFields(t)
		return s
	case reflect.Slice, reflect.Array:
		return &shape{kinds: cue.ListKind, elem: shapeOf(t.Elem())}
	case reflect.Map:
		return &shape{kinds: cue.StructKind, free: true, elem: shapeOf(t.Elem())}
	case reflect.Bool:
		return &shape{kinds: cue.BoolKind}
	case reflect.String:
		return &shape{kinds: cue.StringKind}
	case reflect.Float32, reflect.Float64:
		return &shape{kinds: cue.NumberKind}
	case reflect.Interface:
		return &shape{kinds: cue.TopKind, free: true, elem: &shape{kinds: cue.TopKind}}
	}
	return &shape{kinds: cue.IntKind}
}

func (s *shape) addFields(t reflect.Type) {
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || !f.IsExported():
		case f.Anonymous && name == "":
			s.addFields(f.Type)
		default:
			s.fields[name] = shapeOf(f.Type)
		}
	}
}

// The views that a policy can go through, in the order of the documentation.
const (
	viewPod            = "pod"
	viewContainers     = "containers"
	viewInitContainers = "initContainers"
	viewSidecars       = "sidecars"
	viewVolumes        = "volumes"
	viewMounts         = "mounts"
	viewEnv            = "env"
	viewPorts          = "ports"
	viewTolerations    = "tolerations"
	viewResources      = "resources"
)

// Views returns the names of the views, in the order of the documentation.
func Views() []string {
	return []string{
		viewPod, viewContainers, viewInitContainers, viewSidecars, viewVolumes,
		viewMounts, viewEnv, viewPorts, viewTolerations, viewResources,
	}
}

// shapes returns the shapes of the items of the views, by their names.
var shapes = sync.OnceValue(func() map[string]*shape {
	text := &shape{kinds: cue.StringKind, always: true}
	place := map[string]*shape{"path": text}
	security := shapeOf(reflect.TypeFor[corev1.SecurityContext]())
	security.always = true
	container := shapeOf(reflect.TypeFor[corev1.Container]()).with(map[string]*shape{
		"role": text, "path": text, "effective": security,
		"targetContainerName": {kinds: cue.StringKind}, // of an ephemeral container
	})
	of := map[string]*shape{"path": text, "container": container}
	return map[string]*shape{
		viewPod:            shapeOf(reflect.TypeFor[corev1.PodTemplateSpec]()).with(place),
		viewContainers:     container,
		viewInitContainers: container,
		viewSidecars:       container,
		viewVolumes:        shapeOf(reflect.TypeFor[corev1.Volume]()).with(place),
		viewMounts: {kinds: cue.StructKind, fields: map[string]*shape{
			"path": text, "container": container,
			"mount":  shapeOf(reflect.TypeFor[corev1.VolumeMount]()),
			"volume": shapeOf(reflect.TypeFor[corev1.Volume]()),
		}},
		viewEnv:         shapeOf(reflect.TypeFor[corev1.EnvVar]()).with(of),
		viewPorts:       shapeOf(reflect.TypeFor[corev1.ContainerPort]()).with(of),
		viewTolerations: shapeOf(reflect.TypeFor[corev1.Toleration]()).with(place),
		viewResources:   shapeOf(reflect.TypeFor[corev1.ResourceRequirements]()).with(of),
	}
})
