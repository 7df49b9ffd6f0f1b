package flyte

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// What becomes of the constraints on nodes.

// requiredTermsPath is where the required terms of a node affinity are.
const requiredTermsPath = provenance.Path("spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms")

// requiredTerms returns the terms of a's required node affinity that can match a
// node: an empty one matches none.
func requiredTerms(a *corev1.Affinity) []corev1.NodeSelectorTerm {
	if a == nil || a.NodeAffinity == nil || a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return nil
	}
	return a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms
}

// implies reports whether each node that meets term meets weaker: it has all of
// its expressions.
func implies(term, weaker corev1.NodeSelectorTerm) bool {
	for _, pair := range [][2][]corev1.NodeSelectorRequirement{{term.MatchExpressions, weaker.MatchExpressions}, {term.MatchFields, weaker.MatchFields}} {
		for _, want := range pair[1] {
			if !slices.ContainsFunc(pair[0], func(have corev1.NodeSelectorRequirement) bool { return provenance.JSON(have) == provenance.JSON(want) }) {
				return false
			}
		}
	}
	return true
}

func isEmpty(t corev1.NodeSelectorTerm) bool { return len(t.MatchExpressions)+len(t.MatchFields) == 0 }

var affinityOr = &Hazard{
	ID: "merge-affinity-alternatives",
	Doc: `required node affinity of two sources becomes a choice

Terms of a required node affinity are appended, and terms are alternatives: a node
that meets one of them will do. When the base template requires a node pool and the
task (or default-affinity, or the requirement for interruptible tasks) requires
something else, the Pod may run outside of the pool. It is an error where a
requirement of the platform does not hold.`,
	Help:     "repeat the template's requirements in the task's own term, or use a nodeSelector, which holds beside any term",
	Severity: finding.Error, Profiles: inBoth,
	check: func(h *hazardPass) {
		final := requiredTerms(h.pod.Spec.Affinity)
		type side struct {
			terms    []corev1.NodeSelectorTerm
			platform bool
			at       int // the place of the first one in the Pod
		}
		var sides []side
		n := 0
		for _, t := range h.templates {
			terms := requiredTerms(t.spec.Affinity)
			sides = append(sides, side{terms, true, n})
			n += len(terms)
		}
		sides = append(sides, side{requiredTerms(h.task.Affinity), h.platformTerms(n), n})
		sides = slices.DeleteFunc(sides, func(s side) bool { return len(s.terms) == 0 })
		if len(sides) < 2 {
			return
		}
		var origins []provenance.Origin
		severity := finding.Warning
		for _, s := range sides {
			escape := slices.IndexFunc(final, func(t corev1.NodeSelectorTerm) bool {
				return !isEmpty(t) && !slices.ContainsFunc(s.terms, func(own corev1.NodeSelectorTerm) bool { return !isEmpty(own) && implies(t, own) })
			})
			if escape < 0 {
				continue // every node that the Pod may run on meets the requirement
			}
			if s.platform {
				severity = finding.Error
			}
			origins = append(origins, firsts(h.at(requiredTermsPath.Index(escape)), h.at(requiredTermsPath.Index(s.at)))...)
		}
		if len(origins) > 0 {
			h.reportAs(severity, requiredTermsPath, origins, "required node affinity of %s and of %s are alternatives: a node that meets one of them will do",
				termTitle(origins[1:]), termTitle(origins))
		}
	},
}

// platformTerms reports whether the terms of the task, which begin at place n in
// the Pod, have requirements of the configuration in them.
func (h *hazardPass) platformTerms(n int) bool {
	for path, origins := range h.fields {
		if !path.Under(requiredTermsPath) {
			continue
		}
		if s := path.Segments(); len(s) > 5 && s[5].Kind == provenance.Index && s[5].Index >= n {
			if o := origins[len(origins)-1]; o.Layer == provenance.LayerConfig {
				return true
			}
		}
	}
	return false
}

func termTitle(origins []provenance.Origin) string {
	if len(origins) == 0 {
		return "the task"
	}
	return layerTitle(origins[0].Layer)
}

var acceleratorWithoutResource = &Hazard{
	ID: "merge-accelerator-without-resource",
	Doc: `an accelerator is asked for, but no container has a limit for it

Flyte sends a Pod to the nodes of an accelerator only if a container has a limit for
its resource (nvidia.com/gpu) after everything is merged. An accelerator alone
requests nothing and selects nothing: the task runs without a GPU.`,
	Help:     "set a limit for the accelerator's resource in the task: resources limits gpu",
	Issue:    "https://github.com/flyteorg/flyte-sdk/issues/1173",
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		gpu := h.b.extended.GPUAccelerator
		if gpu == nil || gpu.Device == "" && gpu.PartitionSize == nil && gpu.Unpartitioned == nil {
			return
		}
		names := h.b.acceleratorResources()
		for _, c := range h.pod.Spec.Containers {
			if slices.ContainsFunc(names, func(n corev1.ResourceName) bool { return has(c.Resources.Limits, n) }) {
				return
			}
		}
		h.report("spec.affinity", h.accelerator(), "accelerator %s has no effect: no container has a limit of %s", gpu.Device, h.b.acceleratorResource())
	},
}

// accelerator returns the origins of the task's accelerator, or of the node's.
func (h *hazardPass) accelerator() []provenance.Origin {
	if o := h.b.exec.Overrides.ExtendedResources; o != nil && o.GPUAccelerator != nil {
		return h.execution("overrides", "extendedResources", "gpuAccelerator")
	}
	return nearestOrigin(at(h.taskTree(), "extendedResources", "gpuAccelerator"))
}

