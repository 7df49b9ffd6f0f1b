package policies

import (
	"encoding/json"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// TemplateDefaultOverrides reports what primary says otherwise than default.
var TemplateDefaultOverrides = &Policy{
	ID: "template-default-overrides",
	Doc: `default and primary conflict

Both containers of a cluster's PodTemplate apply to a task's primary container: default first, then primary over it. Where both set a field, what default says holds for the other containers only.`,
	Help:     "set the field on one of them",
	Group:    "flyte",
	Severity: finding.Info,
	Default:  true,
	Stage:    Authored,
	Check: func(p *Pass) {
		if !p.Subject.isBaseTemplate() {
			return
		}
		spec := &p.Pod.Spec
		compareDefaults(p, "spec.containers", find(spec.Containers, "default"), find(spec.Containers, "primary"))
		compareDefaults(p, "spec.initContainers", find(spec.InitContainers, "default-init"), find(spec.InitContainers, "primary-init"))
	},
}

func find(containers []corev1.Container, name string) *corev1.Container {
	for i := range containers {
		if containers[i].Name == name {
			return &containers[i]
		}
	}
	return nil
}

// compareDefaults reports the scalar fields that both containers set, but not
// to the same. Name and image are not compared: the one must differ, the other
// is a placeholder.
func compareDefaults(p *Pass, list provenance.Path, a, b *corev1.Container) {
	if a == nil || b == nil {
		return
	}
	lower, upper := leaves(a), leaves(b)
	for _, at := range sortedKeys(upper) {
		if v, ok := lower[at]; ok && v != upper[at] && at != "name" && at != "image" {
			p.Report(join(list.Key(b.Name), provenance.Path(at)), "%s sets %s to %s, over %s of %s", b.Name, at, upper[at], v, a.Name)
		}
	}
}

// leaves returns the scalars of a container by their path in it. Lists without
// keys are left out: merging appends them.
func leaves(c *corev1.Container) map[string]string {
	var obj any
	data, err := json.Marshal(c)
	if err != nil || json.Unmarshal(data, &obj) != nil {
		return nil
	}
	out := map[string]string{}
	for at, v := range provenance.Leaves(obj) {
		segs := at.Segments()
		if provenance.IsLeaf(v) && segs[len(segs)-1].Kind != provenance.Index {
			out[string(at)] = provenance.JSON(v)
		}
	}
	return out
}
