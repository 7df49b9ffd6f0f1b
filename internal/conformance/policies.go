package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	kjson "sigs.k8s.io/json"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/policies/pss"
	"github.com/podcue/podcue/provenance"
)

// A policiesQuestion asks what the policies find in an object of any kind that
// carries a pod.
type policiesQuestion struct {
	Object        json.RawMessage            `json:"object"`
	PSS           string                     `json:"pss"`
	Enable        []string                   `json:"enable"`
	Disable       []string                   `json:"disable"`
	Params        map[string]json.RawMessage `json:"params"`
	Stage         string                     `json:"stage"` // manifest when absent
	Primary       string                     `json:"primary"`
	Interruptible *bool                      `json:"interruptible"`
}

// answerPolicies answers the op "policies" with {"findings": […]}.
func answerPolicies(in []byte) (any, error) {
	q := policiesQuestion{Stage: finding.StageManifest}
	if err := json.Unmarshal(in, &q); err != nil {
		return nil, err
	}
	set, err := q.set()
	if err != nil {
		return nil, err
	}
	subjects, err := subjectsOf(q.Object, "")
	if err != nil {
		return nil, err
	}
	found := finding.List{}
	for _, s := range subjects {
		s.Object.Stage, s.Interruptible = q.Stage, q.Interruptible
		if q.Primary != "" {
			s.Primary = q.Primary
		}
		found = append(found, policies.Check(s, set)...)
	}
	return struct {
		Findings finding.List `json:"findings"`
	}{found}, nil
}

// set selects the policies that the question asks for.
func (q *policiesQuestion) set() (*policies.Set, error) {
	sel := &policies.Selection{Enable: q.Enable, Disable: q.Disable}
	var err error
	if q.PSS != "" {
		if sel.Standard, err = pss.Parse(q.PSS); err != nil {
			return nil, err
		}
	}
	config := map[string]any{}
	for id, params := range q.Params {
		config[id] = map[string]json.RawMessage{"params": params}
	}
	if sel.Config, err = json.Marshal(config); err != nil {
		return nil, err
	}
	return policies.Select(sel)
}

// podPlaces is where the objects of each kind have their pod.
var podPlaces = map[string]provenance.Path{
	"": "", "Pod": "", "PodTemplate": "template", "CronJob": "spec.jobTemplate.spec.template",
	"DaemonSet": "spec.template", "Deployment": "spec.template", "DeploymentConfig": "spec.template", "Job": "spec.template",
	"ReplicaSet": "spec.template", "ReplicationController": "spec.template", "StatefulSet": "spec.template",
}

// header is what the objects of all kinds have.
type header struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
	} `json:"metadata"`
	Items []json.RawMessage `json:"items"`

	// The members of flyteidl's K8sPod, which has no kind.
	PodSpec map[string]any `json:"podSpec"`
	Primary string         `json:"primaryContainerName"`
}

// subjectsOf returns the pods in an object, which stands at root of the
// question's object.
func subjectsOf(data []byte, root provenance.Path) ([]*policies.Subject, error) {
	var h header
	if err := json.Unmarshal(data, &h); err != nil {
		return nil, err
	}
	if h.Kind == "List" {
		return listSubjects(h.Items)
	}
	place, ok := podPlaces[h.Kind]
	if !ok {
		return nil, fmt.Errorf("an object of kind %q has no pod", h.Kind)
	}
	s := &policies.Subject{
		Object: finding.Object{Kind: h.Kind, Name: h.Metadata.Name}, APIVersion: h.APIVersion, Namespace: h.Metadata.Namespace,
		Primary: h.Primary, Root: below(root, place),
	}
	var obj any
	if err := json.Unmarshal(data, &obj); err != nil {
		return nil, err
	}
	if h.PodSpec != nil {
		obj = map[string]any{"metadata": obj.(map[string]any)["metadata"], "spec": h.PodSpec}
		s.Kind = "K8sPod"
	}
	return []*policies.Subject{s}, decodePod(s, obj, place)
}

// listSubjects returns the pods in the items of a list. Items of other kinds are
// left out, but PersistentVolumes that name their claim are known to the pods.
func listSubjects(items []json.RawMessage) ([]*policies.Subject, error) {
	var all []*policies.Subject
	claims := map[string]*corev1.PersistentVolumeSpec{}
	for i, item := range items {
		var pv corev1.PersistentVolume
		var h header
		if err := json.Unmarshal(item, &h); err != nil {
			return nil, fmt.Errorf("items[%d]: %w", i, err)
		}
		if h.Kind == "PersistentVolume" && json.Unmarshal(item, &pv) == nil && pv.Spec.ClaimRef != nil {
			claims[pv.Spec.ClaimRef.Name] = &pv.Spec
		}
		if _, ok := podPlaces[h.Kind]; !ok && h.Kind != "List" {
			continue
		}
		subjects, err := subjectsOf(item, provenance.Path("items").Index(i))
		if err != nil {
			return nil, fmt.Errorf("items[%d]: %w", i, err)
		}
		all = append(all, subjects...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("a list without pods")
	}
	for _, s := range all {
		s.Claims = claims
	}
	return all, nil
}

// decodePod decodes the pod at place of obj, and notes its unknown fields.
func decodePod(s *policies.Subject, obj any, place provenance.Path) error {
	s.Pod = &corev1.PodTemplateSpec{}
	_, pod, ok := provenance.Resolve(obj, place)
	if !ok {
		return fmt.Errorf("a %s without %s", s.Object.Kind, place)
	}
	if m, ok := pod.(map[string]any); ok {
		pod = map[string]any{"metadata": m["metadata"], "spec": m["spec"]}
	}
	data, err := json.Marshal(pod)
	if err != nil {
		return err
	}
	strict, err := kjson.UnmarshalStrict(data, s.Pod)
	if err != nil {
		return err
	}
	for _, e := range strict {
		quoted, ok := strings.CutPrefix(e.Error(), "unknown field ")
		field, err := strconv.Unquote(quoted)
		if !ok || err != nil {
			continue
		}
		at, _, _ := provenance.Resolve(pod, provenance.Path(field))
		s.Unknown = append(s.Unknown, policies.UnknownField{Path: below(s.Root, at)})
	}
	return nil
}

func below(root, path provenance.Path) provenance.Path {
	if root == "" || path == "" {
		return root + path
	}
	return root + "." + path
}
