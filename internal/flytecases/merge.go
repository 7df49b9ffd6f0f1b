package flytecases

import (
	"bytes"
	"encoding/json"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podcue/podcue/merge/flyte"
)

func answerMergeBase(p *flyte.Profile, in []byte) (any, error) {
	var q struct {
		Template, Base       *corev1.PodSpec
		Primary, PrimaryInit string
	}
	if err := json.Unmarshal(in, &q); err != nil {
		return nil, err
	}
	spec, err := p.MergeBase(q.Template, q.Base, q.Primary, q.PrimaryInit)
	if err != nil {
		return refusal(err), nil
	}
	return map[string]any{"podSpec": spec}, nil
}

func answerMergeBaseRepeat(p *flyte.Profile, in []byte) (any, error) {
	var q struct {
		Template *corev1.PodSpec
		Bases    []*corev1.PodSpec
		Primary  string
	}
	if err := json.Unmarshal(in, &q); err != nil {
		return nil, err
	}
	before, err := json.Marshal(q.Template)
	if err != nil {
		return nil, err
	}
	specs := []*corev1.PodSpec{}
	for _, base := range q.Bases {
		spec, err := p.MergeBaseShared(q.Template, base, q.Primary, "")
		if err != nil {
			return refusal(err), nil
		}
		specs = append(specs, spec.DeepCopy()) // the template it shares parts with changes yet
	}
	after, err := json.Marshal(q.Template)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"podSpecs": specs, "templateAfter": q.Template, "templateMutated": !bytes.Equal(before, after),
	}, nil
}

func answerOverlay(_ *flyte.Profile, in []byte) (any, error) {
	var q struct{ Base, Overlay *corev1.PodSpec }
	if err := json.Unmarshal(in, &q); err != nil {
		return nil, err
	}
	spec, err := flyte.MergeOverlay(q.Base, q.Overlay)
	if err != nil {
		return refusal(err), nil
	}
	return map[string]any{"podSpec": spec}, nil
}

func answerMergeMeta(_ *flyte.Profile, in []byte) (any, error) {
	var q struct{ TemplateMeta, BaseMeta metav1.ObjectMeta }
	if err := json.Unmarshal(in, &q); err != nil {
		return nil, err
	}
	return map[string]any{"objectMeta": flyte.MergeMetadata(&q.TemplateMeta, &q.BaseMeta)}, nil
}
