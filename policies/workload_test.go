package policies_test

import (
	"encoding/json"
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/provenance"
)

// podRoots is where each kind of object has its pod.
var podRoots = map[string]provenance.Path{
	"Pod": "", "PodTemplate": "template", "CronJob": "spec.jobTemplate.spec.template",
	"DaemonSet": "spec.template", "Deployment": "spec.template", "DeploymentConfig": "spec.template", "Job": "spec.template",
	"ReplicaSet": "spec.template", "ReplicationController": "spec.template", "StatefulSet": "spec.template",
}

// workload decodes one object into a subject, and returns the generic object
// too. Unknown fields are ignored: the corpus has some.
func workload(t testing.TB, data []byte) (*policies.Subject, any) {
	t.Helper()
	var obj any
	if err := yaml.Unmarshal(data, &obj); err != nil {
		t.Fatal(err)
	}
	text := func(p provenance.Path) string {
		if _, v, ok := provenance.Resolve(obj, p); ok {
			return fmt.Sprint(v)
		}
		return ""
	}
	kind := text("kind")
	root, ok := podRoots[kind]
	if !ok {
		t.Fatalf("unknown kind %q", kind)
	}
	s := &policies.Subject{
		Object: finding.Object{Kind: kind, Name: text("metadata.name"), Stage: finding.StageManifest},
		Root:   root, Namespace: text("metadata.namespace"), APIVersion: text("apiVersion"), Pod: &corev1.PodTemplateSpec{},
	}
	if _, v, ok := provenance.Resolve(obj, root); ok {
		sub, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(sub, s.Pod); err != nil {
			t.Fatalf("%s: %v", s.Object, err)
		}
	}
	return s, obj
}
