package flyte_test

import (
	"encoding/json"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/merge/flyte"
)

// A task on its own, in a cluster without templates and configuration, has no
// hazards but for what Flyte itself does to its containers. What its author wrote
// twice is no surprise of Flyte's.
func TestNoHazardsWithoutMerge(t *testing.T) {
	t.Parallel()
	flytes := []string{
		"merge-accelerator-without-resource", "merge-device-not-mapped", "merge-device-class-unknown",
		"merge-readiness-probe-replaced", "merge-sidecar-limit-zero", "merge-task-metadata-ignored",
		"merge-config-beats-template", "merge-env-beaten", "merge-gpu-name-fixed",
		"merge-empty-string-overrides", "merge-request-exceeds-limit", "merge-env-order-random",
	}
	checked, i := 0, 0
	podInputs(t, func(name string, p *flyte.Profile, in *flyte.Input) {
		if i++; i%2 != 0 {
			return
		}
		e := *in.Execution
		e.Overrides = flyte.Overrides{Resources: &corev1.ResourceRequirements{}}
		in.Execution, in.Templates, in.Config = &e, nil, flyte.DefaultConfig(p)
		if hasCopilot(in.Task) {
			return
		}
		if in.Task.Metadata != nil {
			in.Task.Metadata.PodTemplateName = ""
		}
		in.Sources = &flyte.Sources{}
		out, err := p.Build(in)
		if err != nil {
			return
		}
		checked++
		for _, f := range p.Hazards(in, out) {
			if !slices.Contains(flytes, f.ID) && f.Path != "spec.tolerations" { // Flyte 1.16 adds one again
				t.Errorf("%s: %s %s: %s", name, f.ID, f.Path, f.Message)
			}
		}
	})
	if checked < least(250) {
		t.Errorf("only %d Pods were checked", checked)
	}
}

// A platform that is set up with care, and a task that keeps to it, hear nothing.
func TestNoHazardsInACleanSetup(t *testing.T) {
	const setup = `
base:
  metadata: {labels: {platform: ml}, annotations: {example.com/tier: batch}}
  spec:
    imagePullSecrets: [{name: registry}]
    nodeSelector: {pool: batch}
    tolerations: [{key: batch, operator: Exists}]
    securityContext: {runAsNonRoot: true, fsGroup: 1000}
    volumes: [{name: certificates, configMap: {name: certificates}}]
    containers:
    - name: default
      image: docker.io/rwgrim/docker-noop
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
      env: [{name: SSL_CERT_DIR, value: /etc/certificates}]
      volumeMounts: [{name: certificates, mountPath: /etc/certificates, readOnly: true}]
    initContainers:
    - name: default-init
      image: docker.io/rwgrim/docker-noop
      securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
config:
  plugins:
    k8s:
      default-pod-template-name: base
      default-cpus: 500m
      resource-tolerations: {nvidia.com/gpu: [{key: nvidia.com/gpu, operator: Exists}]}
task:
  image: ghcr.io/acme/train:1.4
  args: [pyflyte-execute, --inputs, "{{.input}}"]
  env: {MODE: fast}
  resources: {requests: {cpu: "4", memory: 16Gi, gpu: "1"}, limits: {cpu: "4", memory: 16Gi, gpu: "1"}}
  accelerator: {device: nvidia-tesla-a100}
  podTemplate:
    labels: {team: vision}
    podSpec:
      priorityClassName: low
      nodeSelector: {disk: ssd}
      volumes: [{name: scratch, emptyDir: {}}]
      containers:
      - {name: primary, volumeMounts: [{name: scratch, mountPath: /scratch}]}
      - name: metrics
        image: metrics:1
        resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: 100m, memory: 64Mi}}
`
	for _, p := range flyte.Profiles() {
		for _, f := range readExample(t, "setup.yaml", setup[1:]).hazards(t, p, "setup.yaml") {
			t.Errorf("%s: %s %s: %s", p.Name, f.ID, f.Path, f.Message)
		}
	}
}

func hasCopilot(task *flyte.TaskTemplate) bool {
	return task.Container != nil && task.Container.DataConfig != nil || task.K8sPod != nil && task.K8sPod.DataConfig != nil
}

// No pair of pod specs makes the search panic, or a finding malformed.
func FuzzHazards(f *testing.F) {
	for _, c := range readCases(f, "testdata/v2/named.jsonl.gz") {
		var q struct{ Template, Base json.RawMessage }
		if json.Unmarshal(c.In, &q) == nil && q.Template != nil && q.Base != nil {
			f.Add([]byte(q.Template), []byte(q.Base), "main")
		}
	}
	f.Fuzz(func(t *testing.T, template, task []byte, primary string) {
		var lower, upper corev1.PodSpec
		if json.Unmarshal(template, &lower) != nil || json.Unmarshal(task, &upper) != nil {
			return
		}
		for _, p := range flyte.Profiles() {
			in := mergeInput(p, primary, &upper, &lower)
			in.Sources = &flyte.Sources{}
			out, err := p.Build(in)
			if err != nil {
				out = nil
			}
			for _, found := range p.Hazards(in, out) {
				checkShape(t, "fuzz", p, found)
			}
		}
	})
}
