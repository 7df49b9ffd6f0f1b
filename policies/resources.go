package policies

import (
	"iter"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/podcue/podcue/provenance"
)

// request returns what a container asks for of a resource. Where only a limit is
// set, the API server makes it the request too.
func request(r *corev1.ResourceRequirements, name corev1.ResourceName) (resource.Quantity, bool) {
	if q, ok := r.Requests[name]; ok {
		return q, true
	}
	q, ok := r.Limits[name]
	return q, ok
}

// scheduled yields the containers that can have resources, thus all but the
// ephemeral ones; in a template, those that the task does not complete.
func scheduled(p *Pass) iter.Seq[Container] {
	return func(yield func(Container) bool) {
		for c := range Containers(&p.Pod.Spec) {
			if c.Role != RoleEphemeral && !p.Subject.completed(c) && !yield(c) {
				return
			}
		}
	}
}

// requirements yields the resources of the pod itself and of its containers,
// with their path and who has them.
func requirements(spec *corev1.PodSpec) iter.Seq[requirement] {
	return func(yield func(requirement) bool) {
		if spec.Resources != nil && !yield(requirement{spec.Resources, nil}) {
			return
		}
		for c := range Containers(spec) {
			if (len(c.Resources.Limits) > 0 || len(c.Resources.Requests) > 0) && !yield(requirement{&c.Resources, &c}) {
				return
			}
		}
	}
}

type requirement struct {
	*corev1.ResourceRequirements
	container *Container // nil: the pod itself
}

// path returns the canonical path of the requirement.
func (r requirement) path() provenance.Path {
	if r.container == nil {
		return "spec.resources"
	}
	return r.container.Path().Child("resources")
}

// String says whose requirement it is.
func (r requirement) String() string {
	if r.container == nil {
		return "the pod"
	}
	return r.container.String()
}

// podHas reports whether the pod as a whole has a request or limit of its own.
func podHas(spec *corev1.PodSpec, name corev1.ResourceName, limit bool) bool {
	if spec.Resources == nil {
		return false
	}
	if limit {
		_, ok := spec.Resources.Limits[name]
		return ok
	}
	_, ok := request(spec.Resources, name)
	return ok
}

// requestMissing reports the containers that ask for nothing of a resource.
func requestMissing(p *Pass, name corev1.ResourceName) {
	if podHas(&p.Pod.Spec, name, false) {
		return
	}
	for c := range scheduled(p) {
		if _, ok := request(&c.Resources, name); !ok {
			p.Report(c.Path().Child("resources").Child("requests").Key(string(name)), "%s requests no %s", c, name)
		}
	}
}

// limitMissing reports the containers that have no limit of a resource.
func limitMissing(p *Pass, name corev1.ResourceName) {
	if podHas(&p.Pod.Spec, name, true) {
		return
	}
	for c := range scheduled(p) {
		if _, ok := c.Resources.Limits[name]; !ok {
			p.Report(c.Path().Child("resources").Child("limits").Key(string(name)), "%s has no %s limit", c, name)
		}
	}
}
