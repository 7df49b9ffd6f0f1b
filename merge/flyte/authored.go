package flyte

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	kjson "sigs.k8s.io/json"

	"github.com/podcue/podcue/provenance"
)

// Authored is a task as an author writes it: schema.#Task without its template.
// [Authored.Input] makes Flyte's own terms of it. The zero value is a task that
// says nothing.
type Authored struct {
	Name            string                `json:"name"`
	Type            string                `json:"type"` // python-task when empty
	TaskTypeVersion *int32                `json:"taskTypeVersion"`
	Image           string                `json:"image"`
	Command         []string              `json:"command"`
	Args            []string              `json:"args"`
	Env             AuthoredEnv           `json:"env"`
	Resources       AuthoredResources     `json:"resources"`
	Interruptible   *bool                 `json:"interruptible"`
	PodTemplateName string                `json:"podTemplateName"`
	Accelerator     *GPUAccelerator       `json:"accelerator"`
	SharedMemory    *AuthoredSharedMemory `json:"sharedMemory"`
	DataConfig      *DataConfig           `json:"dataConfig"`
	Interface       json.RawMessage       `json:"interface"` // core.TypedInterface as protojson
	SecurityContext *SecurityContext      `json:"securityContext"`
	Config          map[string]string     `json:"config"`
	Custom          json.RawMessage       `json:"custom"`
	Metadata        *K8sObjectMetadata    `json:"metadata"` // of the task; flyte@v2 ignores it
	ID              *Identifier           `json:"id"`
	Images          AuthoredImages        `json:"images"`
	Overrides       AuthoredOverrides     `json:"overrides"`
	Execution       json.RawMessage       `json:"execution"` // an AuthoredExecution
	Action          *Action               `json:"action"`    // in place of execution; flyte@v2 only

	raw map[string]any // the JSON it was decoded from, for provenance
}

// AuthoredResources are requests and limits by flytekit's names: cpu, memory,
// gpu, ephemeral-storage, storage. Overrides may name any resource in full.
type AuthoredResources struct {
	Requests map[string]QuantityText `json:"requests"`
	Limits   map[string]QuantityText `json:"limits"`
}

// QuantityText is a quantity as written; in JSON a string or a number.
type QuantityText string

// UnmarshalJSON accepts a string or a number.
func (q *QuantityText) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err == nil {
		*q = QuantityText(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(data, &n); err != nil {
		return fmt.Errorf("a quantity is a string or a number, not %s", data)
	}
	*q = QuantityText(n)
	return nil
}

// AuthoredSharedMemory asks for a volume in memory; without a name or path it has
// flytekit's.
type AuthoredSharedMemory struct {
	MountPath string       `json:"mountPath"`
	MountName string       `json:"mountName"`
	SizeLimit QuantityText `json:"sizeLimit"`
}

// The shared memory of flytekit, where a task asks for no other.
const (
	sharedMemoryName = "flyte-shared-memory"
	sharedMemoryPath = "/dev/shm"
)

// AuthoredImages are the images that {{.image.NAME}} stands for.
type AuthoredImages struct {
	Default string            `json:"default"`
	ByName  map[string]string `json:"byName"`
}

// AuthoredOverrides are what one node of a workflow changes of its task.
type AuthoredOverrides struct {
	Resources    *AuthoredResources    `json:"resources"`
	Image        string                `json:"image"`
	PodTemplate  *AuthoredPodTemplate  `json:"podTemplate"`
	Accelerator  *GPUAccelerator       `json:"accelerator"`
	SharedMemory *AuthoredSharedMemory `json:"sharedMemory"`
}

// AuthoredPodTemplate is schema.#PodTemplate.
type AuthoredPodTemplate struct {
	Name                 string            `json:"name"`
	PrimaryContainerName string            `json:"primaryContainerName"`
	Labels               map[string]string `json:"labels"`
	Annotations          map[string]string `json:"annotations"`
	PodSpec              *corev1.PodSpec   `json:"podSpec"`
}

// AuthoredEnv is an environment in the author's order; in JSON an object.
type AuthoredEnv []KeyValue

// UnmarshalJSON reads an object and keeps its order.
func (e *AuthoredEnv) UnmarshalJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	start, err := d.Token()
	if err != nil || start == nil {
		return err
	}
	if start != json.Delim('{') {
		return fmt.Errorf("env is an object of names and values, not %s", data)
	}
	*e = nil
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		key, _ := name.(string) // what stands before a value is a string
		var value string
		if err := d.Decode(&value); err != nil {
			return fmt.Errorf("env.%s: a value is a string", key)
		}
		*e = append(*e, KeyValue{Key: key, Value: value})
	}
	return nil
}

