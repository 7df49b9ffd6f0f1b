package flyte

import (
	"encoding/json"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/utils/ptr"

	"github.com/podcue/podcue/provenance"
)

// primaryContainerKey is the key of the task's config, and of the pod's
// annotations, that names the primary container.
const primaryContainerKey = "primary_container_name"

// sidecarTask is the task type whose first two versions keep their pod in the
// custom field.
const sidecarTask = "sidecar"

// randomContainerName stands for the four random characters that Flyte calls a
// container by when the pod's name is no DNS label: the first ones that
// k8s.io/apimachinery/pkg/util/rand draws with seed 1.
const randomContainerName = "xn8f"

// buildRawPod is step 1: the pod as the task asks for it.
func (b *builder) buildRawPod() error {
	if v := b.task.TaskTypeVersion; b.plugin && b.task.Type == sidecarTask && (v == 0 || v == 1) {
		return b.buildLegacySidecar()
	}
	switch {
	case b.task.Container != nil:
		if err := b.buildContainerPod(); err != nil {
			return err
		}
	case b.task.K8sPod != nil:
		if err := b.buildK8sPod(); err != nil {
			return err
		}
	default:
		return badTask(b.taskSrc, "invalid TaskSpecification, unable to determine Pod configuration")
	}
	if err := b.overridePodTemplate(); err != nil {
		return err
	}
	if b.p.forbidsServiceLinks {
		b.spec.EnableServiceLinks = ptr.To(false)
		won(b.specTree.Field("enableServiceLinks"), false, flyteOrigin("no-service-links"))
	}
	return nil
}

// buildContainerPod makes the pod of a container task.
func (b *builder) buildContainerPod() error {
	if b.exec.Overrides.Resources == nil {
		return badTask(at(b.execSrc, "overrides"), "resource requirements not found for container task, required!")
	}
	task, src := b.task.Container, at(b.taskSrc, "container")
	c := corev1.Container{
		Name:                     b.exec.GeneratedName,
		Image:                    task.Image,
		Command:                  append([]string(nil), task.Command...),
		Args:                     append([]string(nil), task.Args...),
		TerminationMessagePolicy: corev1.TerminationMessageFallbackToLogsOnError,
		ImagePullPolicy:          corev1.PullPolicy(b.cfg.ImagePullPolicy),
	}
	nameSrc := ruled(at(b.execSrc, "generatedName"), "generated-name")
	if len(validation.IsDNS1123Label(c.Name)) > 0 {
		c.Name = randomContainerName
		nameSrc = nil
	}
	b.spec = &corev1.PodSpec{Containers: []corev1.Container{c}}
	b.primary = c.Name
	t := b.specTree.Field("containers").Item(0)
	if t != nil {
		t.SetField("name", nameSrc)
		t.Field("name").Fill(c.Name, flyteOrigin("random-name"))
		for _, f := range []string{"image", "command", "args"} {
			t.SetField(f, at(src, f).Clone())
		}
		if c.ImagePullPolicy != "" {
			from(t.Field("imagePullPolicy"), at(b.cfgSrc, "image-pull-policy"), "image-pull-policy")
		}
		won(t.Field("terminationMessagePolicy"), c.TerminationMessagePolicy, flyteOrigin("termination-message-policy"))
	}
	return b.containerEnvAndResources(&b.spec.Containers[0], t, src)
}

func (b *builder) containerEnvAndResources(c *corev1.Container, t, src *provenance.Tree) error {
	task := b.task.Container
	c.Env = make([]corev1.EnvVar, len(task.Env))
	for i, kv := range task.Env {
		c.Env[i] = corev1.EnvVar{Name: kv.Key, Value: kv.Value}
		if t != nil {
			e, s := t.Field("env").Item(i), item(at(src, "env"), i)
			e.SetField("name", at(s, "key").Clone())
			e.SetField("value", at(s, "value").Clone())
		}
	}
	if task.Resources == nil {
		return nil
	}
	rt, rs := t.Field("resources"), at(src, "resources")
	var err error
	if c.Resources.Requests, err = b.resourceList(task.Resources.Requests, rt.Field("requests"), at(rs, "requests")); err != nil {
		return err
	}
	c.Resources.Limits, err = b.resourceList(task.Resources.Limits, rt.Field("limits"), at(rs, "limits"))
	return err
}

// resourceList turns the entries of a container task into a resource list. Zero
// quantities and STORAGE are dropped.
func (b *builder) resourceList(entries []ResourceEntry, t, src *provenance.Tree) (corev1.ResourceList, error) {
	list := make(corev1.ResourceList, len(entries))
	for i, e := range entries {
		value := at(item(src, i), "value")
		q, err := resource.ParseQuantity(e.Value)
		if err != nil {
			return nil, plainError(value, "Failed to parse resource as a valid quantity.: "+err.Error(), err)
		}
		name := b.resourceName(e.Name)
		if name == "" || q.IsZero() {
			continue
		}
		list[name] = q
		if t != nil {
			t.SetField(string(name), nil)
			fromAs(t.Field(string(name)), value, "", q)
		}
	}
	return list, nil
}

// resourceName is the Kubernetes name of a resource of a container task, "" for
// one that is ignored.
func (b *builder) resourceName(name string) corev1.ResourceName {
	switch name {
	case "CPU":
		return corev1.ResourceCPU
	case "MEMORY":
		return corev1.ResourceMemory
	case "EPHEMERAL_STORAGE":
		return corev1.ResourceEphemeralStorage
	case "GPU":
		if b.p.deviceClasses {
			return genericGPU
		}
		return nvidiaGPU // whatever gpu-resource-name says
	}
	return ""
}

