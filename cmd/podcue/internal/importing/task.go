package importing

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/podcue/podcue/cmd/podcue/internal/manifest"
)

// podTask adds the task of a TaskTemplate whose target is a K8sPod, and the
// template that flytekit made the K8sPod from. Command and args of the primary
// container are the task's: flytekit puts them there.
func (im *importer) podTask(src Source, o *manifest.Object, tree *value) {
	e, err := im.template(src, o, tree)
	if err != nil {
		im.fail(o, err.Error())
		return
	}
	primary := e.value.get("primaryContainerName").text()
	if primary == "" {
		primary = defaultPrimary
	}
	pod := either(tree, "k8sPod", "k8s_pod")
	container := structValue()
	if list := e.value.get("podSpec").get("containers"); list != nil {
		for _, c := range list.items {
			if c.get("name").text() != primary {
				continue
			}
			for _, name := range []string{"command", "args"} {
				container.set(name, c.get(name))
				c.remove(name)
			}
			break
		}
	}
	container.set("dataConfig", either(pod, "dataConfig", "data_config"))
	im.templates = append(im.templates, e)
	im.addTask(src, tree, container, "templates"+selector(e.name), primary)
}

// selector returns how a reference selects the field called name.
func selector(name string) string {
	if l := label(name); l != name {
		return "[" + l + "]"
	}
	return "." + name
}

// containerTasks adds the tasks of a source whose target is a container, which
// are no pods and so not package manifest's. It returns how many there are.
func (im *importer) containerTasks(src Source) int {
	n := 0
	for _, doc := range documents(src.Data) {
		container := doc.get("container")
		if container == nil || container.kind != structKind || doc.get("kind") != nil || doc.get("apiVersion") != nil {
			continue
		}
		im.addTask(src, doc, container, "", "")
		n++
	}
	return n
}

// addTask adds a task. target is the container that is the task's own, or what is
// left of it; template refers to the template, "" for a container task.
func (im *importer) addTask(src Source, tree, target *value, template, primary string) {
	v := structValue()
	id := tree.get("id")
	name := id.get("name").text()
	if name == "" {
		name = fileName(src.Name)
	}
	if t := tree.get("type"); t.text() != "" && t.text() != "python-task" {
		v.set("type", t)
	}
	version, usual := number(either(tree, "taskTypeVersion", "task_type_version")), "0"
	if template != "" {
		usual = "2" // what flytekit registers a pod template as
	}
	if version == "" {
		version = "0"
	}
	if version != usual {
		v.set("taskTypeVersion", &value{scalar: json.RawMessage(version)})
	}
	if template != "" {
		v.set("podTemplate", &value{raw: template})
	}
	setFull(v, "image", target.get("image"))
	setFull(v, "command", target.get("command"))
	setFull(v, "args", target.get("args"))
	v.set("env", environment(target.get("env")))
	v.set("resources", taskResources(target.get("resources")))
	im.addTaskMetadata(v, tree)
	if extended := either(tree, "extendedResources", "extended_resources"); extended != nil {
		v.set("accelerator", camel(either(extended, "gpuAccelerator", "gpu_accelerator")))
		v.set("sharedMemory", camel(either(extended, "sharedMemory", "shared_memory")))
	}
	setFull(v, "dataConfig", camel(either(target, "dataConfig", "data_config")))
	setFull(v, "interface", tree.get("interface"))
	setFull(v, "securityContext", securityContext(either(tree, "securityContext", "security_context")))
	if config := tree.get("config"); config != nil {
		if config.get("primary_container_name").text() == primary {
			config.remove("primary_container_name") // flytekit writes it by itself
		}
		setFull(v, "config", config)
	}
	setFull(v, "custom", tree.get("custom"))
	setFull(v, "id", camel(id))
	e := entry{name: unique(im.taskNames, name), value: v}
	e.doc = []string{fmt.Sprintf("Imported from %s: TaskTemplate %s.", baseName(src.Name), name)}
	im.tasks = append(im.tasks, e)
}

