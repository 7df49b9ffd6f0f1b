package flyte

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

// What a template says and no Pod ever sees.

var containerDropped = &Hazard{
	ID: "merge-container-dropped",
	Doc: `a container of the template is dropped

The final Pod has exactly the containers of the task. A container of a template
applies only if it is called default (to all of them), primary (to the primary
one) or like a container of the task; any other, such as a sidecar for a service
mesh or for metrics, is dropped without a word. Its volumes stay.`,
	Help:     "add the container to the task's own pod template, or have a webhook inject it",
	Issue:    upstream(2768),
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, t := range h.templates {
			for i := range t.spec.Containers {
				c := &t.spec.Containers[i]
				if name := c.Name; name == containerMagic.all || name == containerMagic.primary || h.applies(t, c) {
					continue
				}
				if c.Name == h.b.primary {
					continue // see primaryNamesake
				}
				h.report("spec.containers", hazardPart{t, c, false, i}.origins(),
					"container %s of the %s is dropped: the task has none of that name", c.Name, t.title)
			}
		}
	},
}

// applies reports whether c, a container of t, is a part of a container of the
// final Pod.
func (h *hazardPass) applies(t *hazardTemplate, c *corev1.Container) bool {
	return slices.ContainsFunc(h.containers, func(made *hazardContainer) bool {
		return slices.ContainsFunc(made.applied, func(part hazardPart) bool { return part.container == c })
	})
}

var initContainerDropped = &Hazard{
	ID: "merge-init-container-dropped",
	Doc: `an init container of the template is dropped

The final Pod has exactly the init containers of the task (and those of copilot).
An init container of a template applies only if it is called default-init (to all
of them) or like an init container of the task; any other, such as one that
fetches data, is dropped without a word. Its volumes stay.`,
	Help:     "add the init container to the task's own pod template, or have a webhook inject it",
	Issue:    upstream(6204),
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, t := range h.templates {
			for i := range t.spec.InitContainers {
				c := &t.spec.InitContainers[i]
				if name := c.Name; name == initContainerMagic.all || name == initContainerMagic.primary || h.applies(t, c) {
					continue
				}
				h.report("spec.initContainers", hazardPart{t, c, true, i}.origins(),
					"init container %s of the %s is dropped: the task has none of that name", c.Name, t.title)
			}
		}
	},
}

var primaryInitDead = &Hazard{
	ID: "merge-primary-init-unused",
	Doc: `the template's primary-init container applies to nothing

An init container called primary-init is documented to apply to the primary init
container. Flyte 2 never has one, so it applies to nothing; Flyte 1.16 has one
only for tasks with copilot and inputs, where it is copilot's downloader.`,
	Help:     "use default-init, which applies to every init container of the task, or the init container's own name",
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, t := range h.templates {
			for i := range t.spec.InitContainers {
				c := &t.spec.InitContainers[i]
				if c.Name != initContainerMagic.primary || h.applies(t, c) {
					continue
				}
				h.report("spec.initContainers", hazardPart{t, c, true, i}.origins(),
					"%s of the %s applies to nothing: the task has no primary init container", c.Name, t.title)
			}
		}
	},
}

var primaryNamesake = &Hazard{
	ID: "merge-primary-namesake-ignored",
	Doc: `a template's container with the primary container's own name is not merged

Flyte 1.16 matches containers by name, but not the primary one: to that only
default and primary apply. Of a container of the template that is called like the
primary container of the task, only the resources are looked at. Flyte 2 does
match it.`,
	Help:     "call the template's container primary",
	Severity: finding.Warning, Profiles: inV1,
	check: func(h *hazardPass) {
		for _, t := range h.templates {
			for i := range t.spec.Containers {
				c := &t.spec.Containers[i]
				if c.Name != h.b.primary || c.Name == containerMagic.all || c.Name == containerMagic.primary || h.applies(t, c) {
					continue
				}
				h.report("spec.containers", hazardPart{t, c, false, i}.origins(),
					"container %s of the %s is not merged, because the primary container is called that", c.Name, t.title)
			}
		}
	},
}

var deviceClassMetadata = &Hazard{
	ID: "merge-device-class-metadata-ignored",
	Doc: `metadata of a device class's pod template is ignored

Of the pod-template of an accelerator-device-class only the spec is merged. Its
labels and annotations reach no Pod, although those of a base PodTemplate do.`,
	Help:     "put the labels and annotations into the base PodTemplate, default-labels or default-annotations",
	Severity: finding.Warning, Profiles: inV2,
	check: func(h *hazardPass) {
		for _, t := range h.templates {
			if t.layer != "device-class" {
				continue
			}
			for _, m := range []struct {
				field         string
				written, have map[string]string
			}{{"labels", t.meta.Labels, h.pod.Labels}, {"annotations", t.meta.Annotations, h.pod.Annotations}} {
				if lost := missing(m.written, m.have); len(lost) > 0 {
					h.report("metadata", t.origins(at(t.tree(), "metadata", m.field)), "%s %s of the %s are ignored", m.field, list(lost), t.title)
				}
			}
		}
	},
}

