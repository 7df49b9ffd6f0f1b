package policies

import (
	"iter"
	"reflect"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/provenance"
)

// windows reports whether the pod says that it runs on Windows.
func windows(spec *corev1.PodSpec) bool { return spec.OS != nil && spec.OS.Name == corev1.Windows }

// userNamespace reports whether the pod has a user namespace of its own.
func userNamespace(spec *corev1.PodSpec) bool { return spec.HostUsers != nil && !*spec.HostUsers }

// isEmpty reports whether nothing is set in the struct that v points to: the API
// server writes {} for a securityContext that nobody wrote.
func isEmpty[T any](v *T) bool { return reflect.ValueOf(v).Elem().IsZero() }

// securityPath returns the path of a field of the container's securityContext.
func (c Container) securityPath(field provenance.Path) provenance.Path {
	return join(c.Path().Child("securityContext"), field)
}

// probes yields the probes of a container by the names of their fields.
func probes(c Container) iter.Seq2[provenance.Path, *corev1.Probe] {
	return func(yield func(provenance.Path, *corev1.Probe) bool) {
		if c.LivenessProbe != nil && !yield("livenessProbe", c.LivenessProbe) {
			return
		}
		if c.ReadinessProbe != nil && !yield("readinessProbe", c.ReadinessProbe) {
			return
		}
		if c.StartupProbe != nil {
			yield("startupProbe", c.StartupProbe)
		}
	}
}

func httpHost(a *corev1.HTTPGetAction) string {
	if a == nil {
		return ""
	}
	return a.Host
}

func tcpHost(a *corev1.TCPSocketAction) string {
	if a == nil {
		return ""
	}
	return a.Host
}

// resourceNames returns the names in list, sorted; most lists have one or two.
func resourceNames(list corev1.ResourceList) []corev1.ResourceName {
	if len(list) == 0 {
		return nil
	}
	names := make([]corev1.ResourceName, 0, len(list))
	for name := range list {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