var deviceNotMapped = &Hazard{
	ID: "merge-device-not-mapped",
	Doc: `an accelerator device is not found in accelerator-devices

Devices are looked up in upper case. A key of accelerator-devices that is not in
upper case is never found: each key of a plain map, which the loader lower-cases,
and Flyte's own L40s. The device's name is then used as the node label's value, as
it is, and the Pod finds no node.`,
	Help:     "write accelerator-devices as a list of maps with one upper-case key each, or name the device as the nodes are labelled",
	Severity: finding.Warning, Profiles: inV2,
	check: func(h *hazardPass) {
		gpu := h.b.extended.GPUAccelerator
		if gpu == nil || gpu.Device == "" {
			return
		}
		upper := strings.ToUpper(gpu.Device)
		if _, ok := h.b.cfg.AcceleratorDevices[upper]; ok {
			return
		}
		for key, label := range h.b.cfg.AcceleratorDevices {
			if strings.ToUpper(key) == upper && label != gpu.Device && h.requiresDevice(gpu.Device) {
				h.report("spec.affinity", slices.Concat(h.accelerator(), h.config("accelerator-devices", key)),
					"device %s is not taken for %s: the key %s is not in upper case", gpu.Device, label, key)
				return
			}
		}
	},
}

// requiresDevice reports whether the Pod has a requirement with the value device.
func (h *hazardPass) requiresDevice(device string) bool {
	for _, t := range requiredTerms(h.pod.Spec.Affinity) {
		for _, e := range t.MatchExpressions {
			if slices.Contains(e.Values, device) {
				return true
			}
		}
	}
	return false
}

var deviceClassUnknown = &Hazard{
	ID: "merge-device-class-unknown",
	Doc: `the accelerator's device class is not configured

accelerator-device-classes that is given replaces Flyte's five classes, all of them.
A task of a class that is not in it gets the resource and node labels of
gpu-resource-name and the other gpu- keys: those of another device.`,
	Help:     "add the class to accelerator-device-classes, beside Flyte's own ones that are in use",
	Severity: finding.Warning, Profiles: inV2,
	check: func(h *hazardPass) {
		gpu := h.b.extended.GPUAccelerator
		if gpu == nil || gpu.DeviceClass == "" {
			return
		}
		if _, ok := h.b.cfg.AcceleratorDeviceClasses[gpu.DeviceClass]; !ok {
			h.report("spec.containers", slices.Concat(h.accelerator(), h.config("accelerator-device-classes")),
				"device class %s is not configured: %s is used", gpu.DeviceClass, h.b.acceleratorResource())
		}
	},
}

var extendedTolerations = &Hazard{
	ID: "merge-extended-tolerations-unused",
	Doc: `add-tolerations-for-extended-resources does not reach ordinary tasks

The key makes Ray, Spark and other plugins tolerate the taint of a resource that a
container asks for. The pod plugin, which runs ordinary tasks, does not look at it:
the Pod stays pending if the nodes are tainted.`,
	Help:     "use resource-tolerations",
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		for i, name := range h.b.cfg.AddTolerationsForExtendedResources {
			tol := corev1.Toleration{Key: name, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoSchedule}
			asks := slices.ContainsFunc(h.containers, func(c *hazardContainer) bool {
				return has(c.final.Resources.Requests, corev1.ResourceName(name)) || has(c.final.Resources.Limits, corev1.ResourceName(name))
			})
			tolerated := slices.ContainsFunc(h.pod.Spec.Tolerations, func(have corev1.Toleration) bool {
				return have.Key == name || tol.MatchToleration(&have) || have.Key == "" && have.Operator == corev1.TolerationOpExists
			})
			if asks && !tolerated {
				o := nearestOrigin(item(at(h.cfgTree(), "add-tolerations-for-extended-resources"), i))
				h.report("spec.tolerations", o, "the taint of %s is not tolerated", name)
			}
		}
	},
}

var sharedMemoryClash = &Hazard{
	ID: "merge-shared-memory-clash",
	Doc: `shared memory meets a volume that is there already

Flyte adds the volume of shared_memory after the templates are merged, and refuses
the task if a volume or mount of that name is there, or if something is mounted at
that path: the emptyDir for /dev/shm that a base template has had all along, say.`,
	Help:     "remove the volume from the template, or shared_memory from the task",
	Severity: finding.Error, Profiles: inBoth, refused: true,
	check: func(h *hazardPass) {
		shm := h.b.extended.SharedMemory
		if shm == nil || shm.MountName == "" || shm.MountPath == "" {
			return
		}
		src := nearestOrigin(at(h.taskTree(), "extendedResources", "sharedMemory"))
		for _, t := range h.templates {
			for i, v := range t.spec.Volumes {
				if v.Name == shm.MountName {
					h.report("spec.volumes", slices.Concat(src, t.origins(item(at(t.tree(), "spec", "volumes"), i))),
						"shared memory is called %s, like a volume of the %s", shm.MountName, t.title)
				}
			}
			for _, i := range applicable(h.p, t.spec.Containers, h.b.primary, h.b.primary, containerMagic) {
				for j, m := range t.spec.Containers[i].VolumeMounts {
					if m.MountPath == shm.MountPath {
						mounts := at(item(at(t.tree(), "spec", "containers"), i), "volumeMounts")
						h.report("spec.containers", slices.Concat(src, t.origins(item(mounts, j))),
							"shared memory is mounted at %s, like a volume of the %s", shm.MountPath, t.title)
					}
				}
			}
		}
	},
}
