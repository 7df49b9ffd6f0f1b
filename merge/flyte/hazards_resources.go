package flyte

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// What becomes of resources.

// resourceSides are the two lists of a container's resources.
var resourceSides = []struct {
	name string
	get  func(*corev1.Container) corev1.ResourceList
}{
	{"requests", func(c *corev1.Container) corev1.ResourceList { return c.Resources.Requests }},
	{"limits", func(c *corev1.Container) corev1.ResourceList { return c.Resources.Limits }},
}

var templateResourcesIgnored = &Hazard{
	ID: "merge-template-resources-ignored",
	Doc: `cpu and memory of the template are ignored

Flyte writes cpu and memory into every container of the task before it merges the
template under them: what the task asks for, else the platform's defaults, else 1
cpu and 1Gi, and 0 in a sidecar. What a template says about cpu and memory therefore
never wins, although its GPUs do. Flyte 1.16 does look at one container of the
template, and at one only.`,
	Help:     "set cpu and memory in the task, or change default-cpus and default-memory",
	Issue:    upstream(6482),
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, c := range h.containers {
			if c.raw == nil {
				continue // one of Flyte's own
			}
			h.checkIgnoredResources(c)
		}
	},
}

// checkIgnoredResources reports the cpu and memory that templates have for c, and
// that neither the task nor the node sets.
func (h *hazardPass) checkIgnoredResources(c *hazardContainer) {
	var ignored []string
	var origins []provenance.Origin
	var title string
	for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		if h.asksFor(c, name) {
			continue
		}
		for _, side := range resourceSides {
			part, q := h.templateAmount(c, side.get, name)
			final := side.get(c.final)[name]
			path := c.path.Child("resources." + side.name).Key(string(name))
			if winner, _ := h.fields.Winner(path); q.IsZero() || final.Cmp(q) == 0 || strings.HasPrefix(winner.Rule, "clamp") {
				continue
			}
			ignored = append(ignored, fmt.Sprintf("%s.%s %s (it is %s)", side.name, name, q.String(), final.String()))
			title = part.template.title
			origins = append(origins, firsts(h.at(path), part.origins("resources", side.name, string(name)))...)
		}
	}
	if len(ignored) > 0 {
		h.report(c.path.Child("resources"), origins, "%s of the %s %s ignored", list(ignored), title, is(ignored))
	}
}

// asksFor reports whether the task, or for its primary container the node, says
// anything about a resource of c.
func (h *hazardPass) asksFor(c *hazardContainer, name corev1.ResourceName) bool {
	asked := []*corev1.ResourceRequirements{&c.raw.Resources}
	if over := h.b.exec.Overrides.Resources; over != nil && (c.name == h.b.primary || h.p.templateResources && c.init) {
		asked = append(asked, over)
	}
	for _, r := range asked {
		for _, list := range []corev1.ResourceList{r.Requests, r.Limits} {
			if q := list[name]; !q.IsZero() {
				return true
			}
		}
	}
	return false
}

// templateAmount returns what the templates have for c, by their own precedence.
func (h *hazardPass) templateAmount(c *hazardContainer, get func(*corev1.Container) corev1.ResourceList, name corev1.ResourceName) (hazardPart, resource.Quantity) {
	for _, part := range slices.Backward(c.applied) {
		if q, ok := get(part.container)[name]; ok {
			return part, q
		}
	}
	return hazardPart{}, resource.Quantity{}
}

var zeroLimit = &Hazard{
	ID: "merge-sidecar-limit-zero",
	Doc: `a container without limits gets a limit of 0

In every container but the primary one Flyte writes requests and limits of cpu and
memory, "0" where nobody set them. With a request of its own such a container is
refused by the API server: the request must not exceed the limit of 0. Without one
it is accepted, but the defaults of a LimitRange do not apply to it any more.`,
	Help:     "set both requests and limits of cpu and memory in the sidecar",
	Severity: finding.Error, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, c := range h.containers {
			var refused, zero []string
			for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
				limit, ok := c.final.Resources.Limits[name]
				if !ok || !limit.IsZero() || c.raw == nil || c.name == h.b.primary && !c.init {
					continue
				}
				if request := c.final.Resources.Requests[name]; request.IsZero() {
					zero = append(zero, string(name))
				} else {
					refused = append(refused, string(name))
				}
			}
			path := c.path.Child("resources.limits")
			if len(refused) > 0 {
				h.report(path, slices.Concat(firsts(h.at(path.Key(refused[0])), h.at(c.path.Child("resources.requests").Key(refused[0])))),
					"the limit of %s is 0, below the request", list(refused))
			}
			if len(zero) > 0 {
				h.reportAs(finding.Info, path, slices.Concat(firsts(h.at(path.Key(zero[0]))), h.at(c.path.Child("name"))),
					"the limit of %s is 0, because none is set", list(zero))
			}
		}
	},
}

var requestOverLimit = &Hazard{
	ID: "merge-request-exceeds-limit",
	Doc: `request and limit of a resource come from different sides and do not fit

Resources are merged key by key, requests and limits apart, and after merging nobody
checks them against each other: a template's request meets the task's limit. The
API server refuses a request above its limit, and for resources such as GPUs a
request that is not equal to its limit.`,
	Help:     "set request and limit of a resource on the same side",
	Severity: finding.Error, Profiles: inBoth,
	check: func(h *hazardPass) {
		if r := h.pod.Spec.Resources; r != nil { // those of the Pod as a whole
			h.checkRequests("spec.resources", r.Requests, r.Limits)
		}
		for _, c := range h.containers {
			h.checkRequests(c.path.Child("resources"), c.final.Resources.Requests, c.final.Resources.Limits)
		}
	},
}

