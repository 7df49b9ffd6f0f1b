package flyte

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// What becomes of a task's own pod template when flytekit registers the task.

// authoredPrimary returns the primary container of the task's pod template as its
// author wrote it, and its path there; nil if it is not known or there is none.
func (h *hazardPass) authoredPrimary() (*corev1.Container, provenance.Path) {
	t := h.in.AuthoredTemplate
	if h.in.Authored == nil || t == nil || t.Pod == nil {
		return nil, ""
	}
	name := t.PrimaryContainerName
	if name == "" {
		name = DefaultPrimaryContainer
	}
	for i := range t.Pod.Spec.Containers {
		if c := &t.Pod.Spec.Containers[i]; c.Name == name {
			return c, provenance.Path("spec.containers").Key(name)
		}
	}
	return nil, ""
}

// authoredOrigins returns the origins of the field of the task's pod template.
func (h *hazardPass) authoredOrigins(path provenance.Path) []provenance.Origin {
	if o := h.in.AuthoredTemplate.Fields.Deciding(path); len(o) > 0 {
		return o[:1]
	}
	return []provenance.Origin{{Layer: provenance.LayerTemplate}}
}

// primaryLookalikes are names that documentation gives to the primary container.
var primaryLookalikes = []string{"flytekit-container", DefaultPrimaryContainer}

var primaryBeside = &Hazard{
	ID: "merge-primary-beside",
	Doc: `a container that looks like the primary one is a sidecar

A pod template's primary container is the one that primaryContainerName names, and
"primary" where that is left out; some documentation calls it flytekit-container. Where
the template has no container of that name, flytekit adds one, and the task runs
there. What the template's author meant for the task, its resources, mounts and
variables, stays on a sidecar that runs beside it.`,
	Help:     "set primaryContainerName to the container's name, or rename the container",
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		t, final := h.in.AuthoredTemplate, h.primaryContainer()
		if c, _ := h.authoredPrimary(); c != nil || final == nil || t == nil || t.Pod == nil {
			return
		}
		for i := range t.Pod.Spec.Containers {
			name := t.Pod.Spec.Containers[i].Name
			if !slices.Contains(primaryLookalikes, name) || name == final.final.Name {
				continue
			}
			at := provenance.Path("spec.containers").Key(name)
			h.report(at, h.authoredOrigins(at.Child("name")), "container %s runs beside the task, which is in the container %s that flytekit adds",
				name, final.final.Name)
		}
	},
}

var registrationCommand = &Hazard{
	ID: "merge-pod-template-command-replaced",
	Doc: `command and args of the task's pod template are replaced

When flytekit registers a task with a pod template, it puts the task's command and
args in the place of those of the template's primary container. The template's are
lost, also where the task has none.`,
	Help:     "set command and args in the task",
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		c, path := h.authoredPrimary()
		if c == nil {
			return
		}
		final := h.primaryContainer()
		for _, l := range []struct {
			field          string
			template, task []string
		}{{"command", c.Command, h.in.Authored.Command}, {"args", c.Args, h.in.Authored.Args}} {
			if len(l.template) == 0 || slices.Equal(l.template, l.task) || final == nil {
				continue
			}
			at := final.path.Child(l.field)
			h.report(at, slices.Concat(firsts(h.at(at)), h.authoredOrigins(path.Child(l.field))),
				"%s %s of the pod template is replaced by the task's", l.field, shortened(provenance.JSON(l.template)))
		}
	},
}

