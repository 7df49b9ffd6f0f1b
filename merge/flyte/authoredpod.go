package flyte

import (
	"bytes"
	"encoding/json"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/provenance"
)

// buildPod makes a task that brings its own pod spec: flytekit's registration of
// a task with a pod template.
func (w *authoring) buildPod() error {
	a, t := w.a, w.template
	r := &Registration{PrimaryContainerName: t.PrimaryContainerName, Images: w.imageConfig(), taskSrc: w.src}
	if r.PrimaryContainerName == "" {
		r.PrimaryContainerName = DefaultPrimaryContainer
	}
	pod := t.Pod
	if pod == nil {
		pod = &corev1.PodTemplateSpec{}
	}
	r.PodSpec = exactGeneric(pod.Spec)
	var template *provenance.Tree
	if w.tree != nil {
		template = provenance.NewTree(map[string]any{"metadata": generic(pod.ObjectMeta), "spec": any(r.PodSpec)}, t.Fields,
			provenance.Origin{Layer: provenance.LayerTemplate})
		r.tree = template.Field("spec")
	}
	r.Container = RegisteredContainer{Command: a.Command, Args: a.Args, Env: a.Env}
	var err error
	if r.Container.Image, r.imageTree, err = w.taskImage(&r.Images); err != nil {
		return err
	}
	if r.Container.Requests, err = w.registered("requests", a.Resources.Requests); err != nil {
		return err
	}
	if r.Container.Limits, err = w.registered("limits", a.Resources.Limits); err != nil {
		return err
	}
	spec, err := r.Serialize()
	if err != nil {
		return err
	}
	w.task.K8sPod = &K8sPod{
		Metadata: &K8sObjectMetadata{Labels: pod.Labels, Annotations: pod.Annotations}, DataConfig: a.DataConfig,
	}
	if err := w.task.K8sPod.setPodSpec(spec); err != nil {
		return err
	}
	w.copyTree([]string{"k8sPod", "dataConfig"}, "dataConfig")
	if w.task.Config == nil {
		w.task.Config = map[string]string{}
	}
	w.task.Config[primaryContainerKey] = r.PrimaryContainerName
	if a.TaskTypeVersion == nil {
		w.task.TaskTypeVersion = podTaskVersion
	}
	if template != nil {
		w.sources.PodSpec = sourceMap(template, map[string]any{"metadata": pod.ObjectMeta, "spec": w.task.K8sPod.PodSpec})
	}
	return nil
}

// podTaskVersion is the type version of tasks with a pod spec.
const podTaskVersion = 2

// registered are the resources for a Registration.
func (w *authoring) registered(side string, list map[string]QuantityText) (map[string]any, error) {
	out := make(map[string]any, len(list))
	for name, text := range list {
		to := name
		switch name {
		case "memory":
			to = "mem"
		case "ephemeral-storage":
			to = "ephemeral_storage"
		case "cpu", "gpu":
		default:
			return nil, unknownResource(side, name, at(w.src, "resources", side, name))
		}
		if text != "0" {
			out[to] = string(text)
		}
	}
	return out, nil
}

// setPodSpec decodes the pod spec as Flyte does.
func (p *K8sPod) setPodSpec(spec any) error {
	data, err := json.Marshal(spec)
	if err != nil {
		return err
	}
	out := &corev1.PodSpec{}
	if err := json.Unmarshal(data, out); err != nil {
		p.PodSpecError, p.podSpecText = err, string(data)
		return nil
	}
	p.PodSpec = out
	return nil
}

// exactGeneric is generic for a struct, with integers as they are.
func exactGeneric(v any) map[string]any {
	data, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var out map[string]any
	if d.Decode(&out) != nil {
		return nil
	}
	return out
}

// buildExecution completes the input with the execution and the node's
// overrides.
func (w *authoring) buildExecution(in *Input, preview *Authored) error {
	a := w.a
	d, err := draftExecution(a.Execution, preview.Execution, w.src.Field("execution"))
	if err != nil {
		return err
	}
	e := d.execution(a.Name)
	e.SecurityContext = a.SecurityContext
	d.tree.SetField("securityContext", at(w.src, "securityContext").Clone())
	e.Interruptible = interruptible(w.task, preview)
	if a.Interruptible != nil {
		d.tree.SetField("interruptible", at(w.src, "interruptible").Clone())
	}
	e.TaskID = d.identify(a.ID, a.Name, at(w.src, "id"))
	if err := w.override(e, d.tree.Field("overrides")); err != nil {
		return err
	}
	in.Execution, in.ProcessEnv = e, d.known.ProcessEnv
	if in.Sources != nil {
		in.Sources.Execution = sourceMap(d.tree, e)
	}
	return nil
}

// override adds what the node changes.
func (w *authoring) override(e *Execution, t *provenance.Tree) error {
	o, src := &w.a.Overrides, relayered(at(w.src, "overrides"), provenance.LayerOverride)
	var err error
	if e.Overrides.Resources, err = o.Resources.requirements("overrides.resources"); err != nil {
		return err
	}
	e.Overrides.ContainerImage = o.Image
	e.Overrides.ExtendedResources = extendedResources(o.Accelerator, o.SharedMemory)
	t.SetField("resources", src.Lookup("resources"))
	t.SetField("containerImage", src.Lookup("image"))
	t.Field("extendedResources").SetField("gpuAccelerator", src.Lookup("accelerator"))
	t.Field("extendedResources").SetField("sharedMemory", headed(src.Lookup("sharedMemory")))
	pod := o.PodTemplate
	if pod == nil {
		return nil
	}
	e.Overrides.PodTemplate = &K8sPod{
		Metadata: &K8sObjectMetadata{Labels: pod.Labels, Annotations: pod.Annotations}, PodSpec: pod.PodSpec,
		PrimaryContainerName: pod.PrimaryContainerName,
	}
	if pod.PrimaryContainerName == "" {
		e.Overrides.PodTemplate.PrimaryContainerName = DefaultPrimaryContainer
	}
	if w.tree == nil {
		return nil
	}
	template := &provenance.Tree{}
	template.SetField("spec", at(src, "podTemplate", "podSpec"))
	for _, f := range []string{"labels", "annotations"} {
		template.Field("metadata").SetField(f, at(src, "podTemplate", f))
	}
	w.sources.Override = sourceMap(template, map[string]any{"metadata": e.Overrides.PodTemplate.Metadata, "spec": pod.PodSpec})
	return nil
}
