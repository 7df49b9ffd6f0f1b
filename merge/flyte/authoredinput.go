package flyte

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/provenance"
)

// An AuthoredTemplate is a pod template as an author writes it: flytekit's
// PodTemplate.
type AuthoredTemplate struct {
	Name                 string
	PrimaryContainerName string // "primary" when empty
	Pod                  *corev1.PodTemplateSpec
	Fields               provenance.Map // keyed metadata.… and spec.…
}

// pythonTask is the type of a task that names none.
const pythonTask = "python-task"

// Input does step 0 and returns the input for the Pod of one attempt of the
// task: with a template the task becomes one that brings its own pod spec, as
// flytekit registers it; without one a container task. preview (nil: none)
// completes the execution, and placeholders the rest: see the package's
// documentation. With an action, the execution is what Flyte 2's executor derives
// from it, and overrides do not exist.
//
// fields are the origins of the task's JSON, by its own paths; nil turns
// provenance off. Config and Templates are left to the caller. Neither a nor t
// nor preview is changed, and the Input may share parts with them.
func (a *Authored) Input(p *Profile, t *AuthoredTemplate, preview *Authored, fields provenance.Map) (*Input, error) {
	if preview == nil {
		preview = &Authored{}
	}
	w := &authoring{a: a, template: t, task: &TaskTemplate{}, sources: &Sources{}}
	if fields != nil {
		w.src = provenance.NewTree(any(a.raw), fields, provenance.Origin{Layer: provenance.LayerTask})
		w.tree = &provenance.Tree{}
	}
	if err := w.buildTask(); err != nil {
		return nil, err
	}
	in := &Input{Task: w.task, Authored: a, AuthoredTemplate: t}
	if w.tree != nil {
		w.sources.Task = sourceMap(w.tree, w.task)
		in.Sources = w.sources
	}
	action := a.Action
	if action == nil && len(a.Execution) == 0 && p.executor && len(preview.Execution) == 0 {
		action = preview.Action
	}
	if action != nil {
		if !p.executor {
			return nil, &Error{Stage: StageInput, Origins: anyOrigins(at(w.src, "action")),
				Message: fmt.Sprintf("action: %s has no executor with TaskActions; give the execution instead", p.Name)}
		}
		return in, in.setAction(action, in.Sources)
	}
	return in, w.buildExecution(in, preview)
}

// authoring is a task on its way from the author's terms to Flyte's. The trees
// are nil without provenance: src of what the author wrote, tree of the
// TaskTemplate.
type authoring struct {
	a         *Authored
	template  *AuthoredTemplate
	task      *TaskTemplate
	sources   *Sources
	src, tree *provenance.Tree
}

// copyTree says that the field of the task at path is what the author wrote at
// from.
func (w *authoring) copyTree(path []string, from ...string) {
	node := at(w.src, from...).Clone()
	if node == nil {
		return
	}
	t := w.tree
	for _, f := range path[:len(path)-1] {
		t = t.Field(f)
	}
	t.SetField(path[len(path)-1], node)
}

func (w *authoring) buildTask() error {
	a, task := w.a, w.task
	task.ID, task.Type, task.Custom = a.ID, a.Type, a.Custom
	task.SecurityContext, task.ExtendedResources = a.SecurityContext, extendedResources(a.Accelerator, a.SharedMemory)
	if task.Type == "" {
		task.Type = pythonTask
	}
	if a.TaskTypeVersion != nil {
		task.TaskTypeVersion = *a.TaskTypeVersion
	}
	if len(a.Config) > 0 {
		task.Config = make(map[string]string, len(a.Config)+1)
		for k, v := range a.Config {
			task.Config[k] = v
		}
	}
	if a.PodTemplateName != "" || a.Interruptible != nil || a.Metadata != nil {
		task.Metadata = &TaskMetadata{PodTemplateName: a.PodTemplateName, Interruptible: a.Interruptible, Metadata: a.Metadata}
	}
	for _, name := range []string{"id", "type", "taskTypeVersion", "interface", "custom", "securityContext", "config"} {
		w.copyTree([]string{name}, name)
	}
	w.copyTree([]string{"metadata", "podTemplateName"}, "podTemplateName")
	w.copyTree([]string{"metadata", "interruptible"}, "interruptible")
	w.copyTree([]string{"metadata", "metadata"}, "metadata")
	w.copyTree([]string{"extendedResources", "gpuAccelerator"}, "accelerator")
	w.copyTree([]string{"extendedResources", "sharedMemory"}, "sharedMemory")
	headed(at(w.tree, "extendedResources", "sharedMemory")) // for what is flytekit's in it
	var err error
	if task.Interface, err = a.typedInterface(); err != nil {
		return &Error{Stage: StageInput, Message: "interface: " + err.Error(), Origins: anyOrigins(at(w.src, "interface")), Err: err}
	}
	if w.template == nil {
		return w.buildContainer()
	}
	return w.buildPod()
}

