package flyte

import (
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/podcue/podcue/provenance"
)

// ruleSharedMemory is the rule of what step 10 puts into the pod.
const ruleSharedMemory = "shared-memory"

// addSharedMemory is step 10.
func (b *builder) addSharedMemory() error {
	shm, src := b.extended.SharedMemory, at(b.extendedSrc, "sharedMemory")
	if shm == nil {
		return nil
	}
	if shm.MountName == "" {
		return badTask(src, "mount name is not set")
	}
	if shm.MountPath == "" {
		return badTask(src, "mount path is not set")
	}
	primary, t := b.primaryContainer()
	if primary == nil {
		return badTask(src, "Unable to find primary container")
	}
	for _, v := range b.spec.Volumes {
		if v.Name == shm.MountName {
			return badTask(src, "A volume is already named %v in pod spec", shm.MountName)
		}
	}
	for _, m := range primary.VolumeMounts {
		if m.Name == shm.MountName {
			return badTask(src, "A volume is already named %v in container", shm.MountName)
		}
		if m.MountPath == shm.MountPath {
			return badTask(src, "%s is already mounted in container", shm.MountPath)
		}
	}
	var size resource.Quantity // 0 when unset
	if shm.SizeLimit != "" {
		var err error
		if size, err = resource.ParseQuantity(shm.SizeLimit); err != nil {
			return badTask(at(src, "sizeLimit"), "Unable to parse size limit: %v", err)
		}
	}
	volume := corev1.Volume{Name: shm.MountName, VolumeSource: corev1.VolumeSource{
		EmptyDir: &corev1.EmptyDirVolumeSource{Medium: corev1.StorageMediumMemory, SizeLimit: &size},
	}}
	mount := corev1.VolumeMount{Name: shm.MountName, MountPath: shm.MountPath}
	b.spec.Volumes = append(b.spec.Volumes, volume)
	primary.VolumeMounts = append(slices.Clip(primary.VolumeMounts), mount)
	if b.tree != nil {
		o := originOf(src, ruleSharedMemory)
		volumes, mounts := b.specTree.Field("volumes"), t.Field("volumeMounts")
		place(volumes, len(b.spec.Volumes)-1, volume, originTree(o))
		place(mounts, len(primary.VolumeMounts)-1, mount, originTree(o))
		v, m := item(volumes, len(b.spec.Volumes)-1), item(mounts, len(primary.VolumeMounts)-1)
		written(v, "name", src, "mountName")
		written(v.Lookup("emptyDir"), "sizeLimit", src, "sizeLimit")
		written(m, "name", src, "mountName")
		written(m, "mountPath", src, "mountPath")
	}
	return nil
}

// written records that the value of field name of t is what the task writes at key
// of src, if it does: no more than that it is part of src was known before.
func written(t *provenance.Tree, name string, src *provenance.Tree, key string) {
	from, have := at(src, key), t.Lookup(name).Origins()
	if from == nil || len(have) == 0 {
		return
	}
	o := originOf(from, ruleSharedMemory)
	o.Value = have[len(have)-1].Value
	t.SetField(name, originTree(o))
}
