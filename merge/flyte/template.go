package flyte

import (
	"errors"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podcue/podcue/merge"
	"github.com/podcue/podcue/provenance"
)

// magicNames are the names of the template containers that apply to more than
// their namesakes.
type magicNames struct {
	all     string // applies to every container
	primary string // applies to the primary one
}

var (
	containerMagic     = magicNames{all: "default", primary: "primary"}
	initContainerMagic = magicNames{all: "default-init", primary: "primary-init"}
)

// matchAnyButMagic is the match by name of Flyte 2: any namesake, but the magic
// containers are not namesakes.
func matchAnyButMagic(template, container, _ string, magic magicNames) bool {
	return template == container && template != magic.all && template != magic.primary
}

// matchUnlessSpecial is that of Flyte 1: the primary container, and one that is
// called like the container for all, have no namesakes.
func matchUnlessSpecial(template, container, primary string, magic magicNames) bool {
	return template == container && container != primary && container != magic.all
}

// Errors of the merge functions, in Flyte's words.
var (
	errNilMerge   = errors.New("neither the templatePodSpec or the basePodSpec can be nil")
	errNilOverlay = errors.New("neither the basePodSpec or the overlayPodSpec can be nil")
)

// MergeBase merges the pod spec of a task onto a template, as Flyte does with
// base PodTemplates: MergeBasePodSpecOntoTemplate. The result has exactly the
// task's containers. primaryInit is "" for no primary init container. Neither
// argument is changed; a nil one is an error.
func (p *Profile) MergeBase(template, task *corev1.PodSpec, primary, primaryInit string) (*corev1.PodSpec, error) {
	return p.MergeBaseShared(template.DeepCopy(), task, primary, primaryInit)
}

// MergeBaseShared is MergeBase with a template object that is used again: under
// a profile that writes into it, as Flyte 2 does, later merges see the traces of
// this one.
func (p *Profile) MergeBaseShared(template, task *corev1.PodSpec, primary, primaryInit string) (*corev1.PodSpec, error) {
	if template == nil || task == nil {
		return nil, errNilMerge
	}
	m := &templateMerge{p: p, primary: primary, primaryInit: primaryInit}
	spec, _ := m.merge(tracedSpec{spec: template}, tracedSpec{spec: task.DeepCopy(), owned: true})
	return spec, nil
}

// MergeOverlay lays overlay on base: MergeOverlayPodSpecOntoBase, which the
// plugins for Ray and Spark use. The result has exactly the containers of base.
// Neither argument is changed; a nil one is an error.
func MergeOverlay(base, overlay *corev1.PodSpec) (*corev1.PodSpec, error) {
	if base == nil || overlay == nil {
		return nil, errNilOverlay
	}
	out, over := base.DeepCopy(), overlay.DeepCopy()
	containers, inits := out.Containers, out.InitContainers
	overContainers, overInits := over.Containers, over.InitContainers
	out.Containers, out.InitContainers, over.Containers, over.InitContainers = nil, nil, nil, nil
	merge.Append(out, over, nil, nil)
	out.Containers = overlayContainers(containers, overContainers)
	out.InitContainers = overlayContainers(inits, overInits)
	return out, nil
}

func overlayContainers(base, overlay []corev1.Container) []corev1.Container {
	for i := range base {
		for j := range overlay {
			if base[i].Name == overlay[j].Name {
				merge.Append(&base[i], overlay[j].DeepCopy(), nil, nil)
			}
		}
	}
	return base
}

// MergeMetadata merges the metadata of a task onto that of a template: labels
// and annotations are united, lists appended. Neither argument is changed.
func MergeMetadata(template, task *metav1.ObjectMeta) *metav1.ObjectMeta {
	out := template.DeepCopy()
	merge.Append(out, task.DeepCopy(), nil, nil)
	return out
}

// tracedSpec is a pod spec with the tree of its origins (nil: none).
type tracedSpec struct {
	spec  *corev1.PodSpec
	tree  *provenance.Tree
	owned bool // nobody else needs it: a merge may use it up
}

// A templateMerge is one merge of a task onto a template.
type templateMerge struct {
	p                    *Profile
	primary, primaryInit string
}

// merge returns the task's spec merged onto the template's. The task's spec is
// used up. The template is written into if the profile does that.
func (m *templateMerge) merge(template, task tracedSpec) (*corev1.PodSpec, *provenance.Tree) {
	containers := m.containers(
		tracedContainers{template.spec.Containers, template.tree.Lookup("containers")},
		tracedContainers{task.spec.Containers, task.tree.Lookup("containers")}, m.primary, containerMagic)
	inits := m.containers(
		tracedContainers{template.spec.InitContainers, template.tree.Lookup("initContainers")},
		tracedContainers{task.spec.InitContainers, task.tree.Lookup("initContainers")}, m.primaryInit, initContainerMagic)

	// The pod as a whole is merged without its containers, whose merge as a list
	// would be thrown away.
	pod := *template.spec
	pod.Containers, pod.InitContainers = nil, nil
	out := &pod
	if !template.owned {
		out = pod.DeepCopy()
	}
	task.spec.Containers, task.spec.InitContainers = nil, nil
	tree := template.tree.Clone()
	merge.Append(out, task.spec, tree, task.tree)
	out.Containers, out.InitContainers = containers.list, inits.list
	tree.SetField("containers", containers.tree)
	tree.SetField("initContainers", inits.tree)
	return out, tree
}

// tracedContainers is a list of containers with the tree of its origins.
type tracedContainers struct {
	list []corev1.Container
	tree *provenance.Tree
}