func extendedResources(gpu *GPUAccelerator, shm *AuthoredSharedMemory) *ExtendedResources {
	if gpu == nil && shm == nil {
		return nil
	}
	out := &ExtendedResources{GPUAccelerator: gpu}
	if shm != nil {
		out.SharedMemory = &SharedMemory{MountPath: shm.MountPath, MountName: shm.MountName, SizeLimit: string(shm.SizeLimit)}
		if shm.MountPath == "" {
			out.SharedMemory.MountPath = sharedMemoryPath
		}
		if shm.MountName == "" {
			out.SharedMemory.MountName = sharedMemoryName
		}
	}
	return out
}

// placeholderImage is flytekit's own default image, which a task gets that names
// none; the version stands for whichever flytekit registers the task.
const placeholderImage = "cr.flyte.org/flyteorg/flytekit:py3.12-latest"

// imageConfig is flytekit's image configuration. Without a default image it is
// the task's own, as pyflyte's --image has it.
func (w *authoring) imageConfig() ImageConfig {
	c := ImageConfig{}
	for _, name := range sortedNames(w.a.Images.ByName) {
		c.Images = append(c.Images, ParseImage(name, w.a.Images.ByName[name]))
	}
	ref := w.a.Images.Default
	if ref == "" && !imageReference.MatchString(w.a.Image) {
		ref = w.a.Image
	}
	if ref == "" {
		ref = placeholderImage
	}
	img := ParseImage("default", ref)
	c.Default = &img
	return c
}

// taskImage returns the image of the task itself, with its origins.
func (w *authoring) taskImage(images *ImageConfig) (string, *provenance.Tree, error) {
	t := at(w.src, "image").Clone()
	image, err := images.resolve(w.a.Image, t)
	if err != nil || w.src == nil {
		return image, nil, err
	}
	switch {
	case w.a.Image == "" && w.a.Images.Default == "":
		t = originTree(flyteOrigin(rulePlaceholder))
	case w.a.Image == "":
		t = at(w.src, "images", "default").Clone()
	case image != w.a.Image:
		won(t, image, imageOrigin(w.a.Image, w.src))
	}
	return image, t, nil
}

// buildContainer makes a container task.
func (w *authoring) buildContainer() error {
	a := w.a
	images := w.imageConfig()
	image, imageTree, err := w.taskImage(&images)
	if err != nil {
		return err
	}
	c := &TaskContainer{Image: image, Command: a.Command, Args: a.Args, Env: a.Env, DataConfig: a.DataConfig}
	w.task.Container = c
	for _, name := range []string{"command", "args", "dataConfig"} {
		w.copyTree([]string{"container", name}, name)
	}
	t := w.tree.Field("container")
	t.SetField("image", imageTree)
	for i, e := range a.Env {
		node := t.Field("env").Item(i)
		value := at(w.src, "env", e.Key)
		won(node.Field("key"), e.Key, originOf(value, ""))
		node.SetField("value", value.Clone())
	}
	if a.Resources.Requests == nil && a.Resources.Limits == nil {
		return nil
	}
	c.Resources = &TaskResources{}
	if c.Resources.Requests, err = w.entries("requests", a.Resources.Requests); err != nil {
		return err
	}
	c.Resources.Limits, err = w.entries("limits", a.Resources.Limits)
	return err
}

// entries are the resources of a container task.
func (w *authoring) entries(side string, list map[string]QuantityText) ([]ResourceEntry, error) {
	var out []ResourceEntry
	for _, name := range sortedNames(list) {
		src := at(w.src, "resources", side, name)
		idl, ok := idlResources[name]
		if !ok {
			return nil, unknownResource(side, name, src)
		}
		if text := list[name]; text != "0" && text != "" { // flytekit leaves out what is false
			node := w.tree.Field("container").Field("resources").Field(side).Item(len(out))
			node.SetField("value", src.Clone())
			out = append(out, ResourceEntry{Name: idl, Value: string(text)})
		}
	}
	return out, nil
}

func unknownResource(side, name string, src *provenance.Tree) error {
	return registrationError(src, "TypeError",
		"resources.%s: a task has no resource %q: there are cpu, memory, gpu and ephemeral-storage, and overrides take any", side, name)
}
