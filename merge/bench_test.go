package merge_test

import (
	"fmt"
	"runtime"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/utils/ptr"

	"github.com/podcue/podcue/merge"
	"github.com/podcue/podcue/provenance"
)

// mediumSpec is a pod spec of 3 containers with 20 variables each, and 5 volumes.
func mediumSpec(prefix string) *corev1.PodSpec {
	spec := &corev1.PodSpec{
		NodeSelector: map[string]string{prefix + "pool": "a", "zone": "b"},
		Tolerations:  []corev1.Toleration{{Key: prefix + "gpu", Operator: corev1.TolerationOpExists}},
	}
	for i := range 5 {
		spec.Volumes = append(spec.Volumes, corev1.Volume{
			Name: fmt.Sprint(prefix, "v", i), VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}},
		})
	}
	for i := range 3 {
		c := corev1.Container{
			Name: fmt.Sprint("c", i), Image: "ghcr.io/acme/train:1.4", Args: []string{"pyflyte-execute", "--inputs"},
			Resources: corev1.ResourceRequirements{
				Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("2"), corev1.ResourceMemory: resource.MustParse("4Gi")},
				Limits:   corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("2"), corev1.ResourceMemory: resource.MustParse("4Gi")},
			},
			SecurityContext: &corev1.SecurityContext{RunAsNonRoot: ptr.To(true), Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}}},
			LivenessProbe:   &corev1.Probe{PeriodSeconds: 5},
		}
		for j := range 20 {
			c.Env = append(c.Env, corev1.EnvVar{Name: fmt.Sprint(prefix, "E", j), Value: "value"})
		}
		for j := range 5 {
			c.VolumeMounts = append(c.VolumeMounts, corev1.VolumeMount{Name: fmt.Sprint(prefix, "v", j), MountPath: fmt.Sprint("/", prefix, j)})
		}
		spec.Containers = append(spec.Containers, c)
	}
	return spec
}

// mergeByName merges as Flyte does with pod specs: the pod as a whole, and each
// container onto its namesake. merge merges two values; both are used up.
func mergeByName(dst, src *corev1.PodSpec, spec func(dst, src *corev1.PodSpec), container func(dst, src *corev1.Container)) {
	lower, upper := dst.Containers, src.Containers
	dst.Containers, src.Containers = nil, nil
	spec(dst, src)
	for i := range upper {
		container(&lower[i], &upper[i])
	}
	dst.Containers = lower
}

// BenchmarkMedium puts the same merge side by side: done by Append and by mergo.
// Both get copies that were made while the clock stood still.
func BenchmarkMedium(b *testing.B) {
	lower, upper := mediumSpec("a"), mediumSpec("b")
	for _, bench := range []struct {
		name string
		run  func(dst, src *corev1.PodSpec)
	}{
		{"podcue", func(dst, src *corev1.PodSpec) {
			mergeByName(dst, src,
				func(dst, src *corev1.PodSpec) { merge.Append(dst, src, nil, nil) },
				func(dst, src *corev1.Container) { merge.Append(dst, src, nil, nil) })
		}},
		{"mergo", func(dst, src *corev1.PodSpec) {
			mergeByName(dst, src,
				func(dst, src *corev1.PodSpec) { mergeWithMergo(b, dst, *src) },
				func(dst, src *corev1.Container) { mergeWithMergo(b, dst, *src) })
		}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			// A batch of copies for each stop of the clock, which itself takes time. Their
			// garbage is collected before it goes on, so that nobody's merge pays for it.
			const batch = 200
			var dst, src [batch]*corev1.PodSpec
			n := batch
			for b.Loop() {
				if n == batch {
					b.StopTimer()
					for i := range batch {
						dst[i], src[i] = lower.DeepCopy(), upper.DeepCopy()
					}
					n = 0
					runtime.GC()
					b.StartTimer()
				}
				bench.run(dst[n], src[n])
				n++
			}
		})
	}
}

// BenchmarkMerge measures the strategies, with their copies and with provenance.
func BenchmarkMerge(b *testing.B) {
	layers := []merge.Layer{
		{Name: provenance.LayerBase, Pod: &corev1.PodTemplateSpec{Spec: *mediumSpec("a")}},
		{Name: provenance.LayerTemplate, Pod: &corev1.PodTemplateSpec{Spec: *mediumSpec("b")}},
	}
	for _, s := range merge.Strategies() {
		for _, provenance := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/provenance=%v", s.Name, provenance), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := merge.Merge(merge.Options{Strategy: s, Provenance: provenance}, layers...); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
