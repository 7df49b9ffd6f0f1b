package main

import (
	"maps"
	"slices"
	"sync"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/merge"
	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/provenance"
)

// renderLayers makes the Pod of a merge strategy: the base PodTemplates in their
// order, the template on them, and what the task says of its container on top.
func (i *item) renderLayers() (*rendered, finding.List, error) {
	layers, primary, refused := i.layers()
	if refused != nil {
		return nil, refused, nil
	}
	merged, err := merge.Merge(merge.Options{Strategy: i.module.strategy}, layers...)
	if err != nil {
		return nil, i.refused(err), nil
	}
	pod := &corev1.Pod{
		TypeMeta:   metav1.TypeMeta{Kind: "Pod", APIVersion: "v1"},
		ObjectMeta: merged.Pod.ObjectMeta, Spec: merged.Pod.Spec,
	}
	named := pod.Name != ""
	if !named {
		pod.Name = i.name
	}
	return &rendered{
		item: i, pod: pod, primary: primary,
		fields:  sync.OnceValue(func() provenance.Map { return i.layerFields(layers, named) }),
		hazards: func() finding.List { return nil },
	}, nil, nil
}

// layerFields merges once more, with provenance.
func (i *item) layerFields(layers []merge.Layer, named bool) provenance.Map {
	merged, err := merge.Merge(merge.Options{Strategy: i.module.strategy, Provenance: true}, layers...)
	if err != nil {
		return nil // it did not fail before
	}
	if !named {
		merged.Fields.Add("metadata.name", provenance.Origin{Layer: i.layer(), Pos: i.position(), Rule: "name", Value: provenance.JSON(i.name)})
	}
	merged.Fields.Add("kind", provenance.Origin{Layer: i.layer(), Pos: i.position(), Rule: "pod", Value: `"Pod"`})
	merged.Fields.Add("apiVersion", provenance.Origin{Layer: i.layer(), Pos: i.position(), Rule: "pod", Value: `"v1"`})
	return merged.Fields
}

// layers returns what is merged, lowest precedence first, and the primary
// container's name.
func (i *item) layers() ([]merge.Layer, string, finding.List) {
	var layers []merge.Layer
	for _, b := range i.module.bases {
		layers = append(layers, merge.Layer{Name: provenance.LayerBase, Pod: &b.PodTemplate.Template, Fields: b.Fields})
	}
	primary := i.primary()
	if template := i.source(); template != nil {
		layers = append(layers, merge.Layer{Name: provenance.LayerTemplate, Pod: &template.Pod, Fields: template.Fields()})
	}
	if i.file != nil {
		return nil, "", i.refused(&flyte.Error{Message: "a TaskTemplate of Flyte's becomes a Pod by a profile of Flyte's, not by the strategy " + i.module.profile})
	}
	if primary == "" {
		primary = i.name
	}
	task, fields, err := i.authored(true)
	if err != nil {
		return nil, "", i.refused(err)
	}
	pod, err := task.Container(primary)
	if err != nil {
		return nil, "", i.refused(err)
	}
	return append(layers, taskLayer(pod, primary, fields)), primary, nil
}

// taskLayer is what a task says of its container, as a layer.
func taskLayer(c *corev1.Container, primary string, fields provenance.Map) merge.Layer {
	at := provenance.Path("spec.containers").Key(primary)
	layer := merge.Layer{
		Name:   provenance.LayerTask,
		Pod:    &corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{*c}}},
		Fields: provenance.Map{},
	}
	layer.Fields.Add(at.Child("name"), provenance.Origin{Layer: provenance.LayerTask, Rule: "primary-container"})
	for _, path := range slices.Sorted(maps.Keys(fields)) {
		for _, member := range []provenance.Path{"image", "command", "args", "resources"} {
			if path.Under(member) {
				layer.Fields.Add(at+"."+path, fields[path]...)
			}
		}
		// The task's env is a map, a container's is a list with the map's keys.
		if segs := path.Segments(); len(segs) == 2 && segs[0].Name == "env" {
			env := at.Child("env").Key(segs[1].Name)
			layer.Fields.Add(env.Child("name"), fields[path]...)
			layer.Fields.Add(env.Child("value"), fields[path]...)
		}
	}
	return layer
}
