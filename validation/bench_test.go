package validation_test

import (
	"encoding/json"
	"testing"

	corev1 "k8s.io/api/core/v1"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/core"
	k8sv1 "k8s.io/kubernetes/pkg/apis/core/v1"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"

	"github.com/podcue/podcue/validation"
)

// taskPod returns a Pod as Flyte makes it of a task: of the recorded ones that
// are accepted, the largest.
func taskPod(b testing.TB) *corev1.Pod {
	b.Helper()
	var best *corev1.Pod
	size := 0
	readLines(b, "../merge/flyte/testdata/v2/named.jsonl.gz", func(line []byte) {
		var c flyteCase
		if err := json.Unmarshal(line, &c); err != nil {
			b.Fatal(err)
		}
		pod := c.pod()
		if pod == nil {
			return
		}
		data, err := json.Marshal(pod)
		if err != nil {
			b.Fatal(err)
		}
		if v, err := validation.Pod("", pod); err != nil {
			b.Fatal(err)
		} else if v.Accepted() && len(v.Warnings) == 0 && len(data) > size && len(pod.Spec.Containers) <= 3 {
			best, size = pod, len(data)
			best.Kind = "Pod" // Flyte writes pod
		}
	})
	if best == nil {
		b.Fatal("no recorded Pod is accepted")
	}
	b.Logf("%d bytes of JSON, %d containers", size, len(best.Spec.Containers))
	return best
}

// BenchmarkPod defaults, validates and warns about one Pod: at most 60 µs.
func BenchmarkPod(b *testing.B) {
	pod := taskPod(b)
	b.ReportAllocs()
	for b.Loop() {
		if v, err := validation.Pod("1.37", pod); err != nil || !v.Accepted() {
			b.Fatal(v, err)
		}
	}
}

// smallPod returns a recorded Pod of one container.
func smallPod(b testing.TB) *corev1.Pod {
	b.Helper()
	for _, c := range serverCases(b) {
		if c.Name == "good/affinity" && c.Kind == "Pod" {
			pod := &corev1.Pod{}
			if err := json.Unmarshal(c.Object, pod); err != nil {
				b.Fatal(err)
			}
			return pod
		}
	}
	b.Fatal("no such case")
	return nil
}

// BenchmarkSmallPod is BenchmarkPod with a Pod of one container.
func BenchmarkSmallPod(b *testing.B) {
	pod := smallPod(b)
	b.ReportAllocs()
	for b.Loop() {
		if v, err := validation.Pod("1.37", pod); err != nil || !v.Accepted() {
			b.Fatal(v, err)
		}
	}
}

// BenchmarkLibrary is the least that BenchmarkSmallPod can cost: Kubernetes'
// functions alone, without the comparison that finds dropped fields.
func BenchmarkLibrary(b *testing.B) {
	for name, given := range map[string]*corev1.Pod{"small": smallPod(b), "task": taskPod(b)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				pod, in := given.DeepCopy(), &core.Pod{}
				k8sv1.SetObjectDefaults_Pod(pod)
				if err := k8sv1.Convert_v1_Pod_To_core_Pod(pod, in, nil); err != nil {
					b.Fatal(err)
				}
				podutil.DropDisabledPodFields(in, nil)
				podutil.DefaultPodLevelResources(in)
				opts := podutil.GetValidationOptionsFromPodSpecAndMeta(&in.Spec, nil, &in.ObjectMeta, nil)
				opts.ResourceIsPod = true
				if errs := corevalidation.ValidatePodCreate(in, opts); len(errs) > 0 {
					b.Fatal(errs)
				}
				podutil.GetWarningsForPod(b.Context(), in, nil)
			}
		})
	}
}

// BenchmarkJSON is BenchmarkPod with strict decoding.
func BenchmarkJSON(b *testing.B) {
	pod := taskPod(b)
	data, err := json.Marshal(pod)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if v, err := validation.JSON("1.37", "Pod", data); err != nil || !v.Accepted() {
			b.Fatal(v, err)
		}
	}
}

// BenchmarkVersions changes the version at every verdict, which a run never does.
func BenchmarkVersions(b *testing.B) {
	pod := taskPod(b)
	versions := validation.Versions()
	for i := 0; b.Loop(); i++ {
		if _, err := validation.Pod(versions[i%len(versions)], pod); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRefused includes the search for the paths of a refused Pod.
func BenchmarkRefused(b *testing.B) {
	pod := taskPod(b).DeepCopy()
	pod.Spec.Containers[0].Image = ""
	for b.Loop() {
		if v, err := validation.Pod("1.37", pod); err != nil || v.Accepted() {
			b.Fatal(v, err)
		}
	}
}
