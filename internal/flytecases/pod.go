package flytecases

import (
	"bytes"
	"encoding/json"
	"errors"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/merge/flyte"
)

// podQuestion is what the ops that build Pods have in common.
type podQuestion struct {
	configQuestion
	PodTemplate  *corev1.PodTemplate
	PodTemplates []*corev1.PodTemplate
}

// templates returns the templates as the cluster has them: one without a name
// gets the configured default one, one without a namespace the given one.
func (q *podQuestion) templates(cfg *flyte.Config, namespace string) []flyte.BaseTemplate {
	all := q.PodTemplates
	if q.PodTemplate != nil {
		all = append([]*corev1.PodTemplate{q.PodTemplate}, all...)
	}
	out := make([]flyte.BaseTemplate, 0, len(all))
	for _, t := range all {
		if t = t.DeepCopy(); t == nil {
			continue
		}
		if t.Name == "" {
			t.Name = cfg.DefaultPodTemplateName
		}
		if t.Namespace == "" {
			t.Namespace = namespace
		}
		out = append(out, flyte.BaseTemplate{PodTemplate: t})
	}
	return out
}

// Input returns the input of a question of the ops pod and action, with a Store
// of its own that is not shared.
func Input(p *flyte.Profile, in []byte) (*flyte.Input, error) {
	var q struct {
		podQuestion
		Op     string
		Task   flyte.TaskTemplate
		Meta   *flyte.Execution
		Action flyte.Action
	}
	if err := json.Unmarshal(in, &q); err != nil {
		return nil, err
	}
	cfg, err := q.load(p)
	if err != nil {
		return nil, err
	}
	if q.Meta == nil {
		if q.Meta, err = q.Action.Execution(&q.Task, cfg.ServiceAccount); err != nil {
			return nil, err
		}
	}
	templates := q.templates(cfg, q.Meta.Namespace)
	return &flyte.Input{Task: &q.Task, Execution: q.Meta, Config: cfg, Templates: flyte.NewStore(templates...)}, nil
}

func answerPod(p *flyte.Profile, in []byte) (any, error) {
	var q struct {
		podQuestion
		Task flyte.TaskTemplate
		Meta flyte.Execution
	}
	if err := json.Unmarshal(in, &q); err != nil {
		return failed(flyte.StageInput, err), nil
	}
	cfg, err := q.load(p)
	if err != nil {
		return failed(flyte.StageConfig, err), nil
	}
	return q.build(p, cfg, &q.Task, &q.Meta)
}

func answerAction(p *flyte.Profile, in []byte) (any, error) {
	var q struct {
		podQuestion
		Task   flyte.TaskTemplate
		Action flyte.Action
	}
	if err := json.Unmarshal(in, &q); err != nil {
		return failed(flyte.StageInput, err), nil
	}
	cfg, err := q.load(p)
	if err != nil {
		return failed(flyte.StageConfig, err), nil
	}
	exec, err := q.Action.Execution(&q.Task, cfg.ServiceAccount)
	if err != nil {
		return failed(flyte.StageInput, err), nil
	}
	return q.build(p, cfg, &q.Task, exec)
}

// build answers with both of Flyte's results, each from a fresh store.
func (q *podQuestion) build(p *flyte.Profile, cfg *flyte.Config, task *flyte.TaskTemplate, exec *flyte.Execution) (any, error) {
	templates := q.templates(cfg, exec.Namespace)
	in := &flyte.Input{Task: task, Execution: exec, Config: cfg, Templates: flyte.NewSharedStore(templates...)}
	out := map[string]any{}
	spec, err := p.PodSpec(in)
	if err != nil {
		out = failed(flyte.StagePodSpec, err)
	}
	store := flyte.NewSharedStore(templates...)
	in.Templates = store
	built, buildErr := p.Build(in)
	switch {
	case buildErr != nil && err == nil:
		return failed(flyte.StagePod, buildErr), nil
	case buildErr == nil:
		out["pod"] = inMemory(built.Pod)
	}
	if err == nil {
		out["podSpec"], out["objectMeta"], out["primaryContainerName"] = spec.Spec, spec.Metadata, spec.PrimaryContainerName
	}
	if buildErr != nil {
		return out, nil
	}
	// A fresh store says what the template was, also where two share a name.
	fresh := flyte.NewStore(templates...)
	for _, t := range templates {
		after := store.Template(t.PodTemplate.Namespace, t.PodTemplate.Name)
		same, err := sameJSON(fresh.Template(t.PodTemplate.Namespace, t.PodTemplate.Name), after)
		if err != nil {
			return nil, err
		}
		if !same {
			out["templateMutated"] = after
		}
	}
	return out, nil
}

// inMemory is the Pod as Flyte has it in memory: its kind is lower-case there.
func inMemory(pod *corev1.Pod) *corev1.Pod {
	pod.Kind = "pod"
	return pod
}

func sameJSON(a, b any) (bool, error) {
	ja, err := json.Marshal(a)
	if err != nil {
		return false, err
	}
	jb, err := json.Marshal(b)
	return bytes.Equal(ja, jb), err
}

// failed is the answer to what fails at stage, unless err knows better.
func failed(stage flyte.Stage, err error) map[string]any {
	var e *flyte.Error
	if errors.As(err, &e) && e.Stage != "" {
		stage = e.Stage
	}
	return map[string]any{"error": err.Error(), "stage": stage}
}

func answerPodSeq(p *flyte.Profile, in []byte) (any, error) {
	var q struct {
		podQuestion
		Steps []struct {
			Task flyte.TaskTemplate
			Meta flyte.Execution
		}
	}
	if err := json.Unmarshal(in, &q); err != nil {
		return failed(flyte.StageInput, err), nil
	}
	cfg, err := q.load(p)
	if err != nil {
		return failed(flyte.StageConfig, err), nil
	}
	namespace := ""
	if len(q.Steps) > 0 {
		namespace = q.Steps[0].Meta.Namespace
	}
	templates := q.templates(cfg, namespace)
	store := flyte.NewSharedStore(templates...)
	pods := []any{}
	for i := range q.Steps {
		built, err := p.Build(&flyte.Input{Task: &q.Steps[i].Task, Execution: &q.Steps[i].Meta, Config: cfg, Templates: store})
		if err != nil {
			pods = append(pods, refusal(err))
			continue
		}
		// The next step may write into what this Pod shares with the template.
		pods = append(pods, inMemory(built.Pod.DeepCopy()))
	}
	out := map[string]any{"pods": pods}
	if len(templates) > 0 {
		out["templateAfter"] = store.Template(templates[0].PodTemplate.Namespace, templates[0].PodTemplate.Name)
	}
	return out, nil
}

func answerSched(p *flyte.Profile, in []byte) (any, error) {
	var q struct {
		podQuestion
		Base          *corev1.PodSpec
		Interruptible bool
	}
	if err := json.Unmarshal(in, &q); err != nil {
		return nil, err
	}
	cfg, err := q.load(p)
	if err != nil {
		return failed(flyte.StageConfig, err), nil
	}
	return map[string]any{"podSpec": p.ApplySchedulingConstraints(cfg, q.Base, q.Interruptible)}, nil
}