func baseName(name string) string {
	return name[strings.LastIndexAny(name, `/\`)+1:]
}

func (im *importer) addTaskMetadata(v, tree *value) {
	metadata := tree.get("metadata")
	if interruptible := metadata.get("interruptible"); interruptible != nil && !interruptible.isNull() {
		v.set("interruptible", interruptible)
	}
	setFull(v, "podTemplateName", either(metadata, "podTemplateName", "pod_template_name"))
	if m := metadata.get("metadata"); m != nil {
		kept := structValue()
		setFull(kept, "labels", m.get("labels"))
		setFull(kept, "annotations", m.get("annotations"))
		setFull(v, "metadata", kept)
	}
}

// setFull sets the member unless it says nothing.
func setFull(v *value, name string, m *value) {
	if m == nil || m.isNull() || m.empty() || m.kind == scalarKind && isZero(m.scalar) {
		return
	}
	v.set(name, m)
}

// number returns the number that v is, in JSON perhaps a string.
func number(v *value) string {
	if v == nil || v.isNull() {
		return ""
	}
	if s := v.text(); s != "" {
		return s
	}
	return string(v.scalar)
}

// environment turns flyteidl's list of keys and values into a struct.
func environment(list *value) *value {
	if list == nil || list.empty() {
		return nil
	}
	env := structValue()
	for _, e := range list.items {
		v := e.get("value")
		if v == nil {
			v = stringValue("")
		}
		env.remove(e.get("key").text()) // the last one counts
		env.set(e.get("key").text(), v)
	}
	return env
}

// resourceNames are the names of flyteidl's resources by their numbers; UNKNOWN
// is none.
var resourceNames = map[string]string{
	"1": "cpu", "2": "gpu", "3": "memory", "4": "storage", "5": "ephemeral-storage",
	"CPU": "cpu", "GPU": "gpu", "MEMORY": "memory", "STORAGE": "storage", "EPHEMERAL_STORAGE": "ephemeral-storage",
}

// taskResources turns flyteidl's lists of resources into structs.
func taskResources(v *value) *value {
	out := structValue()
	for _, side := range []string{"requests", "limits"} {
		list := v.get(side)
		if list == nil {
			continue
		}
		amounts := structValue()
		for _, e := range list.items {
			if name := resourceNames[number(e.get("name"))]; name != "" && e.get("value").text() != "" {
				amounts.remove(name) // the last one counts
				amounts.set(name, e.get("value"))
			}
		}
		setFull(out, side, amounts)
	}
	if out.empty() {
		return nil
	}
	return out
}

// securityContext returns what decides a Pod of a flyteidl SecurityContext.
func securityContext(v *value) *value {
	if v == nil {
		return nil
	}
	out := structValue()
	if runAs := camel(either(v, "runAs", "run_as")); runAs != nil {
		kept := structValue()
		for _, name := range []string{"k8sServiceAccount", "iamRole", "executionIdentity"} {
			setFull(kept, name, runAs.get(name))
		}
		setFull(out, "runAs", kept)
	}
	if secrets := v.get("secrets"); secrets != nil && !secrets.empty() {
		for i := range secrets.items {
			secrets.items[i] = camel(secrets.items[i])
		}
		out.set("secrets", secrets)
	}
	return out
}

// camel returns v with protobuf's names in camelCase, and without null and "".
func camel(v *value) *value {
	if v == nil || v.kind != structKind {
		return v
	}
	out := structValue()
	for _, m := range v.members {
		parts := strings.Split(m.name, "_")
		for i := 1; i < len(parts); i++ {
			if parts[i] != "" {
				parts[i] = strings.ToUpper(parts[i][:1]) + parts[i][1:]
			}
		}
		if !m.value.isNull() && string(m.value.scalar) != `""` {
			out.set(strings.Join(parts, ""), m.value)
		}
	}
	return out
}
