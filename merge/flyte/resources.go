package flyte

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/podcue/podcue/provenance"
)

const (
	genericGPU = corev1.ResourceName("gpu") // stands for the accelerator's own name
	nvidiaGPU  = corev1.ResourceName("nvidia.com/gpu")
)

// A resourceMode says how the resources of a container are completed.
type resourceMode int

const (
	// keepInRange only lowers what exceeds a limit, but always writes cpu and
	// memory, as 0 where there is none.
	keepInRange resourceMode = iota
	// mergeAndDefault takes the node's overrides and fills in defaults.
	mergeAndDefault
)

// customizeResources completes the resources of one container of the task.
func (b *builder) customizeResources(c *corev1.Container, t *provenance.Tree, mode resourceMode, init bool) {
	r := &c.Resources
	accelerator := b.acceleratorResource()
	renameGPU(r.Requests, t.Field("requests"), accelerator)
	renameGPU(r.Limits, t.Field("limits"), accelerator)
	if r.Requests == nil {
		r.Requests = corev1.ResourceList{}
	}
	if r.Limits == nil {
		r.Limits = corev1.ResourceList{}
	}
	if over := b.exec.Overrides.Resources; over != nil && mode == mergeAndDefault {
		src := at(b.execSrc, "overrides", "resources")
		b.overrideResources(r.Requests, over.Requests, t.Field("requests"), at(src, "requests"), accelerator)
		b.overrideResources(r.Limits, over.Limits, t.Field("limits"), at(src, "limits"), accelerator)
	}
	if pick, src := b.pickTemplateResources(c.Name, init); pick != nil {
		fillMissing(r.Requests, pick.Requests, t.Field("requests"), at(src, "requests"))
		fillMissing(r.Limits, pick.Limits, t.Field("limits"), at(src, "limits"))
	}
	b.adjust(r, t, mode, corev1.ResourceCPU)
	b.adjust(r, t, mode, corev1.ResourceMemory)
	for _, name := range b.acceleratorResources() {
		b.adjustPresent(r, t, mode, name)
	}
	b.adjustPresent(r, t, mode, corev1.ResourceEphemeralStorage)
}

// adjustPresent is adjust for a resource that counts only where it is asked for.
func (b *builder) adjustPresent(r *corev1.ResourceRequirements, t *provenance.Tree, mode resourceMode, name corev1.ResourceName) {
	_, requested := r.Requests[name]
	_, limited := r.Limits[name]
	if requested || limited {
		b.adjust(r, t, mode, name)
	}
}

// renameGPU gives the generic key gpu the name of the accelerator's resource.
func renameGPU(list corev1.ResourceList, t *provenance.Tree, name corev1.ResourceName) {
	q, ok := list[genericGPU]
	if !ok || name == genericGPU {
		return
	}
	list[name] = q
	delete(list, genericGPU)
	if t != nil {
		t.Field(string(name)).Set(t.Lookup(string(genericGPU)).Ruled("gpu-resource-name")...)
		t.SetField(string(genericGPU), nil)
	}
}

// overrideResources puts the entries of over above those of list.
func (b *builder) overrideResources(list, over corev1.ResourceList, t, src *provenance.Tree, accelerator corev1.ResourceName) {
	for name, q := range over {
		to := name
		if _, both := over[accelerator]; name == genericGPU && b.p.deviceClasses {
			to = accelerator
		} else if _, generic := over[genericGPU]; both && generic && name == accelerator && b.p.deviceClasses {
			continue // the generic key replaces it
		}
		list[to] = q.DeepCopy()
		if t != nil {
			from(t.Field(string(to)), src.Lookup(string(name)), "override-resources")
		}
	}
}

// fillMissing adds the entries of src that list does not have.
func fillMissing(list, src corev1.ResourceList, t, st *provenance.Tree) {
	for name, q := range src {
		if _, ok := list[name]; ok {
			continue
		}
		list[name] = q.DeepCopy()
		if t != nil {
			from(t.Field(string(name)), st.Lookup(string(name)), "template-resources")
		}
	}
}

// pickTemplateResources returns the resources of the one container of the base
// template that count for the task's container name: the first one of the same
// name, else the first primary, else the first default one. They are never
// combined, and an entry without resources hides those after it.
func (b *builder) pickTemplateResources(name string, init bool) (*corev1.ResourceRequirements, *provenance.Tree) {
	if !b.p.templateResources || b.base == nil {
		return nil, nil
	}
	list, field, magic := b.base.template.Spec.Containers, "containers", containerMagic
	if init {
		list, field, magic = b.base.template.Spec.InitContainers, "initContainers", initContainerMagic
	}
	for _, want := range []string{name, magic.primary, magic.all} {
		if i := slices.IndexFunc(list, func(c corev1.Container) bool { return c.Name == want }); i >= 0 {
			return &list[i].Resources, at(item(at(b.base.tree, "spec", field), i), "resources")
		}
	}
	return nil, nil
}

