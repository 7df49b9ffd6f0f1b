package compiler

import (
	"bytes"
	"encoding/json"
	"fmt"

	"cuelang.org/go/cue"
	corev1 "k8s.io/api/core/v1"
	kjson "sigs.k8s.io/json"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// The layers that compiled values belong to.
const (
	templateLayer = provenance.LayerTemplate
	taskLayer     = provenance.LayerTask
	configLayer   = provenance.LayerConfig
)

// authored is the JSON form of a #PodTemplate.
type authored struct {
	Name                 string            `json:"name,omitempty"`
	PrimaryContainerName string            `json:"primaryContainerName,omitempty"`
	Labels               map[string]string `json:"labels,omitempty"`
	Annotations          map[string]string `json:"annotations,omitempty"`
	PodSpec              json.RawMessage   `json:"podSpec,omitempty"`
}

// template decodes one template; nil if it has mistakes.
func (r *rounds) template(tr *translator, m member) (t *Template, list finding.List, own bool) {
	list, own, ok := r.check(tr, templatesField, m)
	if !ok {
		return nil, list, own
	}
	t, err := r.decodeTemplate(m.name, r.pkg.Path, r.evaluation, cue.MakePath(cue.Str(templatesField), cue.Str(m.name)))
	if err != nil {
		return nil, tr.undecodable(kindTemplate, m, err), true
	}
	t.Pos = r.itemPosition(r.inst, templatesField, m)
	if t.Name == "" {
		return nil, tr.unnamed(kindTemplate, t.Pos), true
	}
	return t, nil, false
}

// decodeTemplate decodes what is at a path of an evaluation, which is concrete and
// without errors, as a template of the package pkg; where it is written, it does
// not say.
func (ev *evaluator) decodeTemplate(label, pkg string, e *evaluation, at cue.Path) (*Template, error) {
	v := ev.value(e).LookupPath(at)
	data, err := v.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var a authored
	if err := strict(data, &a); err != nil {
		return nil, err
	}
	t := &Template{Name: a.Name, Package: pkg, PrimaryContainerName: a.PrimaryContainerName}
	if t.Name == "" {
		t.Name = label
	}
	t.Pod.Labels, t.Pod.Annotations = a.Labels, a.Annotations
	if len(a.PodSpec) > 0 {
		t.Pod.Spec = corev1.PodSpec{}
		if err := strict(a.PodSpec, &t.Pod.Spec); err != nil {
			return nil, fmt.Errorf("podSpec: %w", err)
		}
	}
	t.Fields = ev.fields(e, at, data, templatePath, templateLayer)
	t.Waivers, t.badWaivers = ev.waivers(e.inst, t, v)
	return t, nil
}

// strict decodes data and refuses what into has no place for.
func strict(data []byte, into any) error {
	problems, err := kjson.UnmarshalStrict(data, into)
	if err != nil {
		return err
	}
	if len(problems) > 0 {
		return problems[0]
	}
	return nil
}

// task decodes one task; nil if it has mistakes.
func (r *rounds) task(tr *translator, m member) (t *Task, list finding.List, own bool) {
	list, own, ok := r.check(tr, tasksField, m)
	if !ok {
		return nil, list, own
	}
	data, name, err := taskJSON(m)
	if err != nil {
		return nil, tr.undecodable(kindTask, m, err), true
	}
	pos := r.itemPosition(r.inst, tasksField, m)
	if name == "" {
		return nil, tr.unnamed(kindTask, pos), true
	}
	return &Task{
		Name: name, Package: r.inst.source.path, Pos: pos, JSON: data,
		Fields: r.fields(r.evaluation, cue.MakePath(cue.Str(tasksField), cue.Str(m.name)), data, nil, taskLayer),
	}, nil, false
}

// taskJSON returns the task without its template as JSON, its members in CUE's
// order, which is the author's, and its name, which defaults to its label.
func taskJSON(m member) (data []byte, name string, err error) {
	fields, err := m.value.Fields()
	if err != nil {
		return nil, "", err
	}
	name = m.name
	var b bytes.Buffer
	for fields.Next() {
		label := fields.Selector().Unquoted()
		if label == podTemplateField {
			continue
		}
		value, err := fields.Value().MarshalJSON()
		if err != nil {
			return nil, "", err
		}
		if label == "name" {
			if err := json.Unmarshal(value, &name); err != nil {
				return nil, "", err
			}
			continue
		}
		key, err := json.Marshal(label)
		if err != nil {
			return nil, "", err
		}
		fmt.Fprintf(&b, ",%s:%s", key, value)
	}
	quoted, err := json.Marshal(name)
	if err != nil {
		return nil, "", err
	}
	return fmt.Appendf(nil, `{"name":%s%s}`, quoted, b.Bytes()), name, nil
}
