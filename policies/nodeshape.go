package policies

import (
	"fmt"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// A nodeShape is one kind of node that the platform has.
type nodeShape struct {
	Name        string                       `json:"name"`
	CPU         resource.Quantity            `json:"cpu"`
	Memory      resource.Quantity            `json:"memory"`
	GPU         int64                        `json:"gpu"`
	Allocatable map[string]resource.Quantity `json:"allocatable"`
	Labels      map[string]string            `json:"labels"`
	Taints      []string                     `json:"taints"`
}

// has returns how much of a resource a node of the shape has for pods.
func (s *nodeShape) has(name corev1.ResourceName) resource.Quantity {
	if q, ok := s.Allocatable[string(name)]; ok {
		return q
	}
	switch name {
	case corev1.ResourceCPU:
		return s.CPU
	case corev1.ResourceMemory:
		return s.Memory
	case "nvidia.com/gpu":
		return *resource.NewQuantity(s.GPU, resource.DecimalSI)
	}
	return resource.Quantity{}
}

// refuses says why a pod that asks for wanted cannot run on the shape, "" if it
// can. Resources that the shape says nothing about, but for devices, are there.
func (s *nodeShape) refuses(spec *corev1.PodSpec, wanted corev1.ResourceList) string {
	for _, name := range resourceNames(wanted) {
		if name == corev1.ResourceEphemeralStorage && s.Allocatable[string(name)] == (resource.Quantity{}) {
			continue
		}
		if q, have := wanted[name], s.has(name); q.Cmp(have) > 0 {
			return fmt.Sprintf("%s %s of %s", name, q.String(), have.String())
		}
	}
	for _, key := range sortedKeys(spec.NodeSelector) {
		if v, ok := s.Labels[key]; !ok || v != spec.NodeSelector[key] {
			return "label " + key
		}
	}
	if !s.affine(spec.Affinity) {
		return "node affinity"
	}
	for _, taint := range s.Taints {
		if !tolerates(spec, taint) {
			return "taint " + taint
		}
	}
	return ""
}

// affine reports whether the shape's labels meet the required node affinity:
// any one of its terms, of which every expression.
func (s *nodeShape) affine(a *corev1.Affinity) bool {
	if a == nil || a.NodeAffinity == nil || a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return true
	}
	return slices.ContainsFunc(a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms, func(t corev1.NodeSelectorTerm) bool {
		return len(t.MatchExpressions) > 0 && !slices.ContainsFunc(t.MatchExpressions, func(r corev1.NodeSelectorRequirement) bool { return !s.meets(r) })
	})
}

func (s *nodeShape) meets(r corev1.NodeSelectorRequirement) bool {
	v, ok := s.Labels[r.Key]
	switch r.Operator {
	case corev1.NodeSelectorOpIn:
		return ok && slices.Contains(r.Values, v)
	case corev1.NodeSelectorOpNotIn:
		return !ok || !slices.Contains(r.Values, v)
	case corev1.NodeSelectorOpExists:
		return ok
	case corev1.NodeSelectorOpDoesNotExist:
		return !ok
	}
	if len(r.Values) != 1 {
		return false
	}
	have, err := strconv.ParseInt(v, 10, 64)
	bound, err2 := strconv.ParseInt(r.Values[0], 10, 64)
	if !ok || err != nil || err2 != nil {
		return false
	}
	return r.Operator == corev1.NodeSelectorOpGt && have > bound || r.Operator == corev1.NodeSelectorOpLt && have < bound
}

// podRequests returns what the scheduler looks for on a node: the containers'
// requests, or those of an init container with the sidecars started before it
// where that is more, and the overhead (PodRequests of k8s.io/component-helpers).
// The pod's own requests go before the sum.
func podRequests(spec *corev1.PodSpec) corev1.ResourceList {
	running, sidecars, peak := corev1.ResourceList{}, corev1.ResourceList{}, corev1.ResourceList{}
	for c := range Containers(spec) {
		own := effectiveRequests(&c.Resources)
		switch c.Role {
		case RoleSidecar:
			add(running, own)
			add(sidecars, own)
			raise(peak, sidecars)
		case RoleInit:
			add(own, sidecars)
			raise(peak, own)
		case RoleMain:
			add(running, own)
		}
	}
	raise(running, peak)
	if spec.Resources != nil {
		for name, q := range effectiveRequests(spec.Resources) {
			running[name] = q
		}
	}
	add(running, spec.Overhead)
	return running
}

func effectiveRequests(r *corev1.ResourceRequirements) corev1.ResourceList {
	out := make(corev1.ResourceList, len(r.Requests)+len(r.Limits))
	for name, q := range r.Limits {
		out[name] = q.DeepCopy()
	}
	for name, q := range r.Requests {
		out[name] = q.DeepCopy()
	}
	return out
}

func add(sum, list corev1.ResourceList) {
	for name, q := range list {
		total := sum[name].DeepCopy()
		total.Add(q)
		sum[name] = total
	}
}

func raise(highest, list corev1.ResourceList) {
	for name, q := range list {
		if h, ok := highest[name]; !ok || q.Cmp(h) > 0 {
			highest[name] = q.DeepCopy()
		}
	}
}