// An amount is a quantity with its origins; nil origins: nobody set it, or
// provenance is off.
type amount struct {
	q       resource.Quantity
	origins []provenance.Origin
}

func readAmount(list corev1.ResourceList, t *provenance.Tree, name corev1.ResourceName) amount {
	return amount{list[name], t.Lookup(string(name)).Origins()}
}

// by is the amount with rule as the rule by which it counts elsewhere.
func (a amount) by(rule string) amount {
	if len(a.origins) == 0 {
		return a
	}
	last := a.origins[len(a.origins)-1]
	last.Rule = rule
	return amount{a.q, []provenance.Origin{last}}
}

// atMost lowers a to max, by rule. Zero means that there is no bound.
func (a amount) atMost(max amount, rule string) amount {
	if a.q.IsZero() || max.q.IsZero() || a.q.Cmp(max.q) <= 0 {
		return a
	}
	return amount{max.q, append(slices.Clip(a.origins), max.by(rule).origins...)}
}

// adjust completes and bounds request and limit of one resource.
func (b *builder) adjust(r *corev1.ResourceRequirements, t *provenance.Tree, mode resourceMode, name corev1.ResourceName) {
	request, limit := readAmount(r.Requests, t.Lookup("requests"), name), readAmount(r.Limits, t.Lookup("limits"), name)
	if mode == mergeAndDefault {
		if request.q.IsZero() {
			if limit.q.IsZero() {
				request = b.defaultAmount(name)
			} else {
				request = limit.by("request-from-limit")
			}
		}
		if limit.q.IsZero() {
			limit = request.by("limit-from-request")
		}
	}
	var bound amount
	if platform := b.exec.PlatformResources; platform != nil {
		bound = readAmount(platform.Limits, at(b.execSrc, "platformResources", "limits"), name)
	}
	request = request.atMost(bound, "clamp-to-platform-limit")
	limit = limit.atMost(bound, "clamp-to-platform-limit")
	request = request.atMost(limit, "clamp-to-limit")
	writeAmount(r.Requests, t.Field("requests"), name, request)
	writeAmount(r.Limits, t.Field("limits"), name, limit)
}

func writeAmount(list corev1.ResourceList, t *provenance.Tree, name corev1.ResourceName, a amount) {
	list[name] = a.q
	if t == nil {
		return
	}
	node := t.Field(string(name))
	have := node.Origins()
	switch {
	case len(a.origins) == 0:
		won(node, a.q, flyteOrigin("zero-when-absent"))
	case len(have) > 0 && len(a.origins) >= len(have) && slices.Equal(have, a.origins[:len(have)]):
		node.Set(a.origins[len(have):]...) // the same, or lowered
	default:
		node.Set(a.origins...)
	}
}

// defaultAmount is the request of a container that names neither request nor
// limit: the platform's default, else that of the plugin's configuration.
func (b *builder) defaultAmount(name corev1.ResourceName) amount {
	if platform := b.exec.PlatformResources; platform != nil {
		if _, ok := platform.Requests[name]; ok {
			return readAmount(platform.Requests, at(b.execSrc, "platformResources", "requests"), name).by("platform-default")
		}
	}
	switch name {
	case corev1.ResourceCPU:
		return amount{b.cfg.DefaultCPURequest, at(b.cfgSrc, "default-cpus").Ruled("default-cpus")}
	case corev1.ResourceMemory:
		return amount{b.cfg.DefaultMemoryRequest, at(b.cfgSrc, "default-memory").Ruled("default-memory")}
	}
	return amount{}
}

// acceleratorResources returns the names of the resources that count as
// accelerators, sorted.
func (b *builder) acceleratorResources() []corev1.ResourceName {
	if b.accelerators == nil {
		b.accelerators = b.findAcceleratorResources()
	}
	return b.accelerators
}

func (b *builder) findAcceleratorResources() []corev1.ResourceName {
	names := map[corev1.ResourceName]bool{corev1.ResourceName(b.cfg.GPUResourceName): true}
	if b.p.deviceClasses {
		for _, class := range b.cfg.AcceleratorDeviceClasses {
			if class.ResourceName != "" {
				names[corev1.ResourceName(class.ResourceName)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}
