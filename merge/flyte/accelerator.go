package flyte

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/provenance"
)

// defaultDeviceClass is the class of an accelerator that names none.
const defaultDeviceClass = "NVIDIA_GPU"

// partitionSlicesLabel says how many slices of a GPU a MIG partition has.
const partitionSlicesLabel = "platform.union.ai/gpu-partition-slices"

// migPartition is a MIG partition: slices "g." memory "gb".
var migPartition = regexp.MustCompile(`^(\d+)g\.(\d+)gb$`)

// chooseExtendedResources is step 2: each part that the node overrides replaces
// the task's whole.
func (b *builder) chooseExtendedResources() error {
	b.extended = &ExtendedResources{}
	if b.tree != nil {
		b.extendedSrc = &provenance.Tree{}
	}
	for _, from := range []struct {
		r   *ExtendedResources
		src *provenance.Tree
	}{
		{b.task.ExtendedResources, at(b.taskSrc, "extendedResources")},
		{b.exec.Overrides.ExtendedResources, at(b.execSrc, "overrides", "extendedResources")},
	} {
		if from.r == nil {
			continue
		}
		if from.r.GPUAccelerator != nil {
			b.extended.GPUAccelerator = from.r.GPUAccelerator
			b.extendedSrc.SetField("gpuAccelerator", at(from.src, "gpuAccelerator"))
		}
		if from.r.SharedMemory != nil {
			b.extended.SharedMemory = from.r.SharedMemory
			b.extendedSrc.SetField("sharedMemory", at(from.src, "sharedMemory"))
		}
	}
	return nil
}

// An acceleratorConfig is what the configuration says about one class of
// accelerators; what the class leaves open comes from the gpu-… keys.
type acceleratorConfig struct {
	resourceName     corev1.ResourceName
	deviceLabel      string
	partitionLabel   string
	unpartitioned    *corev1.NodeSelectorRequirement
	unpartitionedTol *corev1.Toleration
	// where they come from
	deviceLabelSrc, partitionLabelSrc     *provenance.Tree
	unpartitionedSrc, unpartitionedTolSrc *provenance.Tree
}

// accelerator returns the configuration of the task's accelerator.
func (b *builder) accelerator() acceleratorConfig {
	a := acceleratorConfig{
		resourceName:        corev1.ResourceName(b.cfg.GPUResourceName),
		deviceLabel:         b.cfg.GPUDeviceNodeLabel,
		partitionLabel:      b.cfg.GPUPartitionSizeNodeLabel,
		unpartitioned:       b.cfg.GPUUnpartitionedNodeSelectorRequirement,
		unpartitionedTol:    b.cfg.GPUUnpartitionedToleration,
		deviceLabelSrc:      at(b.cfgSrc, "gpu-device-node-label"),
		partitionLabelSrc:   at(b.cfgSrc, "gpu-partition-size-node-label"),
		unpartitionedSrc:    at(b.cfgSrc, "gpu-unpartitioned-node-selector-requirement"),
		unpartitionedTolSrc: at(b.cfgSrc, "gpu-unpartitioned-toleration"),
	}
	name, class, ok := b.deviceClass()
	if !ok {
		return a
	}
	src := at(b.cfgSrc, "accelerator-device-classes", name)
	if class.ResourceName != "" {
		a.resourceName = corev1.ResourceName(class.ResourceName)
	}
	if class.DeviceNodeLabel != "" {
		a.deviceLabel, a.deviceLabelSrc = class.DeviceNodeLabel, at(src, "device-node-label")
	}
	if class.PartitionSizeNodeLabel != "" {
		a.partitionLabel, a.partitionLabelSrc = class.PartitionSizeNodeLabel, at(src, "partition-size-node-label")
	}
	if class.UnpartitionedNodeSelectorRequirement != nil {
		a.unpartitioned, a.unpartitionedSrc = class.UnpartitionedNodeSelectorRequirement, at(src, "unpartitioned-node-selector-requirement")
	}
	if class.UnpartitionedToleration != nil {
		a.unpartitionedTol, a.unpartitionedTolSrc = class.UnpartitionedToleration, at(src, "unpartitioned-toleration")
	}
	return a
}

// deviceClass returns the configured class of the task's accelerator, if the
// task has one, there is such a class, and Flyte knows of classes.
func (b *builder) deviceClass() (string, AcceleratorDeviceClass, bool) {
	gpu := b.extended.GPUAccelerator
	if !b.p.deviceClasses || gpu == nil {
		return "", AcceleratorDeviceClass{}, false
	}
	name := gpu.DeviceClass
	if name == "" {
		name = defaultDeviceClass
	}
	class, ok := b.cfg.AcceleratorDeviceClasses[name]
	return name, class, ok
}

// acceleratorResource is the resource that the generic key gpu stands for.
func (b *builder) acceleratorResource() corev1.ResourceName { return b.accelerator().resourceName }