func (c tracedContainers) at(i int) (*corev1.Container, *provenance.Tree) {
	return &c.list[i], item(c.tree, i)
}

// containers merges each container of the task onto what the template has for
// it: the container for all, the one for the primary, its namesakes, in this
// order of precedence. What the template has beyond that is dropped.
func (m *templateMerge) containers(template, task tracedContainers, primary string, magic magicNames) tracedContainers {
	// Of several magic containers of one name the last one counts.
	all := lastNamed(template.list, magic.all)
	forPrimary := lastNamed(template.list, magic.primary)
	var out tracedContainers
	if task.tree != nil {
		out.tree = &provenance.Tree{}
	}
	if len(task.list) > 0 { // none stay nil, which Flyte prints as null
		out.list = make([]corev1.Container, 0, len(task.list))
	}
	for i := range task.list {
		c, ct := task.at(i)
		s := start{private: !m.p.sharesTemplates}
		if all >= 0 {
			s.addCopy(template.at(all))
		}
		if forPrimary >= 0 && c.Name == primary {
			if s.container == nil {
				s.addCopy(template.at(forPrimary))
			} else {
				s.add(template.at(forPrimary))
			}
		}
		for j := range template.list {
			if m.p.matchesByName(template.list[j].Name, c.Name, primary, magic) {
				s.add(template.at(j))
			}
		}
		if s.container == nil {
			s.container, s.tree = c, ct
		} else {
			merge.Append(s.container, c, s.tree, ct)
		}
		out.list = append(out.list, *s.container)
		out.tree.Append(s.tree.Clone())
	}
	return out
}

func lastNamed(list []corev1.Container, name string) int {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].Name == name {
			return i
		}
	}
	return -1
}

// A start is what a container of the task is merged onto.
type start struct {
	// private: parts of the template are copied before they are used. Otherwise
	// the first namesake is written into, and what later parts bring along behind
	// pointers stays shared with the template, as in Flyte 2.
	private   bool
	container *corev1.Container
	tree      *provenance.Tree
}

func (s *start) addCopy(c *corev1.Container, t *provenance.Tree) {
	s.container, s.tree = c.DeepCopy(), t.Clone()
}

func (s *start) add(c *corev1.Container, t *provenance.Tree) {
	if s.private {
		c, t = c.DeepCopy(), t.Clone()
	}
	if s.container == nil {
		s.container, s.tree = c, t
		return
	}
	merge.Append(s.container, c, s.tree, t)
}

// A foundTemplate is a base template ready to be merged.
type foundTemplate struct {
	tracedTemplate
	name string
}

// lookUpEarly finds the base template right after the raw pod, where the profile
// does that; its absence is an error already here.
func (b *builder) lookUpEarly() error {
	if !b.p.looksUpEarly {
		return nil
	}
	return b.lookUpBaseTemplate()
}

// lookUpBaseTemplate finds the base template: the one that the task names, else
// the configuration's default; in the task's namespace, else in the engine's.
func (b *builder) lookUpBaseTemplate() error {
	name, named := b.cfg.DefaultPodTemplateName, false
	if m := b.task.Metadata; m != nil && m.PodTemplateName != "" {
		name, named = m.PodTemplateName, true
	}
	found := b.in.Templates.find(name, b.exec.Namespace, b.exec.DefaultNamespace)
	if found == nil {
		if named {
			return badTask(at(b.taskSrc, "metadata", "podTemplateName"), "PodTemplate '%s' does not exist", name)
		}
		return nil
	}
	b.base = &foundTemplate{
		tracedTemplate: b.in.Templates.lend(found, b.p.sharesTemplates, b.tree != nil),
		name:           found.object.Namespace + "/" + found.object.Name,
	}
	return nil
}

// mergeBaseTemplate is step 8.
func (b *builder) mergeBaseTemplate() error {
	if b.base == nil && !b.p.looksUpEarly {
		if err := b.lookUpBaseTemplate(); err != nil {
			return err
		}
	}
	if b.base == nil {
		return nil
	}
	b.applied = slices.Insert(b.applied, 0, b.base.name)
	b.mergeSpec(tracedSpec{&b.base.template.Spec, b.base.tree.Lookup("spec"), b.base.owned})
	meta := b.base.template.ObjectMeta.DeepCopy()
	tree := b.base.tree.Lookup("metadata").Clone()
	merge.Append(meta, b.meta, tree, b.metaTree)
	b.meta = meta
	if b.tree != nil {
		b.metaTree = tree
		b.tree.SetField("metadata", tree)
	}
	return nil
}

// mergeDeviceClassTemplate is step 7: the accelerator's class may have a
// PodTemplate, of which only the spec counts.
func (b *builder) mergeDeviceClassTemplate() error {
	name, class, ok := b.deviceClass()
	if !ok || class.PodTemplate == nil {
		return nil
	}
	b.applied = append(b.applied, "device-class "+name)
	b.mergeSpec(b.in.Templates.lendDeviceClass(name, class.PodTemplate, b))
	return nil
}

// mergeSpec merges the pod's spec onto that of a template.
func (b *builder) mergeSpec(template tracedSpec) {
	m := &templateMerge{p: b.p, primary: b.primary, primaryInit: b.primaryInit}
	var tree *provenance.Tree
	b.spec, tree = m.merge(template, tracedSpec{b.spec, b.specTree, true})
	if b.tree != nil {
		b.specTree = tree
		b.tree.SetField("spec", tree)
	}
}
