package flyte

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// A hazardPass is one Pod under examination: how it came to be, in stages.
type hazardPass struct {
	p   *Profile
	in  *Input
	b   *builder // has run the steps before the templates; its provenance is off
	pod *corev1.Pod
	// raw is the pod spec that the task brings along, after step 1.
	raw *corev1.PodSpec
	// task is what is merged onto the templates, after step 6.
	task *corev1.PodSpec
	// templates are those that take part, lowest precedence first.
	templates []*hazardTemplate
	// containers are the final Pod's, init containers first.
	containers []*hazardContainer
	// fields are the origins of the final Pod, with layers at least; paths are its
	// paths, sorted.
	fields provenance.Map
	paths  []provenance.Path

	hazard *Hazard // the one that is looked for
	found  finding.List
}

// A hazardTemplate is a template under the task's pod spec.
type hazardTemplate struct {
	title string // "the base template ns/name"
	layer string
	spec  *corev1.PodSpec
	meta  *metav1.ObjectMeta
	tree  func() *provenance.Tree // of {metadata, spec}; nil without provenance
}

// A hazardContainer is a container of the final Pod with what it was made from.
type hazardContainer struct {
	name  string
	path  provenance.Path
	init  bool
	index int // in its list
	final *corev1.Container
	task  *corev1.Container // what is merged onto the templates
	raw   *corev1.Container // what the task wrote; nil for one of Flyte's own
	// applied are the templates' containers that apply to it, lowest precedence
	// first.
	applied []hazardPart
}

// A hazardPart is a container of a template.
type hazardPart struct {
	template  *hazardTemplate
	container *corev1.Container
	init      bool
	index     int
}

// origins of the node of the template's container that fields lead to.
func (part hazardPart) origins(fields ...string) []provenance.Origin {
	list := "containers"
	if part.init {
		list = "initContainers"
	}
	return part.template.origins(at(item(at(part.template.tree(), "spec", list), part.index), fields...))
}

// origins returns those of t, a node of the template's tree, the deciding one
// first; the template as such if it has none.
func (t *hazardTemplate) origins(node *provenance.Tree) []provenance.Origin {
	if o := nearestOrigin(node); len(o) > 0 {
		return o
	}
	return []provenance.Origin{{Layer: t.layer}}
}

// nearestOrigin returns the deciding origin of t or, before that, of the first
// node below it that has a position. It has at most one element.
func nearestOrigin(t *provenance.Tree) []provenance.Origin {
	var found []provenance.Origin
	t.Walk(func(n *provenance.Tree) bool {
		if o := n.Origins(); len(o) > 0 && (len(found) == 0 || o[len(o)-1].Pos.IsValid()) {
			found = o[len(o)-1:]
		}
		return len(found) == 0 || !found[0].Pos.IsValid()
	})
	return found
}

// examine returns a pass over the Pod out, nil if the stages cannot be followed
// because Flyte refuses the task in one of them.
func (p *Profile) examine(in *Input, out *Output) *hazardPass {
	quiet := *in
	quiet.Sources = nil
	quiet.Templates = in.Templates.private()
	h := &hazardPass{p: p, in: in, b: p.begin(&quiet)}
	h.b.plugin = true
	if h.b.run(podSpecSteps[:1]) != nil {
		return nil
	}
	h.raw = h.b.spec.DeepCopy()
	if h.b.run(podSpecSteps[1:stepsBeforeTemplates]) != nil {
		return nil
	}
	h.task = h.b.spec.DeepCopy()
	if h.b.base == nil && h.b.lookUpBaseTemplate() != nil {
		return nil
	}
	h.addTemplates()
	if out == nil {
		return h
	}
	h.pod, h.fields = out.Pod, out.Fields
	if h.fields == nil {
		traced := quiet
		traced.Sources = &Sources{}
		again, err := p.Build(&traced)
		if err != nil {
			return nil
		}
		h.fields = again.Fields
	}
	h.paths = h.fields.Paths()
	h.addContainers()
	return h
}

// private returns a Store of the same templates that is not shared.
func (s *Store) private() *Store {
	if s == nil || !s.shared {
		return s
	}
	return &Store{templates: s.templates}
}

func (h *hazardPass) addTemplates() {
	if base := h.b.base; base != nil {
		fields := h.b.in.Templates.fields(base.name)
		h.templates = append(h.templates, &hazardTemplate{
			title: "base template " + base.name, layer: provenance.LayerBase,
			spec: &base.template.Spec, meta: &base.template.ObjectMeta,
			tree: lazyTree(func() *provenance.Tree { return sourceTree(base.template, fields, provenance.LayerBase) }),
		})
	}
	name, class, ok := h.b.deviceClass()
	if !ok || class.PodTemplate == nil {
		return
	}
	h.templates = append(h.templates, &hazardTemplate{
		title: "template of device class " + name, layer: provenance.LayerDeviceClass,
		spec: &class.PodTemplate.Template.Spec, meta: &class.PodTemplate.Template.ObjectMeta,
		tree: lazyTree(func() *provenance.Tree {
			return relayered(at(h.cfgTree(), "accelerator-device-classes", name, "pod-template", "template"), provenance.LayerDeviceClass)
		}),
	})
}

