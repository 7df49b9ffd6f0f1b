package policies_test

import (
	"os"
	"testing"

	"sigs.k8s.io/yaml"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
)

// A template that leaves to the task and to Flyte what is theirs, a base
// template, and a well-made final Pod: nothing is said about them by default.
func TestQuiet(t *testing.T) {
	t.Parallel()
	set, err := policies.Select(nil)
	if err != nil {
		t.Fatal(err)
	}
	pod, err := os.ReadFile("testdata/bench/pod.yaml")
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		subject policies.Subject
		yaml    string
	}{
		"final": {policies.Subject{Object: finding.Object{Kind: "Task", Stage: finding.StageFinal}, Primary: "primary"}, string(pod)},
		"authored, bare": {policies.Subject{Object: finding.Object{Kind: "PodTemplate", Stage: finding.StageAuthored}, Primary: "primary"}, `
spec:
  containers: [{name: primary}]
`},
		"authored": {policies.Subject{Object: finding.Object{Kind: "PodTemplate", Stage: finding.StageAuthored}, Primary: "primary"}, `
metadata:
  labels: {team: vision}
spec:
  tolerations: [{key: nvidia.com/gpu, operator: Exists}]
  volumes: [{name: shm, emptyDir: {medium: Memory}}]
  initContainers:
    - {name: logs, image: "ghcr.io/acme/fluent-bit:3.1", restartPolicy: Always, volumeMounts: [{name: base-logs, mountPath: /logs}]}
  containers:
    - name: primary
      env: [{name: NCCL_DEBUG, value: INFO}]
      resources: {limits: {nvidia.com/gpu: "1"}}
      volumeMounts: [{name: shm, mountPath: /dev/shm}]
`},
		"base": {policies.Subject{Object: finding.Object{Kind: "PodTemplate", Stage: finding.StageManifest}, Kind: "PodTemplate"}, `
spec:
  automountServiceAccountToken: false
  securityContext: {fsGroup: 1000}
  containers:
    - {name: default, image: docker.io/rwgrim/docker-noop, securityContext: {allowPrivilegeEscalation: false}}
    - {name: primary, image: docker.io/rwgrim/docker-noop, env: [{name: PYTHONUNBUFFERED, value: "1"}]}
`},
		"base placeholder": {policies.Subject{Object: finding.Object{Kind: "PodTemplate", Stage: finding.StageManifest}, Kind: "PodTemplate"}, `
spec:
  hostNetwork: false
  tolerations: [{key: example.com/tasks, operator: Exists}]
  containers: [{name: noop, image: docker.io/rwgrim/docker-noop:1}]
`},
	}
	for name, c := range cases {
		var p corev1.Pod
		if err := yaml.Unmarshal([]byte(c.yaml), &p); err != nil {
			t.Fatal(err)
		}
		c.subject.Pod = &corev1.PodTemplateSpec{ObjectMeta: p.ObjectMeta, Spec: p.Spec}
		if found := policies.Check(&c.subject, set); len(found) > 0 {
			t.Errorf("%s: %v", name, found)
		}
	}
}
