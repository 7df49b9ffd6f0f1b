package cuerule_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/policies/cuerule"
)

// benchPolicies are n policies of the kinds that people write: most have a shape,
// one in five is a deny list, one in ten a constraint, one in ten leaves its
// shape to CUE.
func benchPolicies(n int, form string) string {
	var b strings.Builder
	b.WriteString("package policies\n\nimport (\n\t\"list\"\n\t\"strings\"\n\t\"github.com/podcue/podcue/schema\"\n)\n\npolicies: [_]: schema.#Policy\ninput: schema.#PolicyInput\n_used: [list.MaxItems(1), strings.MinRunes(1)]\n\n")
	kinds := []string{
		`{params: allow: [...string] | *["/data", "/mnt/nvme"], each: "volumes", when: hostPath!: _, require: hostPath: path!: (schema.#Under & {prefixes: params.allow}).ok, message: "\(it.name): \(it.hostPath.path)", it: _}`,
		`{each: "mounts", when: volume: hostPath!: _, require: mount: readOnly!: true, message: "\(it.container.name) mounts \(it.volume.hostPath.path) writable", it: _}`,
		`{each: "containers", when: role: !="primary", require: image!: =~"^ghcr.io/", message: "\(it.name)", it: _}`,
		`{params: r: string | *"nvidia.com/gpu", let h = [for c in input.containers if c.resources.limits[params.r] != _|_ {c}], deny: [if len(h) > 1 for c in h {path: c.path, message: c.name}]}`,
		`{each: "env", forbid: name!: =~"(?i)password", message: "\(it.name)", it: _}`,
		`{each: "pod", require: metadata: labels: team!: =~"^[a-z]"}`,
		`{each: "resources", require: {limits: memory!: _, requests: cpu!: _}}`,
		`{constraint: {spec?: {hostNetwork?: false, hostPID?: false, ...}, ...}}`,
		`{deny: [for m in input.mounts if m.mount.mountPath == "/" {path: m.path, message: "over the root"}]}`,
		`{each: "pod", require: spec: {containers!: list.MaxItems(5), initContainers?: list.MaxItems(5)}}`,
	}
	kinds = slices.DeleteFunc(kinds, func(k string) bool { return !strings.Contains(k, form) })
	for i := range n {
		fmt.Fprintf(&b, "policies: \"p-%d\": %s\n", i, kinds[i%len(kinds)])
	}
	return b.String()
}

// benchPod has three containers, three volumes and nine mounts; no two are alike.
func benchPod(i int) *corev1.PodTemplateSpec {
	pod := &corev1.PodTemplateSpec{}
	pod.Labels = map[string]string{"team": "vision", "run": fmt.Sprint(i)}
	pod.Spec.Volumes = []corev1.Volume{
		{Name: "data", VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: fmt.Sprintf("/data/set-%d", i)}}},
		{Name: "shm", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{Medium: "Memory"}}},
		{Name: "out", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}},
	}
	for c := range 3 {
		pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{
			Name: fmt.Sprintf("c%d", c), Image: "ghcr.io/acme/train:1.4", Args: []string{"--run", fmt.Sprint(i)},
			Env: []corev1.EnvVar{{Name: "RUN", Value: fmt.Sprint(i)}, {Name: "MODE", Value: "train"}},
			Resources: corev1.ResourceRequirements{Limits: corev1.ResourceList{
				corev1.ResourceMemory: resource.MustParse("4Gi"), corev1.ResourceCPU: resource.MustParse("2"),
			}},
			VolumeMounts: []corev1.VolumeMount{
				{Name: "data", MountPath: "/data", ReadOnly: true}, {Name: "shm", MountPath: "/dev/shm"}, {Name: "out", MountPath: "/out"},
			},
		})
	}
	return pod
}

// BenchmarkPolicies checks 1,000 different pods with 100 policies an iteration,
// loading included: of every form, of one alone, and of deny lists that call a
// function of CUE's packages.
func BenchmarkPolicies(b *testing.B) {
	for _, form := range []struct{ name, has string }{
		{"mixed", ""}, {"shape", "each:"}, {"deny", "deny:"}, {"constraint", "constraint:"},
	} {
		b.Run(form.name, func(b *testing.B) { benchmarkPolicies(b, benchPolicies(100, form.has)) })
	}
	b.Run("functions", func(b *testing.B) {
		benchmarkPolicies(b, strings.ReplaceAll(benchPolicies(100, "over the root"), `m.mount.mountPath == "/"`, `strings.Replace(m.mount.mountPath, "/", "", 1) == ""`))
	})
}

func benchmarkPolicies(b *testing.B, source string) {
	dir := b.TempDir()
	write(b, filepath.Join(dir, "cue.mod/module.cue"), []byte("module: \"example.com/project\"\nlanguage: version: \"v0.15.0\"\n"))
	write(b, filepath.Join(dir, "policies/p.cue"), []byte(source))
	pods := make([]*corev1.PodTemplateSpec, 1000)
	for i := range pods {
		pods[i] = benchPod(i)
	}
	b.ReportAllocs()
	for b.Loop() {
		rules, err := cuerule.Load(&cuerule.Config{Dir: dir}, "./policies")
		if err != nil {
			b.Fatal(err)
		}
		set, err := policies.Select(&policies.Selection{Policies: rules.Policies(), Disable: builtins()})
		if err != nil {
			b.Fatal(err)
		}
		for i, pod := range pods {
			subject := &policies.Subject{Object: finding.Object{Kind: "Pod", Name: "p", Stage: finding.StageManifest}, Pod: pod}
			if found := policies.Check(subject, set); len(found) > 0 {
				b.Fatalf("pod %d: %v", i, found)
			}
		}
	}
}