// fields returns the origins of the template called namespace/name.
func (s *Store) fields(name string) provenance.Map {
	if s == nil {
		return nil
	}
	for key, t := range s.templates {
		if key.namespace+"/"+key.name == name {
			return t.fields
		}
	}
	return nil
}

// lazyTree makes a tree when it is first asked for: most Pods have no hazards.
func lazyTree(of func() *provenance.Tree) func() *provenance.Tree {
	var tree *provenance.Tree
	return func() *provenance.Tree {
		if tree == nil {
			tree = of()
		}
		return tree
	}
}

// cfgTree returns the origins of the configuration.
func (h *hazardPass) cfgTree() *provenance.Tree { return h.b.cfg.tree() }

// config returns the origin of the key of the configuration that fields lead to.
func (h *hazardPass) config(fields ...string) []provenance.Origin {
	if o := nearestOrigin(at(h.cfgTree(), fields...)); len(o) > 0 {
		return o
	}
	return []provenance.Origin{{Layer: provenance.LayerConfig}}
}

func (h *hazardPass) addContainers() {
	h.pair(h.pod.Spec.InitContainers, h.task.InitContainers, h.raw.InitContainers, true)
	h.pair(h.pod.Spec.Containers, h.task.Containers, h.raw.Containers, false)
}

// pair adds the containers of one list. The final list has exactly the
// containers of task, in its order.
func (h *hazardPass) pair(final, task, raw []corev1.Container, init bool) {
	list, primary, magic := provenance.Path("spec.containers"), h.b.primary, containerMagic
	if init {
		list, primary, magic = "spec.initContainers", h.b.primaryInit, initContainerMagic
	}
	seen := map[string]bool{}
	for i := range min(len(final), len(task)) {
		c := &hazardContainer{
			name: final[i].Name, path: list.Key(final[i].Name), init: init, index: i, final: &final[i], task: &task[i],
		}
		if seen[c.name] {
			c.path = list.Index(i)
		}
		seen[c.name] = true
		if j := slices.IndexFunc(raw, func(r corev1.Container) bool { return r.Name == c.name }); j >= 0 {
			c.raw = &raw[j]
		}
		for _, t := range h.templates {
			from := t.spec.Containers
			if init {
				from = t.spec.InitContainers
			}
			for _, j := range applicable(h.p, from, c.name, primary, magic) {
				c.applied = append(c.applied, hazardPart{t, &from[j], init, j})
			}
		}
		h.containers = append(h.containers, c)
	}
}

// applicable returns which containers of a template are merged under the task's
// container name, lowest precedence first: what templateMerge.containers does.
func applicable(p *Profile, template []corev1.Container, name, primary string, magic magicNames) []int {
	var apply []int
	if i := lastNamed(template, magic.all); i >= 0 {
		apply = append(apply, i)
	}
	if i := lastNamed(template, magic.primary); i >= 0 && name == primary {
		apply = append(apply, i)
	}
	for i := range template {
		if p.matchesByName(template[i].Name, name, primary, magic) {
			apply = append(apply, i)
		}
	}
	return apply
}

// at returns the origins of the final Pod at path, the deciding one first: what
// Map.Deciding does, without looking through all of the map.
func (h *hazardPass) at(path provenance.Path) []provenance.Origin {
	if h.fields.Has(path) {
		return h.fields.Deciding(path)
	}
	below := provenance.Map{}
	for i, _ := slices.BinarySearch(h.paths, path); i < len(h.paths) && strings.HasPrefix(string(h.paths[i]), string(path)); i++ {
		if h.paths[i].Under(path) {
			below[h.paths[i]] = h.fields[h.paths[i]]
		}
	}
	if len(below) > 0 {
		return below.Deciding(path)
	}
	for path != "" && !h.fields.Has(path) {
		path = path.Parent()
	}
	if !h.fields.Has(path) {
		return nil
	}
	return h.fields.Deciding(path)
}

// report adds a finding of the severity of the hazard.
func (h *hazardPass) report(path provenance.Path, origins []provenance.Origin, format string, args ...any) {
	h.reportAs(h.hazard.Severity, path, origins, format, args...)
}

// reportAs adds a finding. Origins without a position that say nothing new are
// dropped, and those that say the same.
func (h *hazardPass) reportAs(s finding.Severity, path provenance.Path, origins []provenance.Origin, format string, args ...any) {
	var distinct []provenance.Origin
	for _, o := range origins {
		if !slices.ContainsFunc(distinct, func(have provenance.Origin) bool { return have.Pos == o.Pos && have.Layer == o.Layer }) {
			distinct = append(distinct, o)
		}
	}
	h.found = append(h.found, finding.Finding{
		ID: h.hazard.ID, Severity: s, Path: path, Message: fmt.Sprintf(format, args...),
		Detail: h.hazard.Detail(), Help: h.hazard.Help, Origins: distinct,
	})
}
