package cuerule

import (
	"maps"
	"reflect"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/provenance"
)

// The roles of containers.
const (
	roleInit      = "init"
	roleSidecar   = "sidecar"
	roleMain      = "main"
	rolePrimary   = "primary"
	roleEphemeral = "ephemeral"
)

var ownFields = map[string]bool{"path": true, "role": true}

// allContainers returns the containers of every role: init containers and
// sidecars, then the ordinary ones, then the ephemeral ones.
func (v *views) allContainers() []*item {
	var items []*item
	for _, name := range containerLists {
		elements := list(v.spec(), name)
		paths := provenance.ElementPaths(provenance.Path("spec").Child(name), name, elements)
		for i, e := range elements {
			if c, ok := e.(map[string]any); ok {
				items = append(items, v.container(name, c, paths[i]))
			}
		}
	}
	return items
}

func (v *views) container(listName string, c map[string]any, path provenance.Path) *item {
	role := roleMain
	switch {
	case listName == "ephemeralContainers":
		role = roleEphemeral
	case listName == "initContainers" && c["restartPolicy"] == string(corev1.ContainerRestartPolicyAlways):
		role = roleSidecar
	case listName == "initContainers":
		role = roleInit
	case v.primary != "" && c["name"] == v.primary:
		role = rolePrimary
	}
	own, shared := object(c, "securityContext"), object(v.spec(), "securityContext")
	return &item{
		value: with(c, map[string]any{"role": role, "path": string(path), "effective": fold(own, shared)}),
		place: place{path: path, own: ownFields, effective: func(field string) provenance.Path {
			if own[field] == nil && shared[field] != nil && sharedSecurity[field] {
				return provenance.Path("spec.securityContext").Child(field)
			}
			return path.Child("securityContext").Child(field)
		}},
	}
}

// sharedSecurity are the fields of a pod's security context that hold for its
// containers unless they say otherwise: those that both contexts have.
var sharedSecurity = func() map[string]bool {
	own := shapeOf(reflect.TypeFor[corev1.SecurityContext]())
	both := map[string]bool{}
	for name := range shapeOf(reflect.TypeFor[corev1.PodSecurityContext]()).fields {
		if own.fields[name] != nil {
			both[name] = true
		}
	}
	return both
}()

// fold returns the security context that holds for a container.
func fold(own, shared map[string]any) map[string]any {
	effective := make(map[string]any, len(own)+len(shared))
	for field, value := range shared {
		if sharedSecurity[field] {
			effective[field] = value
		}
	}
	maps.Copy(effective, own)
	return effective
}

func (v *views) ofRole(role string) []*item {
	var items []*item
	for _, c := range v.containers {
		if c.value["role"] == role {
			items = append(items, c)
		}
	}
	return items
}

// placed returns the elements of a list of the spec.
func (v *views) placed(at provenance.Path, elements []any) []*item {
	segs := at.Segments()
	paths := provenance.ElementPaths(at, segs[len(segs)-1].Name, elements)
	var items []*item
	for i, e := range elements {
		if m, ok := e.(map[string]any); ok {
			items = append(items, &item{
				value: with(m, map[string]any{"path": string(paths[i])}),
				place: place{path: paths[i], own: ownFields},
			})
		}
	}
	return items
}

// ofContainers returns the elements of the containers' lists called name, each
// with its container.
func (v *views) ofContainers(name string) []*item {
	var items []*item
	for _, c := range v.containers {
		for _, i := range v.placed(c.place.path.Child(name), list(c.value, name)) {
			i.value["container"] = c.value
			i.place.members = map[string]place{"container": c.place}
			items = append(items, i)
		}
	}
	return items
}

func (v *views) mounts() []*item {
	volumes := map[string]*item{}
	for _, i := range v.items(viewVolumes) {
		if name, ok := i.value["name"].(string); ok && volumes[name] == nil {
			volumes[name] = i
		}
	}
	var items []*item
	for _, c := range v.containers {
		for _, m := range v.placed(c.place.path.Child("volumeMounts"), list(c.value, "volumeMounts")) {
			name, _ := m.value["name"].(string)
			volume, at := map[string]any{"name": name}, place{path: provenance.Path("spec.volumes").Key(name)}
			if i := volumes[name]; i != nil {
				volume, at = i.value, i.place
			}
			items = append(items, &item{
				value: map[string]any{"path": m.value["path"], "container": c.value, "mount": without(m.value), "volume": without(volume)},
				place: place{path: m.place.path, own: ownFields, members: map[string]place{
					"container": c.place, "mount": {path: m.place.path}, "volume": at,
				}},
			})
		}
	}
	return items
}

// resources returns the resources of every container, whether it has any or not.
func (v *views) resources() []*item {
	var items []*item
	for _, c := range v.containers {
		path := c.place.path.Child("resources")
		items = append(items, &item{
			value: with(object(c.value, "resources"), map[string]any{"path": string(path), "container": c.value}),
			place: place{path: path, own: ownFields, members: map[string]place{"container": c.place}},
		})
	}
	return items
}

// with returns a copy of m with more members.
func with(m, more map[string]any) map[string]any {
	c := make(map[string]any, len(m)+len(more))
	maps.Copy(c, m)
	maps.Copy(c, more)
	return c
}

// without returns a copy of m without the path that podcue put there.
func without(m map[string]any) map[string]any {
	c := maps.Clone(m)
	delete(c, "path")
	return c
}
