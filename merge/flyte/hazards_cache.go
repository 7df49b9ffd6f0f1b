package flyte

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

var templateLeak = &Hazard{
	ID: "merge-template-leak",
	Doc: `the Pod leaves traces in the cached template, for the Pods after it

Flyte 2 merges the task into the very PodTemplate that its cache holds, or into parts
of it. What this task sets (environment variables with their secrets, arguments,
privileged, capabilities) is in the template afterwards, and in the Pod of every
task that is built from it next, until the template is edited or Flyte restarts. It
happens to a container of the template that is matched by its own name, and to
structs that only one of default and primary has. Flyte 1.16 copies the template.`,
	Help:     "use only default or only primary in the template, and no container with another name",
	Issue:    upstream(6529),
	Severity: finding.Error, Profiles: inV2,
	check: func(h *hazardPass) {
		m := &templateMerge{p: h.p, primary: h.b.primary, primaryInit: h.b.primaryInit}
		task := h.task.DeepCopy()
		for _, t := range slices.Backward(h.templates) {
			cached := t.spec.DeepCopy()
			merged, _ := m.merge(tracedSpec{spec: cached}, tracedSpec{spec: task})
			task = merged.DeepCopy()
			if !equality.Semantic.DeepEqual(t.spec, cached) {
				h.reportLeak(t, cached)
			}
		}
	},
}

// reportLeak reports the containers of t that differ in the cache afterwards.
func (h *hazardPass) reportLeak(t *hazardTemplate, cached *corev1.PodSpec) {
	for _, l := range []struct {
		path          provenance.Path
		init          bool
		before, after []corev1.Container
	}{
		{"spec.containers", false, t.spec.Containers, cached.Containers},
		{"spec.initContainers", true, t.spec.InitContainers, cached.InitContainers},
	} {
		for i := range l.before {
			if changed := changedFields(&l.before[i], &l.after[i]); len(changed) > 0 {
				severity := finding.Warning
				if slices.ContainsFunc(changed, leaksRights) {
					severity = finding.Error
				}
				part := hazardPart{t, &l.before[i], l.init, i}
				path := h.pathOf(part, l.path)
				h.reportAs(severity, path, slices.Concat(part.origins(), h.leaking(path, changed)),
					"%s of this task stay in container %s of the cached %s", list(changed), l.before[i].Name, t.title)
			}
		}
	}
}

// leaking returns where the task, not the template, says something that stays in
// the cache: in the fields of the container at path.
func (h *hazardPass) leaking(path provenance.Path, fields []string) []provenance.Origin {
	for _, field := range fields {
		i, _ := slices.BinarySearch(h.paths, path.Child(field))
		for ; i < len(h.paths) && h.paths[i].Under(path.Child(field)); i++ {
			if o, _ := h.fields.Winner(h.paths[i]); !isTemplate(o.Layer) && o.Pos.IsValid() {
				return []provenance.Origin{o}
			}
		}
	}
	return nil
}

// changedFields returns the fields of a container that differ, sorted, but for
// those that Flyte sets anew in each Pod: image, cpu and memory.
func changedFields(before, after *corev1.Container) []string {
	b, a := durable(before), durable(after)
	var changed []string
	for k, v := range a {
		if provenance.JSON(v) != provenance.JSON(b[k]) {
			changed = append(changed, k)
		}
	}
	slices.Sort(changed)
	return changed
}

// durable is what of a container in the cache reaches the next Pod.
func durable(c *corev1.Container) map[string]any {
	c = c.DeepCopy()
	c.Image = ""
	for _, list := range []corev1.ResourceList{c.Resources.Requests, c.Resources.Limits} {
		delete(list, corev1.ResourceCPU)
		delete(list, corev1.ResourceMemory)
	}
	obj, _ := generic(c).(map[string]any)
	return obj
}

// leaksRights reports whether a field can hold secrets or rights.
func leaksRights(field string) bool {
	return strings.HasPrefix(field, "env") || field == "securityContext" || field == "volumeMounts"
}

// pathOf returns the path of the container of the final Pod that part applies to.
func (h *hazardPass) pathOf(part hazardPart, list provenance.Path) provenance.Path {
	for _, c := range h.containers {
		if slices.ContainsFunc(c.applied, func(p hazardPart) bool { return p.container == part.container }) {
			return c.path
		}
	}
	return list
}
