package flyte

import (
	"fmt"
	"maps"
	"slices"

	"github.com/podcue/podcue/provenance"
)

// DefaultPrimaryContainer is the primary container of a pod template that names
// none.
const DefaultPrimaryContainer = "primary"

// A Registration is step 0: what flytekit makes of a task that has a pod
// template, when it registers the task. The template is handled in its JSON form,
// because false, 0, [] and {} are values to Python.
type Registration struct {
	// PodSpec is the template's, in generic JSON form; nil: it has none. It is not
	// changed.
	PodSpec              map[string]any
	PrimaryContainerName string // "" is refused
	Container            RegisteredContainer
	Images               ImageConfig

	tree      *provenance.Tree // of PodSpec; nil: provenance is off
	taskSrc   *provenance.Tree // of the task: command, args, env, resources
	imageTree *provenance.Tree // of the task's image
}

// A RegisteredContainer is the container that flytekit builds for the task, and
// puts into the template.
type RegisteredContainer struct {
	Image    string
	Command  []string // nil is None
	Args     []string // nil is None
	Env      []KeyValue
	Requests map[string]any // cpu, mem, gpu, ephemeral_storage: text or number
	Limits   map[string]any
}

// registrationError is a refusal of flytekit's: an exception of the given class.
func registrationError(src *provenance.Tree, class, format string, args ...any) *Error {
	return &Error{Stage: StageRegistration, Code: class, Message: fmt.Sprintf(format, args...), Origins: anyOrigins(src)}
}

// Serialize returns the pod spec that the task is registered with, in generic
// JSON form: the template's, with the task's container put into every container
// of the primary's name, which is added as the last one if there is none. The
// image is the template's if it has one, command and args are the task's,
// resources too if the task asks for any; the task's variables come before the
// template's. Other containers only get their image resolved; init containers
// are left alone. An *Error is an exception of flytekit's.
func (r *Registration) Serialize() (map[string]any, error) {
	if r.PrimaryContainerName == "" {
		return nil, registrationError(nil, "FlyteValidationException", "A primary container name cannot be undefined")
	}
	requests, err := registeredResources(r.Container.Requests, at(r.taskSrc, "resources", "requests"))
	if err != nil {
		return nil, err
	}
	limits, err := registeredResources(r.Container.Limits, at(r.taskSrc, "resources", "limits"))
	if err != nil {
		return nil, err
	}
	spec := maps.Clone(r.PodSpec)
	if spec == nil {
		spec = map[string]any{}
	}
	have, _ := spec["containers"].([]any)
	containers, found := make([]any, 0, len(have)+1), false
	list := r.tree.Field("containers")
	for i, c := range have {
		m, ok := c.(map[string]any)
		if !ok {
			containers = append(containers, c)
			continue
		}
		m = maps.Clone(m)
		primary := m["name"] == r.PrimaryContainerName
		if err := r.fill(m, primary, requests, limits, list.Item(i)); err != nil {
			return nil, err
		}
		found = found || primary
		containers = append(containers, m)
	}
	if !found {
		m := map[string]any{"name": r.PrimaryContainerName}
		t := list.Item(len(have))
		won(t.Field("name"), r.PrimaryContainerName, flyteOrigin("primary-placeholder"))
		if err := r.fill(m, true, requests, limits, t); err != nil {
			return nil, err
		}
		containers = append(containers, m)
	}
	spec["containers"] = containers
	return spec, nil
}

// ruleTaskContainer is the rule of what the task puts in the place of the
// template's.
const ruleTaskContainer = "task-container"

// fill completes one container of the template.
func (r *Registration) fill(c map[string]any, primary bool, requests, limits map[string]any, t *provenance.Tree) error {
	image, given := c["image"].(string)
	if primary && !given {
		image = r.Container.Image
		t.SetField("image", r.imageTree.Clone())
	}
	resolved, err := r.Images.resolve(image, t.Field("image"))
	if err != nil {
		return err
	}
	c["image"] = resolved
	if resolved != image && t != nil {
		won(t.Field("image"), resolved, imageOrigin(image, r.taskSrc))
	}
	if !primary {
		return nil
	}
	r.setWords(c, "command", r.Container.Command, t)
	r.setWords(c, "args", r.Container.Args, t)
	if len(requests)+len(limits) > 0 {
		c["resources"] = map[string]any{"requests": requests, "limits": limits}
		r.traceResources(t)
	}
	own, _ := c["env"].([]any)
	env := make([]any, 0, len(r.Container.Env)+len(own))
	var nodes []*provenance.Tree
	for _, e := range r.Container.Env {
		env = append(env, map[string]any{"name": e.Key, "value": e.Value})
		node := &provenance.Tree{}
		value := at(r.taskSrc, "env", e.Key)
		node.SetField("value", value.Clone())
		won(node.Field("name"), e.Key, originOf(value, ""))
		nodes = append(nodes, node)
	}
	c["env"] = append(env, own...)
	prepend(t.Field("env"), nodes)
	return nil
}

// setWords replaces command or args by the task's; None leaves the field out.
func (r *Registration) setWords(c map[string]any, name string, words []string, t *provenance.Tree) {
	if t != nil {
		node := at(r.taskSrc, name).Clone()
		if node == nil {
			node = &provenance.Tree{}
		}
		if old := t.Lookup(name); old != nil {
			was := anyOrigins(old)[:min(1, len(anyOrigins(old)))]
			node.Set(append(was, originOf(node, ruleTaskContainer))...)
		}
		t.SetField(name, node)
	}
	if words == nil {
		delete(c, name)
		return
	}
	list := make([]any, len(words))
	for i, w := range words {
		list[i] = w
	}
	c[name] = list
}

// traceResources records that the task's resources replaced the template's.
func (r *Registration) traceResources(t *provenance.Tree) {
	if t == nil {
		return
	}
	node := &provenance.Tree{}
	for _, side := range []string{"requests", "limits"} {
		src := at(r.taskSrc, "resources", side)
		node.SetField(side, renamedResources(src))
	}
	t.SetField("resources", node)
}

// renamedResources is the tree of a task's resources under Kubernetes' names.
func renamedResources(src *provenance.Tree) *provenance.Tree {
	if src == nil {
		return nil
	}
	out := &provenance.Tree{}
	for from, to := range flytekitResources {
		for _, name := range []string{from, to} {
			if n := src.Lookup(name); n != nil {
				out.SetField(to, n.Clone())
			}
		}
	}
	return out
}

// flytekitResources are flytekit's names of resources and what they become; gpu
// gets its real name when the Pod is built.
var flytekitResources = map[string]string{
	"cpu": "cpu", "mem": "memory", "gpu": "gpu", "ephemeral_storage": "ephemeral-storage",
}

// registeredResources returns the resources under Kubernetes' names. What is
// false to Python (0, "") is dropped.
func registeredResources(have map[string]any, src *provenance.Tree) (map[string]any, error) {
	out := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		to, ok := flytekitResources[name]
		if !ok {
			return nil, registrationError(src, "TypeError", "Resources.__init__() got an unexpected keyword argument '%s'", name)
		}
		v := have[name]
		if list, ok := v.([]any); ok {
			return nil, registrationError(src.Lookup(name), "ValueError", "%s can not be a list or tuple", pythonText(list))
		}
		if pythonTrue(v) {
			out[to] = v
		}
	}
	return out, nil
}