// addAcceleratorConstraints is step 9: a pod whose containers, after merging,
// have an accelerator among their limits goes to nodes that have the device.
func (b *builder) addAcceleratorConstraints() error {
	gpu := b.extended.GPUAccelerator
	if gpu == nil {
		return nil
	}
	src := at(b.extendedSrc, "gpuAccelerator")
	if b.p.partitionLabel && gpu.PartitionSize != nil {
		if m := migPartition.FindStringSubmatch(*gpu.PartitionSize); m != nil {
			union(&b.meta.Labels, map[string]string{partitionSlicesLabel: m[1]}, nil, nil, "")
			won(b.metaTree.Field("labels").Field(partitionSlicesLabel), m[1], originOf(at(src, "partitionSize"), "gpu-partition-slices"))
		}
	}
	if !b.needsAccelerator() {
		return nil
	}
	cfg := b.accelerator() // the affinity is there since step 5
	if device := b.deviceName(gpu.Device); device != "" {
		b.requireLabel(cfg.deviceLabel, cfg.deviceLabelSrc, device, originOf(at(src, "device"), "gpu-device"))
	}
	switch {
	case gpu.PartitionSize != nil:
		b.requireLabel(cfg.partitionLabel, cfg.partitionLabelSrc, *gpu.PartitionSize, originOf(at(src, "partitionSize"), "gpu-partition-size"))
	case gpu.Unpartitioned != nil && *gpu.Unpartitioned:
		b.requireUnpartitioned(cfg, originOf(at(src, "unpartitioned"), "gpu-unpartitioned"))
	}
	return nil
}

// deviceName is the value of the device label.
func (b *builder) deviceName(device string) string {
	if b.p.deviceClasses {
		if label, ok := b.cfg.AcceleratorDevices[strings.ToUpper(device)]; ok {
			return label
		}
	}
	return device
}

func (b *builder) needsAccelerator() bool {
	names := b.acceleratorResources()
	return slices.ContainsFunc(b.spec.Containers, func(c corev1.Container) bool {
		return slices.ContainsFunc(names, func(n corev1.ResourceName) bool {
			_, ok := c.Resources.Limits[n]
			return ok
		})
	})
}

// requireLabel restricts the pod to nodes with a label, and tolerates the taint
// of the same name.
func (b *builder) requireLabel(label string, src *provenance.Tree, value string, o provenance.Origin) {
	b.requireNodes(corev1.NodeSelectorRequirement{Key: label, Operator: corev1.NodeSelectorOpIn, Values: []string{value}}, b.keyedTree(o, label, src))
	b.tolerate(corev1.Toleration{Key: label, Operator: corev1.TolerationOpEqual, Value: value, Effect: corev1.TaintEffectNoSchedule}, b.keyedTree(o, label, src))
}

// keyedTree is the tree of what o brings about, with a key that is configured at
// src.
func (b *builder) keyedTree(o provenance.Origin, key string, src *provenance.Tree) *provenance.Tree {
	if b.tree == nil {
		return nil
	}
	t := originTree(o)
	won(t.Field("key"), key, o)
	configured(t, "key", src)
	return t
}

func (b *builder) requireUnpartitioned(cfg acceleratorConfig, o provenance.Origin) {
	if cfg.unpartitioned != nil {
		b.requireNodes(*cfg.unpartitioned.DeepCopy(), ruled(cfg.unpartitionedSrc, o.Rule))
	} else {
		b.requireNodes(corev1.NodeSelectorRequirement{Key: cfg.partitionLabel, Operator: corev1.NodeSelectorOpDoesNotExist},
			b.keyedTree(o, cfg.partitionLabel, cfg.partitionLabelSrc))
	}
	if cfg.unpartitionedTol != nil {
		b.tolerate(*cfg.unpartitionedTol.DeepCopy(), ruled(cfg.unpartitionedTolSrc, o.Rule))
	}
}

// tolerate adds a toleration, unless an identical one is there already and the
// profile looks.
func (b *builder) tolerate(tol corev1.Toleration, src *provenance.Tree) {
	if b.p.uniqueConstraints && slices.ContainsFunc(b.spec.Tolerations, func(have corev1.Toleration) bool {
		return reflect.DeepEqual(have, tol)
	}) {
		return
	}
	b.spec.Tolerations = append(b.spec.Tolerations, tol)
	place(b.specTree.Field("tolerations"), len(b.spec.Tolerations)-1, tol, src)
}

// applyContainerImageOverride is step 11: the first container of the primary's
// name gets the image of the node.
func (b *builder) applyContainerImageOverride() error {
	image := b.exec.Overrides.ContainerImage
	if image == "" {
		return nil
	}
	for i := range b.spec.Containers {
		if b.spec.Containers[i].Name == b.primary {
			b.spec.Containers[i].Image = image
			from(b.specTree.Field("containers").Item(i).Field("image"), at(b.execSrc, "overrides", "containerImage"), "override-image")
			return nil
		}
	}
	return nil
}
