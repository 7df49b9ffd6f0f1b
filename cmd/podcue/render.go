package main

import (
	"errors"
	"sync"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/provenance"
)

// A rendered is the final Pod of an item.
type rendered struct {
	item          *item
	pod           *corev1.Pod
	primary       string // the primary container's name
	interruptible *bool  // nil: nothing says
	// fields and hazards are computed when they are first asked for: a Pod that
	// nobody asks about is built without provenance.
	fields  func() provenance.Map
	hazards func() finding.List
}

// template returns the Pod as a pod template, for the policies.
func (r *rendered) template() *corev1.PodTemplateSpec {
	return &corev1.PodTemplateSpec{ObjectMeta: r.pod.ObjectMeta, Spec: r.pod.Spec}
}

// render makes the final Pod of i. What the engine refuses is findings in place
// of a Pod; an error means that podcue could not run.
func (i *item) render() (*rendered, finding.List, error) {
	if i.module.flyte == nil {
		return i.renderLayers()
	}
	return i.renderFlyte()
}

// renderFlyte makes the Pod that Flyte creates.
func (i *item) renderFlyte() (*rendered, finding.List, error) {
	in, err := i.input(false)
	var out *flyte.Output
	if err == nil {
		out, err = i.module.flyte.Build(in)
	}
	if err != nil {
		return nil, i.refusedBy(err), nil
	}
	traced := sync.OnceValues(func() (*flyte.Input, *flyte.Output) {
		in, err := i.input(true)
		if err != nil {
			return nil, nil
		}
		out, err := i.module.flyte.Build(in)
		if err != nil {
			return nil, nil
		}
		return in, out
	})
	r := &rendered{
		item: i, pod: out.Pod, primary: out.PrimaryContainerName,
		interruptible: &in.Execution.Interruptible,
		fields: func() provenance.Map {
			if _, out := traced(); out != nil {
				return out.Fields
			}
			return nil
		},
	}
	r.hazards = sync.OnceValue(func() finding.List {
		in, out := traced()
		if out == nil {
			return nil
		}
		return i.about(i.module.flyte.Hazards(in, out))
	})
	return r, nil, nil
}

// refusedBy returns what there is to say about a task that Flyte refuses with
// err. The Pod is built once more, to know where the refused field is written.
func (i *item) refusedBy(err error) finding.List {
	in, again := i.input(true)
	var hazards finding.List
	if again == nil {
		_, again = i.module.flyte.Build(in)
		hazards = i.about(i.module.flyte.Hazards(in, nil))
	}
	if again != nil {
		err = again
	}
	return append(i.refused(err), i.placed(hazards)...)
}

// refused is the finding for an error of the merge.
func (i *item) refused(err error) finding.List {
	var refused *flyte.Error
	if !errors.As(err, &refused) {
		refused = &flyte.Error{Message: err.Error(), Err: err}
	}
	return i.placed(finding.List{refusal(refused, i.object(finding.StageFinal), i.module.profile)})
}

// about makes findings of the merge findings about i.
func (i *item) about(found finding.List) finding.List {
	for n := range found {
		found[n].Object = i.object(finding.StageFinal)
	}
	return found
}

// input is what Flyte builds the item's Pod from; with trace, it says where
// everything was written.
func (i *item) input(trace bool) (*flyte.Input, error) {
	in, err := i.taskInput(trace)
	if err != nil {
		return nil, err
	}
	in.Config = i.module.settings
	in.Templates = i.module.templates
	return in, nil
}

// taskInput is the share of the item itself in the input.
func (i *item) taskInput(trace bool) (*flyte.Input, error) {
	p := i.module.flyte
	if i.file != nil {
		return i.file.input(p, i.module.preview, trace)
	}
	authored, fields, err := i.authored(trace)
	if err != nil {
		return nil, err
	}
	var t *flyte.AuthoredTemplate
	if template := i.source(); template != nil {
		t = &flyte.AuthoredTemplate{
			Name: template.Name, PrimaryContainerName: template.PrimaryContainerName, Pod: &template.Pod,
		}
		if trace {
			t.Fields = template.Fields()
		}
	}
	return authored.Input(p, t, i.module.preview, fields)
}

// authored is the task of the item, or for a template that no task uses the
// preview.
func (i *item) authored(trace bool) (*flyte.Authored, provenance.Map, error) {
	if i.task == nil {
		preview := flyte.Authored{}
		if i.module.preview != nil {
			preview = *i.module.preview
		}
		preview.Name = i.name
		var fields provenance.Map
		if trace {
			fields = i.module.config.below("preview") // never nil: provenance is on
		}
		return &preview, fields, nil
	}
	a, err := flyte.DecodeAuthored(i.task.JSON)
	if err != nil || !trace {
		return a, nil, err
	}
	return a, i.task.Fields(), nil
}