// buildK8sPod makes the pod of a task that brings its own pod spec.
func (b *builder) buildK8sPod() error {
	pod, src := b.task.K8sPod, at(b.taskSrc, "k8sPod")
	if pod.PodSpecError != nil {
		return &Error{
			Code: BadTaskSpecification, Origins: anyOrigins(src), Err: pod.PodSpecError,
			Message: fmt.Sprintf("Unable to unmarshal task k8s pod [%s], Err: [%v]", pod.podSpecText, pod.PodSpecError),
		}
	}
	if pod.PodSpec == nil {
		return badTask(src, "Pod tasks with task type version > 1 should specify their target as a K8sPod with a defined pod spec")
	}
	b.setSpec(pod.PodSpec, at(src, "podSpec"))
	var err error
	if b.primary, err = b.configuredPrimary(); err != nil {
		return err
	}
	b.addMetadata(pod.Metadata, at(src, "metadata"))
	return nil
}

// setSpec makes a copy of spec the pod's. A nil src stands for the task as a
// whole.
func (b *builder) setSpec(spec *corev1.PodSpec, src *provenance.Tree) {
	b.spec = spec.DeepCopy()
	if b.tree != nil {
		b.specTree = src.Clone()
		if src == nil {
			b.specTree = sourceTree(spec, nil, provenance.LayerTask)
		}
		b.tree.SetField("spec", b.specTree)
	}
}

// addMetadata puts labels and annotations over those of the pod.
func (b *builder) addMetadata(m *K8sObjectMetadata, src *provenance.Tree) {
	if m == nil {
		return
	}
	union(&b.meta.Labels, m.Labels, b.metaTree.Field("labels"), at(src, "labels"), "")
	union(&b.meta.Annotations, m.Annotations, b.metaTree.Field("annotations"), at(src, "annotations"), "")
}

// overridePodTemplate lets a node's pod template replace the whole spec.
func (b *builder) overridePodTemplate() error {
	over, src := b.exec.Overrides.PodTemplate, at(b.execSrc, "overrides", "podTemplate")
	switch {
	case over == nil:
		return nil
	case over.PodSpecError != nil:
		return plainError(src, over.PodSpecError.Error(), over.PodSpecError)
	case over.PodSpec == nil:
		return nil // metadata alone is ignored
	}
	b.addMetadata(over.Metadata, at(src, "metadata"))
	b.setSpec(over.PodSpec, ruled(at(src, "podSpec"), "override-pod-template"))
	b.primary = over.PrimaryContainerName
	return nil
}

// buildLegacySidecar reads the first two versions of sidecar tasks.
func (b *builder) buildLegacySidecar() error {
	if b.task.TaskTypeVersion == 0 {
		return b.buildSidecarJob()
	}
	src := at(b.taskSrc, "custom")
	spec := &corev1.PodSpec{}
	if err := json.Unmarshal(b.custom(), spec); err != nil {
		return badTask(src, "Unable to unmarshal task custom [%s], Err: [%v]", b.custom(), err)
	}
	b.setSpec(spec, nil)
	if len(b.task.Config) == 0 {
		return badTask(src, "invalid TaskSpecification, config needs to be non-empty and include missing [%s] key", primaryContainerKey)
	}
	var err error
	if b.primary, err = b.configuredPrimary(); err != nil {
		return err
	}
	if pod := b.task.K8sPod; pod != nil {
		b.addMetadata(pod.Metadata, at(b.taskSrc, "k8sPod", "metadata"))
	}
	return nil
}

// buildSidecarJob reads version 0: a pod spec beside its metadata.
func (b *builder) buildSidecarJob() error {
	src := at(b.taskSrc, "custom")
	var job struct {
		PodSpec              *corev1.PodSpec
		PrimaryContainerName string
		Annotations          map[string]string
		Labels               map[string]string
	}
	if err := json.Unmarshal(b.custom(), &job); err != nil {
		return badTask(src, "invalid TaskSpecification [%s], Err: [%v]", b.custom(), err)
	}
	if job.PodSpec == nil {
		return badTask(src, "invalid TaskSpecification, nil PodSpec [%s]", b.custom())
	}
	b.setSpec(job.PodSpec, nil)
	b.primary = job.PrimaryContainerName
	b.addMetadata(&K8sObjectMetadata{Labels: job.Labels, Annotations: job.Annotations}, nil)
	fill(b.metaTree, b.meta, provenance.Origin{Layer: provenance.LayerTask})
	return nil
}

// custom is the task's custom field.
func (b *builder) custom() []byte {
	if b.task.Custom == nil {
		return []byte("null")
	}
	return b.task.Custom
}

// configuredPrimary is the primary container that the task's config names.
func (b *builder) configuredPrimary() (string, error) {
	name, ok := b.task.Config[primaryContainerKey]
	if !ok {
		return "", badTask(at(b.taskSrc, "config"), "invalid TaskSpecification, config missing [%s] key in [%v]",
			primaryContainerKey, b.task.Config)
	}
	return name, nil
}

// union puts the entries of src over those of dst.
func union(dst *map[string]string, src map[string]string, dt, st *provenance.Tree, rule string) {
	if len(src) == 0 {
		return
	}
	if *dst == nil {
		*dst = make(map[string]string, len(src))
	}
	for k, v := range src {
		(*dst)[k] = v
		if dt != nil {
			from(dt.Field(k), st.Lookup(k), rule)
		}
	}
}
