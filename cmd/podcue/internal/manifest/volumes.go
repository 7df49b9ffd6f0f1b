package manifest

import (
	"bytes"
	"encoding/json"

	corev1 "k8s.io/api/core/v1"
)

// volumes are the PersistentVolumes and claims of the sources.
type volumes struct {
	byName   map[string]*corev1.PersistentVolumeSpec            // by their own name
	claimed  map[claim]string                                   // the volume that a claim names
	reserved map[claim]string                                   // the claim that a volume names: the volume
	bound    map[string]map[string]*corev1.PersistentVolumeSpec // by namespace and claim; computed when asked for
}

// A claim is a PersistentVolumeClaim.
type claim struct{ namespace, name string }

// isVolume reports whether a document is a PersistentVolume or a claim.
func isVolume(h head) bool {
	return h.apiVersion == "v1" && (h.kind == "PersistentVolume" || h.kind == "PersistentVolumeClaim")
}

// note reads the volumes and claims of src.
func (v *volumes) note(src Source) {
	if !bytes.Contains(src.Data, []byte("PersistentVolume")) {
		return
	}
	quiet := &Reader{}
	d := &decoder{reader: quiet, place: &place{file: src.Name}, yield: func(*Object) bool { return true }}
	d.volume = v.add
	d.source(src.Data)
}

// add notes the volume or claim n.
func (v *volumes) add(n *node, h head) {
	c := &converter{}
	if c.value(n) != nil {
		return // reported when objects are read
	}
	v.bound = nil
	if v.byName == nil {
		v.byName, v.claimed, v.reserved = map[string]*corev1.PersistentVolumeSpec{}, map[claim]string{}, map[claim]string{}
	}
	if h.kind == "PersistentVolume" {
		volume := &corev1.PersistentVolume{}
		if json.Unmarshal(c.out, volume) == nil {
			v.byName[volume.Name] = &volume.Spec
			if ref := volume.Spec.ClaimRef; ref != nil {
				v.reserved[claim{namespaceOf(ref.Namespace), ref.Name}] = volume.Name
			}
		}
		return
	}
	pvc := &corev1.PersistentVolumeClaim{}
	if json.Unmarshal(c.out, pvc) == nil && pvc.Spec.VolumeName != "" {
		v.claimed[claim{namespaceOf(pvc.Namespace), pvc.Name}] = pvc.Spec.VolumeName
	}
}

// claims returns the volumes that are bound to the claims of o's namespace: a
// claim names its volume, or a volume its claim.
func (v *volumes) claims(o *Object) map[string]*corev1.PersistentVolumeSpec {
	if v.byName == nil {
		return nil
	}
	if v.bound == nil {
		v.bound = map[string]map[string]*corev1.PersistentVolumeSpec{}
		for _, pairs := range []map[claim]string{v.reserved, v.claimed} {
			for c, name := range pairs {
				if spec := v.byName[name]; spec != nil {
					if v.bound[c.namespace] == nil {
						v.bound[c.namespace] = map[string]*corev1.PersistentVolumeSpec{}
					}
					v.bound[c.namespace][c.name] = spec
				}
			}
		}
	}
	return v.bound[namespaceOf(o.Namespace)]
}

// namespaceOf is the namespace of an object whose document says namespace.
func namespaceOf(namespace string) string {
	if namespace == "" {
		return corev1.NamespaceDefault
	}
	return namespace
}