var templateImage = &Hazard{
	ID: "merge-template-image-ignored",
	Doc: `the image of a template's container never wins

The task's containers have an image already when the template is merged under
them, so the template's image is used only for a container without one. The API
server wants an image in every container of a PodTemplate; it may as well be a
placeholder. The container called default, and images that are called noop, pause or
placeholder, are left out of this finding.`,
	Help:     "set the image in the task, or in the task's own pod template",
	Issue:    upstream(3624),
	Severity: finding.Info, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, c := range h.containers {
			for _, part := range c.applied {
				image := part.container.Image
				if name := part.container.Name; name == containerMagic.all || name == initContainerMagic.all || image == c.final.Image || isPlaceholder(image) {
					continue
				}
				path := c.path.Child("image")
				h.report(path, append(h.at(path), part.origins("image")...),
					"image %s of %s in the %s is not used: the container has one already", image, part.container.Name, part.template.title)
			}
		}
	},
}

// isPlaceholder reports whether nobody means image to be run.
func isPlaceholder(image string) bool {
	name := image[strings.LastIndex(image, "/")+1:]
	return image == "" || slices.ContainsFunc([]string{"noop", "pause", "placeholder"}, func(s string) bool { return strings.Contains(name, s) })
}

var taskMetadataIgnored = &Hazard{
	ID: "merge-task-metadata-ignored",
	Doc: `labels and annotations of the task's metadata do not reach the Pod

Flyte 1.16 puts the labels and annotations of TaskTemplate.metadata.metadata on the
Pod; Flyte 2 does not read them.`,
	Help:     "put them into the task's pod template",
	Severity: finding.Warning, Profiles: inV2,
	check: func(h *hazardPass) {
		m := h.in.Task.Metadata
		if m == nil || m.Metadata == nil {
			return
		}
		tree := lazyTree(h.taskTree)
		for _, m := range []struct {
			field         string
			written, have map[string]string
		}{{"labels", m.Metadata.Labels, h.pod.Labels}, {"annotations", m.Metadata.Annotations, h.pod.Annotations}} {
			if lost := missing(m.written, m.have); len(lost) > 0 {
				h.report("metadata", nearestOrigin(at(tree(), "metadata", "metadata", m.field)), "%s %s of the task's metadata are ignored", m.field, list(lost))
			}
		}
	},
}

var overrideMetadataIgnored = &Hazard{
	ID: "merge-override-without-spec-ignored",
	Doc: `a node's pod template without a pod spec is ignored

A node's pod template counts only if it has a pod spec, which then replaces the
task's as a whole. One that has just labels and annotations does nothing.`,
	Help:     "put the labels and annotations into the task's pod template",
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		over := h.b.exec.Overrides.PodTemplate
		if over == nil || over.PodSpec != nil || over.PodSpecError != nil || over.Metadata == nil {
			return
		}
		if lost := append(missing(over.Metadata.Labels, h.pod.Labels), missing(over.Metadata.Annotations, h.pod.Annotations)...); len(lost) > 0 {
			h.report("metadata", h.execution("overrides", "podTemplate"), "%s of the node's pod template %s ignored: it has no pod spec", list(lost), is(lost))
		}
	},
}

var overrideReplacesSpec = &Hazard{
	ID: "merge-override-replaces-spec",
	Doc: `a node's pod template replaces the task's pod spec as a whole

A pod template in with_overrides is not merged: its pod spec takes the place of
the task's, of a container task's image, command, args and environment too. What
it does not repeat is gone.`,
	Help:     "repeat in the node's pod template what the task needs: image, args, environment, volumes",
	Issue:    upstream(5683),
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		over := h.b.exec.Overrides.PodTemplate
		if over == nil || over.PodSpec == nil {
			return
		}
		if lost := h.lostToOverride(); len(lost) > 0 {
			h.report("spec", append(h.execution("overrides", "podTemplate"), h.taskOrigins()...),
				"the node's pod template replaces the task's pod spec: %s %s gone", list(lost), is(lost))
		}
	},
}

// lostToOverride names what the task says about its primary container and the
// raw pod, which a node's pod template replaced, does not have.
func (h *hazardPass) lostToOverride() []string {
	var args, command []string
	var env []corev1.EnvVar
	var image string
	switch {
	case h.in.Task.Container != nil:
		c := h.in.Task.Container
		image, args, command = c.Image, c.Args, c.Command
		for _, kv := range c.Env {
			env = append(env, corev1.EnvVar{Name: kv.Key, Value: kv.Value})
		}
	case h.in.Task.K8sPod != nil && h.in.Task.K8sPod.PodSpec != nil:
		name := h.in.Task.Config[primaryContainerKey]
		for _, c := range h.in.Task.K8sPod.PodSpec.Containers {
			if c.Name == name {
				image, args, command, env = c.Image, c.Args, c.Command, c.Env
			}
		}
	}
	i := slices.IndexFunc(h.raw.Containers, func(c corev1.Container) bool { return c.Name == h.b.primary })
	if i < 0 {
		return nil
	}
	have := &h.raw.Containers[i]
	var lost []string
	if image != "" && have.Image != image && h.b.exec.Overrides.ContainerImage == "" {
		lost = append(lost, "image")
	}
	if len(command) > 0 && !slices.Equal(have.Command, command) {
		lost = append(lost, "command")
	}
	if len(args) > 0 && !slices.Equal(have.Args, args) {
		lost = append(lost, "args")
	}
	for _, e := range env {
		if !slices.ContainsFunc(have.Env, func(v corev1.EnvVar) bool { return v.Name == e.Name }) {
			lost = append(lost, "env "+e.Name)
		}
	}
	return lost
}