// checkRequests reports the requests that do not fit their limits, if the two come
// from different sides.
func (h *hazardPass) checkRequests(path provenance.Path, requests, limits corev1.ResourceList) {
	for _, name := range slices.Sorted(maps.Keys(requests)) {
		request := requests[name]
		limit, limited := limits[name]
		rp := path.Child("requests").Key(string(name))
		above, below := h.at(rp), h.at(path.Child("limits").Key(string(name)))
		switch {
		case !limited:
			if isExtended(name) && fromTemplate(above) {
				h.report(rp, firsts(above), "%s is requested %s, without a limit", name, request.String())
			}
		case limit.IsZero() && isBasic(name): // see zeroLimit
		case request.Cmp(limit) == 0, request.Cmp(limit) < 0 && !isExtended(name):
		case !sameLayer(above, below): // otherwise it is one side's own mistake
			h.report(rp, firsts(above, below), "%s is requested %s, with a limit of %s", name, request.String(), limit.String())
		}
	}
}

func isBasic(name corev1.ResourceName) bool {
	return name == corev1.ResourceCPU || name == corev1.ResourceMemory
}

// isExtended reports whether request and limit of a resource must be equal.
func isExtended(name corev1.ResourceName) bool {
	domain, _, ok := strings.Cut(string(name), "/")
	return ok && !strings.HasSuffix(domain, "kubernetes.io") || strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix)
}

var resourceNameKept = &Hazard{
	ID: "merge-resource-name-kept",
	Doc: `a resource keeps a name that Kubernetes does not know

Flyte turns the generic name gpu into that of the accelerator's resource, and drops
the storage of a container task. Elsewhere it does not: gpu in a template (and in
Flyte 1.16 in the resources of a node), and storage in the resources of a node, go
into the Pod as they are, and the API server refuses it.`,
	Help:     "write nvidia.com/gpu (or the name of your accelerator's resource) and ephemeral-storage",
	Severity: finding.Error, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, c := range h.containers {
			for _, side := range resourceSides {
				for _, name := range []corev1.ResourceName{genericGPU, corev1.ResourceStorage} {
					if own := c.raw != nil && has(side.get(c.raw), name); has(side.get(c.final), name) && !own {
						path := c.path.Child("resources." + side.name).Key(string(name))
						h.report(path, h.at(path), "there is no resource %s in Kubernetes", name)
					}
				}
			}
		}
	},
}

var gpuNameFixed = &Hazard{
	ID: "merge-gpu-name-fixed",
	Doc: `a container task's GPU is always nvidia.com/gpu

Flyte 1.16 calls the GPU of a container task nvidia.com/gpu, whatever
gpu-resource-name says. With another name configured it is then an ordinary
resource: without node selectors, tolerations, defaults or limits of the platform.`,
	Help:     "use a pod template with the resource's own name",
	Severity: finding.Warning, Profiles: inV1,
	check: func(h *hazardPass) {
		if h.in.Task.Container == nil || h.b.cfg.GPUResourceName == string(nvidiaGPU) {
			return
		}
		for _, c := range h.containers {
			for _, side := range resourceSides {
				path := c.path.Child("resources." + side.name).Key(string(nvidiaGPU))
				if o := h.at(path); has(side.get(c.final), nvidiaGPU) && c.raw != nil && has(side.get(c.raw), nvidiaGPU) {
					h.report(path, slices.Concat(firsts(o), h.config("gpu-resource-name")), "the task's gpu is %s, not %s", nvidiaGPU, h.b.cfg.GPUResourceName)
					return
				}
			}
		}
	},
}

func has(list corev1.ResourceList, name corev1.ResourceName) bool {
	_, ok := list[name]
	return ok
}

var resourcesSpread = &Hazard{
	ID: "merge-template-resources-spread",
	Doc: `a sidecar gets the accelerator of the template's primary container

Flyte 1.16 completes the resources of every container of the task from one container
of the template: its namesake, else primary, else default, for sidecars as well. A
GPU that the template's primary has is thus asked for by each sidecar.`,
	Help:     "add a container of the sidecar's name to the template, with the resources that it shall have",
	Issue:    "https://github.com/flyteorg/flyte/pull/6483",
	Severity: finding.Warning, Profiles: inV1,
	check: func(h *hazardPass) {
		for _, c := range h.containers {
			if c.raw == nil || c.name == h.b.primary && !c.init {
				continue
			}
			for _, name := range slices.Sorted(maps.Keys(c.final.Resources.Limits)) {
				path := c.path.Child("resources.limits").Key(string(name))
				o := h.at(path)
				if !isExtended(name) || has(c.raw.Resources.Limits, name) || h.namesake(c) || len(o) == 0 || !isTemplate(o[0].Layer) {
					continue
				}
				h.report(path, o, "%s of the template's primary container is given to %s too", name, c.name)
			}
		}
	},
}

// namesake reports whether a template has a container of c's own name.
func (h *hazardPass) namesake(c *hazardContainer) bool {
	return slices.ContainsFunc(h.templates, func(t *hazardTemplate) bool {
		from := t.spec.Containers
		if c.init {
			from = t.spec.InitContainers
		}
		return slices.ContainsFunc(from, func(have corev1.Container) bool { return have.Name == c.name })
	})
}
