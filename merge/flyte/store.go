package flyte

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/provenance"
)

// A BaseTemplate is a PodTemplate of the cluster, with where its fields were
// written, keyed metadata.… and spec.… as in a PodTemplateSpec.
type BaseTemplate struct {
	PodTemplate *corev1.PodTemplate
	Fields      provenance.Map
}

// A Store holds the PodTemplates of the cluster that Flyte can look up, by
// namespace and name.
//
// A Store made by [NewStore] is never changed: building a Pod works on copies.
// One made by [NewSharedStore] behaves like the informer cache of Flyte 2, which
// hands out its own objects: under a profile whose merge writes into the
// template it is given (flyte@v2), a Pod leaves traces in the templates that the
// next Pods see. Such a Store must not be used by several goroutines at once.
type Store struct {
	shared    bool
	templates map[storeKey]*storedTemplate
	// deviceClasses are the templates of accelerator classes, once used. They are
	// part of the configuration, which Flyte 2 writes into as well.
	deviceClasses map[string]tracedSpec
}

type storeKey struct{ namespace, name string }

// A storedTemplate is a template and, in a shared Store that a Build with
// provenance has used, the tree of its origins (of a PodTemplateSpec).
type storedTemplate struct {
	object *corev1.PodTemplate
	fields provenance.Map
	tree   *provenance.Tree
}

// NewStore returns a Store of copies of templates; of two with the same
// namespace and name the last one counts. A nil PodTemplate is left out.
func NewStore(templates ...BaseTemplate) *Store {
	s := &Store{templates: map[storeKey]*storedTemplate{}}
	for _, t := range templates {
		if t.PodTemplate != nil {
			key := storeKey{t.PodTemplate.Namespace, t.PodTemplate.Name}
			s.templates[key] = &storedTemplate{object: t.PodTemplate.DeepCopy(), fields: t.Fields}
		}
	}
	return s
}

// NewSharedStore is NewStore with Flyte 2's sharing.
func NewSharedStore(templates ...BaseTemplate) *Store {
	s := NewStore(templates...)
	s.shared = true
	return s
}

// Template returns a copy of the template as it is now, nil if there is none.
func (s *Store) Template(namespace, name string) *corev1.PodTemplate {
	if s == nil {
		return nil
	}
	if t := s.templates[storeKey{namespace, name}]; t != nil {
		return t.object.DeepCopy()
	}
	return nil
}

// find returns the template called name of the first namespace that has one.
func (s *Store) find(name string, namespaces ...string) *storedTemplate {
	if s == nil {
		return nil
	}
	for _, ns := range namespaces {
		if t := s.templates[storeKey{ns, name}]; t != nil {
			return t
		}
	}
	return nil
}

// tracedTemplate is a template that a merge may write into, with the tree of
// its origins (nil: provenance is off).
type tracedTemplate struct {
	template *corev1.PodTemplateSpec
	tree     *provenance.Tree
	owned    bool // it is a copy made for this merge
}

// lend returns the template for one merge: a copy if the merge writes into it,
// unless the store is shared.
func (s *Store) lend(t *storedTemplate, written, trace bool) tracedTemplate {
	out := tracedTemplate{template: &t.object.Template}
	if written && s.shared {
		if trace && t.tree == nil {
			t.tree = sourceTree(t.object.Template, t.fields, provenance.LayerBase)
		}
		out.tree = t.tree
		return out
	}
	if written {
		out.template, out.owned = copyForUse(&t.object.Template), true
	}
	if trace {
		out.tree = sourceTree(out.template, t.fields, provenance.LayerBase)
	}
	return out
}

// copyForUse copies a template for a merge that may write into it, but for the
// containers that apply to all: those are copied each time they are used.
func copyForUse(t *corev1.PodTemplateSpec) *corev1.PodTemplateSpec {
	rest := *t
	rest.Spec.Containers, rest.Spec.InitContainers = nil, nil
	out := rest.DeepCopy()
	out.Spec.Containers = copyContainers(t.Spec.Containers, containerMagic.all)
	out.Spec.InitContainers = copyContainers(t.Spec.InitContainers, initContainerMagic.all)
	return out
}

func copyContainers(list []corev1.Container, but string) []corev1.Container {
	if list == nil {
		return nil
	}
	out := make([]corev1.Container, len(list))
	for i := range list {
		if list[i].Name == but {
			out[i] = list[i]
			continue
		}
		list[i].DeepCopyInto(&out[i])
	}
	return out
}

// lendDeviceClass returns the spec of an accelerator class's template for one
// merge, as lend does with stored templates.
func (s *Store) lendDeviceClass(class string, template *corev1.PodTemplate, b *builder) tracedSpec {
	shared := s != nil && s.shared && b.p.sharesTemplates
	if shared {
		if lent, ok := s.deviceClasses[class]; ok {
			return lent
		}
	}
	lent := tracedSpec{spec: template.Template.Spec.DeepCopy(), owned: !shared}
	if b.tree != nil {
		src := at(b.cfgSrc, "accelerator-device-classes", class, "pod-template", "template", "spec")
		if lent.tree = relayered(src, provenance.LayerDeviceClass); lent.tree == nil {
			lent.tree = sourceTree(lent.spec, nil, provenance.LayerDeviceClass)
		}
	}
	if shared {
		if s.deviceClasses == nil {
			s.deviceClasses = map[string]tracedSpec{}
		}
		s.deviceClasses[class] = lent
	}
	return lent
}