// DecodeAuthored reads a task in the JSON form of schema.#Task. Unknown and
// doubled members are errors; every error names the member.
func DecodeAuthored(data []byte) (*Authored, error) {
	a := &Authored{}
	strict, err := kjson.UnmarshalStrict(data, a)
	if err != nil {
		return nil, authoredError(err)
	}
	if len(strict) > 0 {
		return nil, fmt.Errorf("task: %w", errors.Join(strict...))
	}
	if err := a.check(); err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return a, d.Decode(&a.raw)
}

var structField = regexp.MustCompile(`into Go struct field \w+\.(\S+) of type (\S+)`)

// authoredError names the member that cannot be decoded.
func authoredError(err error) error {
	text := strings.TrimPrefix(err.Error(), "json: ")
	if m := structField.FindStringSubmatch(text); m != nil {
		got := strings.TrimPrefix(text[:strings.Index(text, " into Go")], "cannot unmarshal ")
		return fmt.Errorf("task: %s: got %s, which is no %s", m[1], got, m[2])
	}
	return fmt.Errorf("task: %s", text)
}

// check looks into the members that decoding leaves alone.
func (a *Authored) check() error {
	if _, err := a.typedInterface(); err != nil {
		return fmt.Errorf("task: interface: %w", err)
	}
	if len(a.Execution) > 0 {
		strict, err := kjson.UnmarshalStrict(a.Execution, &AuthoredExecution{})
		if err != nil {
			return fmt.Errorf("task: execution: %w", authoredError(err))
		}
		if len(strict) > 0 {
			return fmt.Errorf("task: execution: %w", errors.Join(strict...))
		}
	}
	for _, g := range []*GPUAccelerator{a.Accelerator, a.Overrides.Accelerator} {
		if g != nil && g.PartitionSize != nil && g.Unpartitioned != nil {
			return fmt.Errorf("task: accelerator: partitionSize and unpartitioned exclude each other")
		}
	}
	return nil
}

// typedInterface reads the interface.
func (a *Authored) typedInterface() (*TypedInterface, error) {
	if len(a.Interface) == 0 {
		return nil, nil
	}
	wrapped, err := json.Marshal(map[string]json.RawMessage{"interface": a.Interface})
	if err != nil {
		return nil, err
	}
	t, err := DecodeTask(wrapped)
	if err != nil {
		return nil, err
	}
	return t.Interface, nil
}

// idlResources are the names of resources in flyteidl.
var idlResources = map[string]string{
	"cpu": "CPU", "memory": "MEMORY", "gpu": "GPU", "ephemeral-storage": "EPHEMERAL_STORAGE", "storage": "STORAGE",
}

// kubernetesResources are the quantities under the names that Kubernetes has for
// them; gpu stays what it is, and other names are taken as they are.
func kubernetesResources(list map[string]QuantityText, at provenance.Path) (corev1.ResourceList, error) {
	if list == nil {
		return nil, nil
	}
	out := make(corev1.ResourceList, len(list))
	for name, text := range list {
		q, err := resource.ParseQuantity(string(text))
		if err != nil {
			return nil, &Error{Stage: StageInput, Message: fmt.Sprintf("%s: %q is not a quantity", at.Key(name), text), Err: err}
		}
		out[corev1.ResourceName(name)] = q
	}
	return out, nil
}

func (r *AuthoredResources) requirements(at provenance.Path) (*corev1.ResourceRequirements, error) {
	out := &corev1.ResourceRequirements{}
	if r == nil {
		return out, nil
	}
	var err error
	if out.Requests, err = kubernetesResources(r.Requests, at.Child("requests")); err != nil {
		return nil, err
	}
	out.Limits, err = kubernetesResources(r.Limits, at.Child("limits"))
	return out, err
}

// Container returns what the task says of its container, called name: image,
// command, args, environment and resources, gpu as nvidia.com/gpu. It is for
// merges that are not Flyte's.
func (a *Authored) Container(name string) (*corev1.Container, error) {
	c := &corev1.Container{Name: name, Image: a.Image, Command: a.Command, Args: a.Args}
	for _, e := range a.Env {
		c.Env = append(c.Env, corev1.EnvVar{Name: e.Key, Value: e.Value})
	}
	r, err := a.Resources.requirements("resources")
	if err != nil {
		return nil, err
	}
	for _, list := range []corev1.ResourceList{r.Requests, r.Limits} {
		renameGPU(list, nil, nvidiaGPU)
	}
	c.Resources = *r
	return c.DeepCopy(), nil
}
