package policies

import (
	"iter"
	"strconv"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/provenance"
)

// A Role is what a container is in its pod.
type Role int

// The roles. An init container that is restarted for ever is a sidecar.
const (
	RoleInit Role = iota + 1
	RoleSidecar
	RoleMain
	RoleEphemeral
)

// String returns "init container", "sidecar container", "container" or
// "ephemeral container", as messages call it.
func (r Role) String() string {
	switch r {
	case RoleInit:
		return "init container"
	case RoleSidecar:
		return "sidecar container"
	case RoleEphemeral:
		return "ephemeral container"
	}
	return "container"
}

// A Container is one container of a pod in one of its roles. The embedded
// container is the pod's own and must not be changed; for an ephemeral container
// it holds the fields that it shares with the others.
type Container struct {
	*corev1.Container
	Role Role

	spec  *corev1.PodSpec
	index int
}

// Containers yields every container of the pod: init containers and sidecars,
// then the ordinary ones, then the ephemeral ones. Forgetting a role is what
// most often makes a rule easy to evade, so nothing else in this package reads
// these lists.
func Containers(spec *corev1.PodSpec) iter.Seq[Container] {
	return func(yield func(Container) bool) {
		for i := range spec.InitContainers {
			c := Container{Container: &spec.InitContainers[i], Role: RoleInit, spec: spec, index: i}
			if c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways {
				c.Role = RoleSidecar
			}
			if !yield(c) {
				return
			}
		}
		for i := range spec.Containers {
			if !yield(Container{Container: &spec.Containers[i], Role: RoleMain, spec: spec, index: i}) {
				return
			}
		}
		for i := range spec.EphemeralContainers {
			e := (*corev1.Container)(&spec.EphemeralContainers[i].EphemeralContainerCommon)
			if !yield(Container{Container: e, Role: RoleEphemeral, spec: spec, index: i}) {
				return
			}
		}
	}
}

// Path returns the canonical path of the container in the pod.
func (c Container) Path() provenance.Path {
	list := provenance.Path("spec.containers")
	at := func(i int) string { return c.spec.Containers[i].Name }
	switch c.Role {
	case RoleInit, RoleSidecar:
		list, at = "spec.initContainers", func(i int) string { return c.spec.InitContainers[i].Name }
	case RoleEphemeral:
		list, at = "spec.ephemeralContainers", func(i int) string { return c.spec.EphemeralContainers[i].Name }
	}
	return elementPath(list, c.index, at)
}

// String returns the container's role and name: "init container fetch".
func (c Container) String() string {
	if c.Name == "" {
		return c.Role.String() + " " + strconv.Itoa(c.index)
	}
	return c.Role.String() + " " + c.Name
}

// envPath returns the canonical path of the container's variable i.
func (c Container) envPath(i int) provenance.Path {
	return elementPath(c.Path().Child("env"), i, func(i int) string { return c.Env[i].Name })
}

// mountPath returns the canonical path of the container's volume mount i.
func (c Container) mountPath(i int) provenance.Path {
	return elementPath(c.Path().Child("volumeMounts"), i, func(i int) string { return c.VolumeMounts[i].MountPath })
}

// devicePath returns the canonical path of the container's volume device i.
func (c Container) devicePath(i int) provenance.Path {
	return elementPath(c.Path().Child("volumeDevices"), i, func(i int) string { return c.VolumeDevices[i].DevicePath })
}

// portPath returns the canonical path of the container's port i.
func (c Container) portPath(i int) provenance.Path {
	return elementPath(c.Path().Child("ports"), i, func(i int) string {
		if c.Ports[i].ContainerPort == 0 {
			return ""
		}
		return strconv.Itoa(int(c.Ports[i].ContainerPort)) + "/" + string(protocol(c.Ports[i]))
	})
}

// volumePath returns the canonical path of the pod's volume i.
func volumePath(spec *corev1.PodSpec, i int) provenance.Path {
	return elementPath("spec.volumes", i, func(i int) string { return spec.Volumes[i].Name })
}

// sysctlPath returns the canonical path of the pod's sysctl i.
func sysctlPath(spec *corev1.PodSpec, i int) provenance.Path {
	return elementPath("spec.securityContext.sysctls", i, func(i int) string { return spec.SecurityContext.Sysctls[i].Name })
}

// elementPath returns the canonical path of element i of the keyed list at p: by
// its key, or by its index where the key is missing or that of an element before
// it, as [provenance.ElementPaths] has it.
func elementPath(p provenance.Path, i int, key func(int) string) provenance.Path {
	k := key(i)
	if k == "" {
		return p.Index(i)
	}
	for j := range i {
		if key(j) == k {
			return p.Index(i)
		}
	}
	return p.Key(k)
}

func protocol(p corev1.ContainerPort) corev1.Protocol {
	if p.Protocol == "" {
		return corev1.ProtocolTCP
	}
	return p.Protocol
}
