package merge

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/provenance"
)

// A Layer is one pod template that takes part in a merge.
type Layer struct {
	// Name is the layer of origins that do not say one: a Layer constant of package
	// provenance, or any other name.
	Name string
	// Pod is the template; it must not be nil, and is never changed.
	Pod *corev1.PodTemplateSpec
	// Fields says which fields of Pod the layer sets, and where they are written,
	// keyed metadata.… and spec.…. A field in it is set even if its value is zero.
	// Fields that are not zero are set in any case. It may be nil.
	Fields provenance.Map
}

// Options say how to merge. The zero value is ready to use.
type Options struct {
	Strategy *Strategy // nil: strategic
	// Provenance asks for Result.Fields, which costs more than the merge itself.
	Provenance bool
}

// A Result is what a merge makes of its layers.
type Result struct {
	Pod *corev1.PodTemplateSpec
	// Fields has at least one origin for every leaf of Pod: the deciding one last,
	// before it those that lost, lowest layer first. It may have fields that Pod
	// does not print, because a layer set them to zero. Nil unless
	// Options.Provenance is set.
	Fields provenance.Map
}

// Merge puts layers over one another, lowest precedence first. No layers make an
// empty template. It fails only if a layer has no Pod, or if the strategy needs
// a key to match list elements by and an element has none.
func Merge(opts Options, layers ...Layer) (*Result, error) {
	for i, l := range layers {
		if l.Pod == nil {
			return nil, fmt.Errorf("layer %d (%s) has no pod template", i, l.Name)
		}
	}
	if len(layers) == 0 {
		layers = []Layer{{Pod: &corev1.PodTemplateSpec{}}}
	}
	s := opts.Strategy
	if s == nil {
		var err error
		if s, err = LookupStrategy("strategic"); err != nil {
			return nil, err
		}
	}
	pod, fields, err := s.merge(layers, opts.Provenance)
	if err != nil {
		return nil, err
	}
	return &Result{Pod: pod, Fields: fields}, nil
}

// mergeAppending is the strategy append.
func mergeAppending(layers []Layer, trace bool) (*corev1.PodTemplateSpec, provenance.Map, error) {
	out := layers[0].Pod.DeepCopy()
	var tree *provenance.Tree
	for i, l := range layers {
		var t *provenance.Tree
		if trace {
			var err error
			if t, err = layerTree(l); err != nil {
				return nil, nil, err
			}
		}
		if i == 0 {
			tree = t
			continue
		}
		Append(out, l.Pod.DeepCopy(), tree, t)
	}
	if !trace {
		return out, nil, nil
	}
	obj, err := toGeneric(out)
	if err != nil {
		return nil, nil, err
	}
	tree.Fill(obj, provenance.Origin{Layer: layers[0].Name})
	return out, tree.Map(obj), nil
}

// layerTree returns the origins of what l says, zero values included.
func layerTree(l Layer) (*provenance.Tree, error) {
	obj, err := present(l.Pod, l.Fields)
	if err != nil {
		return nil, err
	}
	return provenance.NewTree(obj, l.Fields, provenance.Origin{Layer: l.Name}), nil
}
