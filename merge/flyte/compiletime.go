package flyte

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

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

// An ImageConfig is flytekit's: the images that {{.image.NAME}} stands for.
type ImageConfig struct {
	Default *Image  `json:"defaultImage,omitempty"`
	Images  []Image `json:"images,omitempty"`
}

// An Image is one image of an ImageConfig, with a tag or a digest.
type Image struct {
	Name   string `json:"name"`
	FQN    string `json:"fqn"`
	Tag    string `json:"tag,omitempty"`
	Digest string `json:"digest,omitempty"`
}

// ParseImage returns the image that ref, like ghcr.io/acme/train:1.4, means.
func ParseImage(name, ref string) Image {
	img := Image{Name: name, FQN: ref}
	if fqn, digest, ok := strings.Cut(ref, "@"); ok {
		img.FQN, img.Digest = fqn, digest
		return img
	}
	if i := strings.LastIndex(ref, ":"); i > strings.LastIndex(ref, "/") {
		img.FQN, img.Tag = ref[:i], ref[i+1:]
	}
	return img
}

// full is the whole reference.
func (i *Image) full() string {
	switch {
	case i.Digest != "":
		return i.FQN + "@" + i.Digest
	case i.Tag != "":
		return i.FQN + ":" + i.Tag
	}
	return i.FQN
}

// find returns the image called name.
func (c *ImageConfig) find(name string) *Image {
	for i := range c.Images {
		if c.Images[i].Name == name {
			return &c.Images[i]
		}
	}
	if c.Default != nil && c.Default.Name == name {
		return c.Default
	}
	return nil
}

var imageReference = regexp.MustCompile(`(?i)\{\{\s*\.images?\.([a-zA-Z0-9_]+)(?:\.([a-zA-Z0-9_]+))?\s*\}\}`)

// resolve replaces the references to images in ref; an empty one is the default
// image.
func (c *ImageConfig) resolve(ref string, src *provenance.Tree) (string, error) {
	if ref == "" {
		if c.Default == nil {
			return "", registrationError(src, "ValueError", "An image is required for PythonAutoContainer tasks")
		}
		return c.Default.full(), nil
	}
	out := ref
	for _, m := range imageReference.FindAllStringSubmatch(ref, -1) {
		img := c.find(m[1])
		if img == nil {
			return "", registrationError(src, "AssertionError", "Image Config with name %s not found in the configuration", m[1])
		}
		switch m[2] {
		case "":
			out = strings.ReplaceAll(out, m[0], img.full())
		case "fqn":
			out = strings.ReplaceAll(out, m[0], img.FQN)
		case "version":
			if img.Digest == "" {
				out = strings.ReplaceAll(out, m[0], img.Tag)
				continue
			}
			out = strings.ReplaceAll(out, ":"+m[0], "@"+img.Digest)
			out = strings.ReplaceAll(out, m[0], img.Digest)
		default:
			return "", registrationError(src, "AssertionError", "Only fqn and version are supported replacements, %s is not supported", m[2])
		}
	}
	return out, nil
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
		o := originOf(at(r.taskSrc, "images"), "image-config")
		won(t.Field("image"), resolved, o)
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

// pythonTrue is the truth value of a JSON value in Python.
func pythonTrue(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case float64:
		return v != 0
	case json.Number:
		f, err := v.Float64()
		return err != nil || f != 0
	case []any:
		return len(v) > 0
	case map[string]any:
		return len(v) > 0
	}
	return true
}

// pythonText is a JSON value as Python prints it.
func pythonText(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		if v {
			return "True"
		}
		return "False"
	case string:
		quote := "'"
		if strings.Contains(v, "'") && !strings.Contains(v, `"`) {
			quote = `"`
		}
		return quote + strings.NewReplacer(`\`, `\\`, quote, `\`+quote, "\n", `\n`, "\t", `\t`).Replace(v) + quote
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = pythonText(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return fmt.Sprint(v)
}