var registrationResources = &Hazard{
	ID: "merge-pod-template-resources-replaced",
	Doc: `resources of the task's pod template are replaced as a whole

When the task asks for any resource, flytekit puts its requests and limits in the
place of all resources of the template's primary container: a GPU limit or a claim
of the template goes with them.`,
	Help:     "repeat in the task the resources that the template has",
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		c, path := h.authoredPrimary()
		final := h.primaryContainer()
		if c == nil || final == nil || !asksForAny(&h.in.Authored.Resources) {
			return
		}
		var lost []string
		for _, side := range resourceSides {
			for _, name := range slices.Sorted(maps.Keys(side.get(c))) {
				q := side.get(c)[name]
				have, ok := side.get(final.final)[h.finalName(name)]
				if !q.IsZero() && (!ok || have.Cmp(q) != 0) && !asksForSide(&h.in.Authored.Resources, name) {
					lost = append(lost, side.name+"."+string(name)+" "+q.String())
				}
			}
		}
		for _, claim := range c.Resources.Claims {
			if !slices.ContainsFunc(final.final.Resources.Claims, func(have corev1.ResourceClaim) bool { return have.Name == claim.Name }) {
				lost = append(lost, "claim "+claim.Name)
			}
		}
		if len(lost) > 0 {
			at := final.path.Child("resources")
			h.report(at, slices.Concat(h.authoredResources(), h.authoredOrigins(path.Child("resources"))),
				"%s of the pod template %s lost: the task has resources of its own", list(lost), is(lost))
		}
	},
}

// authoredResources returns the origins of the task's resources, as its pod has
// them.
func (h *hazardPass) authoredResources() []provenance.Origin {
	for _, path := range h.paths {
		if c := h.primaryContainer(); c != nil && path.Under(c.path.Child("resources")) {
			for _, o := range h.fields[path] {
				if o.Layer == provenance.LayerTask {
					return []provenance.Origin{o}
				}
			}
		}
	}
	return nil
}

// finalName is the name that the resource has in the Pod.
func (h *hazardPass) finalName(name corev1.ResourceName) corev1.ResourceName {
	if name == genericGPU {
		return h.b.acceleratorResource()
	}
	return name
}

func asksForAny(r *AuthoredResources) bool {
	for _, list := range []map[string]QuantityText{r.Requests, r.Limits} {
		for _, text := range list {
			if q, err := resource.ParseQuantity(string(text)); err == nil && !q.IsZero() {
				return true
			}
		}
	}
	return false
}

// asksForSide reports whether the task itself says something about the resource,
// by Kubernetes' name or by flytekit's.
func asksForSide(r *AuthoredResources, name corev1.ResourceName) bool {
	for _, list := range []map[string]QuantityText{r.Requests, r.Limits} {
		for key := range list {
			if key == string(name) || key == "gpu" && name == nvidiaGPU || flytekitResources[key] == string(name) {
				return true
			}
		}
	}
	return false
}

var overrideUnsupported = &Hazard{
	ID: "merge-override-unsupported",
	Doc: `Flyte 2 does not hand a node's overrides to the Pod

Image, pod template, accelerator and shared memory of with_overrides are in the code
that builds the Pod, but the executor of Flyte 2 hands over none of them. The Pod
that podcue makes for an execution has them, the cluster's will not; with an action
podcue leaves them out as well.`,
	Help:     "set them in the task",
	Issue:    upstream(6463),
	Severity: finding.Warning, Profiles: inV2,
	check: func(h *hazardPass) {
		over := h.b.exec.Overrides
		var lost []string
		var origins []provenance.Origin
		add := func(has bool, what, field string) {
			if has {
				lost = append(lost, what)
				origins = append(origins, h.execution("overrides", field)...)
			}
		}
		add(over.ContainerImage != "", "image", "containerImage")
		add(over.PodTemplate != nil && over.PodTemplate.PodSpec != nil, "pod template", "podTemplate")
		add(over.ExtendedResources != nil && over.ExtendedResources.GPUAccelerator != nil, "accelerator", "extendedResources")
		add(over.ExtendedResources != nil && over.ExtendedResources.SharedMemory != nil, "shared memory", "extendedResources")
		if a := h.in.Authored; a != nil && h.in.fromAction { // they did not even get here
			add(a.Overrides.Image != "", "image", "containerImage")
			add(a.Overrides.PodTemplate != nil, "pod template", "podTemplate")
			add(a.Overrides.Accelerator != nil, "accelerator", "extendedResources")
			add(a.Overrides.SharedMemory != nil, "shared memory", "extendedResources")
			add(a.Overrides.Resources != nil, "resources", "resources")
		}
		if len(lost) > 0 {
			h.report("spec", origins, "%s of the node %s not handed over by Flyte 2", list(lost), is(lost))
		}
	},
}
