package policies_test

import (
	"cmp"
	"encoding/json"
	"testing"

	"cuelang.org/go/cue/cuecontext"
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
)

// withoutExamples are the policies whose question is not about a template alone.
var withoutExamples = map[string]string{
	"default-namespace":          "where the object is created",
	"hostpath-via-pv":            "the PersistentVolume",
	"merge-shadow":               "the layers below",
	"interruptible-toleration":   "whether the task is interruptible",
	"template-container-dropped": "the cluster's PodTemplate",
	"template-default-overrides": "the cluster's PodTemplate",
	"termination-grace":          "whether the task is interruptible",
	"unknown-field":              "what is not in the schema",
}

// The bad example of every policy is found by it, and the good one is not.
func TestExamples(t *testing.T) {
	t.Parallel()
	for _, p := range policies.All() {
		if why, none := withoutExamples[p.ID]; none != (p.Bad == "") || none != (p.Good == "") {
			t.Errorf("%s: has an example: %t; may have none: %q", p.ID, p.Bad != "", why)
			continue
		}
		if p.Bad == "" {
			continue
		}
		if found := example(t, p, p.Bad); len(found) == 0 {
			t.Errorf("%s: nothing is found in the bad example", p.ID)
		}
		if found := example(t, p, p.Good); len(found) > 0 {
			t.Errorf("%s: found in the good example: %v", p.ID, found)
		}
	}
}

func example(t *testing.T, p *policies.Policy, text string) finding.List {
	t.Helper()
	v := cuecontext.New().CompileString(text)
	data, err := v.MarshalJSON()
	if err != nil {
		t.Fatalf("%s: %v", p.ID, err)
	}
	var template struct {
		Primary     string            `json:"primaryContainerName"`
		Labels      map[string]string `json:"labels"`
		Annotations map[string]string `json:"annotations"`
		PodSpec     corev1.PodSpec    `json:"podSpec"`
	}
	if err := json.Unmarshal(data, &template); err != nil {
		t.Fatalf("%s: %v", p.ID, err)
	}
	s := &policies.Subject{
		Object: finding.Object{Kind: "Task", Stage: finding.StageFinal}, Primary: cmp.Or(template.Primary, "primary"),
		Pod: &corev1.PodTemplateSpec{Spec: template.PodSpec},
	}
	s.Pod.Labels, s.Pod.Annotations = template.Labels, template.Annotations
	switch {
	case p.Stage == policies.Authored || p == policies.PrimaryMissing || p == policies.EnvReserved:
		s.Object.Stage = finding.StageAuthored
	case p == policies.ProbeMissing:
		s.Object = finding.Object{Kind: "Deployment", Stage: finding.StageManifest}
	}
	sel := &policies.Selection{Enable: []string{p.ID}}
	for _, q := range policies.All() {
		if q != p {
			sel.Disable = append(sel.Disable, q.ID)
		}
	}
	if p.ExampleParams != "" {
		config := map[string]any{p.ID: map[string]json.RawMessage{"params": json.RawMessage(p.ExampleParams)}}
		if sel.Config, err = json.Marshal(config); err != nil {
			t.Fatal(err)
		}
	}
	set, err := policies.Select(sel)
	if err != nil {
		t.Fatal(err)
	}
	return policies.Check(s, set)
}
