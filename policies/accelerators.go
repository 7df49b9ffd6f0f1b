package policies

import (
	"iter"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/provenance"
)

// acceleratorTaints are the taints that nodes with accelerators usually have, by
// the resource that a pod asks for there.
var acceleratorTaints = map[string]string{
	"amd.com/gpu":               "amd.com/gpu",
	"aws.amazon.com/neuron":     "aws.amazon.com/neuron",
	"aws.amazon.com/neuroncore": "aws.amazon.com/neuron",
	"google.com/tpu":            "google.com/tpu",
	"gpu.intel.com/i915":        "gpu.intel.com/i915",
	"gpu.intel.com/xe":          "gpu.intel.com/xe",
	"habana.ai/gaudi":           "habana.ai/gaudi",
	"nvidia.com/gpu":            "nvidia.com/gpu",
	"nvidia.com/mig-*":          "nvidia.com/gpu",
}

// gpuResources are the resources that are GPUs.
var gpuResources = []string{"amd.com/gpu", "gpu.intel.com/i915", "gpu.intel.com/xe", "nvidia.com/gpu", "nvidia.com/mig-*"}

// An extendedRequest is what a container asks for of a resource that a device
// plugin offers.
type extendedRequest struct {
	Container
	name corev1.ResourceName
	path provenance.Path // in the container: limits where it stands there
}

// extended yields what the pod's containers ask for of extended resources,
// sorted by name within a container. Zero asks for nothing.
func extended(spec *corev1.PodSpec) iter.Seq[extendedRequest] {
	return func(yield func(extendedRequest) bool) {
		for c := range Containers(spec) {
			for _, name := range extendedNames(&c.Resources) {
				q, _ := request(&c.Resources, name)
				if q.Sign() <= 0 {
					continue
				}
				list := provenance.Path("resources.limits")
				if _, ok := c.Resources.Limits[name]; !ok {
					list = "resources.requests"
				}
				if !yield(extendedRequest{c, name, list.Key(string(name))}) {
					return
				}
			}
		}
	}
}

// at returns the canonical path of the request.
func (r extendedRequest) at() provenance.Path { return join(r.Container.Path(), r.path) }

// extendedNames returns the extended resources in r, sorted.
func extendedNames(r *corev1.ResourceRequirements) []corev1.ResourceName {
	var names []corev1.ResourceName
	for _, list := range []corev1.ResourceList{r.Limits, r.Requests} {
		for name := range list {
			if isExtended(name) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// isExtended reports whether a device plugin offers the resource: its name has a
// domain, and that is not Kubernetes' own (IsExtendedResourceName of
// k8s.io/component-helpers).
func isExtended(name corev1.ResourceName) bool {
	s := string(name)
	return strings.Contains(s, "/") && !strings.Contains(s, "kubernetes.io/")
}

// tolerates reports whether the pod may go to a node with a NoSchedule taint of
// the key.
func tolerates(spec *corev1.PodSpec, key string) bool {
	return slices.ContainsFunc(spec.Tolerations, func(t corev1.Toleration) bool {
		if t.Effect != "" && t.Effect != corev1.TaintEffectNoSchedule {
			return false
		}
		return t.Key == key || t.Key == "" && t.Operator == corev1.TolerationOpExists
	})
}

// lookupGlob returns the value of the key in m that is name, or that name
// matches with a star at its end.
func lookupGlob(m map[string]string, name string) (string, bool) {
	if v, ok := m[name]; ok {
		return v, true
	}
	for _, key := range sortedKeys(m) {
		if strings.HasSuffix(key, "*") && matchesAny(name, []string{key}) {
			return m[key], true
		}
	}
	return "", false
}
