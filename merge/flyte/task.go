package flyte

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// A TaskTemplate is the part of flyteidl2 core.TaskTemplate that decides a Pod.
// It decodes from protojson: camelCase or snake_case names, enums by name or
// number, 64-bit integers as strings or numbers. Unknown fields are an error, as
// in protojson. The field paths of provenance are those of the JSON names.
//
// At most one of Container and K8sPod is set; a task with neither has no Pod.
type TaskTemplate struct {
	ID                *Identifier        `json:"id,omitempty"`
	Type              string             `json:"type,omitempty"`
	Metadata          *TaskMetadata      `json:"metadata,omitempty"`
	Interface         *TypedInterface    `json:"interface,omitempty"`
	Custom            json.RawMessage    `json:"custom,omitempty"` // of the legacy sidecar forms
	Container         *TaskContainer     `json:"container,omitempty"`
	K8sPod            *K8sPod            `json:"k8sPod,omitempty"`
	TaskTypeVersion   int32              `json:"taskTypeVersion,omitempty"`
	SecurityContext   *SecurityContext   `json:"securityContext,omitempty"`
	ExtendedResources *ExtendedResources `json:"extendedResources,omitempty"`
	Config            map[string]string  `json:"config,omitempty"`
}

// An Identifier names a task version.
type Identifier struct {
	ResourceType string `json:"resourceType,omitempty"`
	Project      string `json:"project,omitempty"`
	Domain       string `json:"domain,omitempty"`
	Name         string `json:"name,omitempty"`
	Version      string `json:"version,omitempty"`
	Org          string `json:"org,omitempty"`
}

// TaskMetadata is core.TaskMetadata.
type TaskMetadata struct {
	PodTemplateName string             `json:"podTemplateName,omitempty"` // base template that the task names
	Interruptible   *bool              `json:"interruptible,omitempty"`   // for the engine; a Pod follows Execution.Interruptible
	Metadata        *K8sObjectMetadata `json:"metadata,omitempty"`        // read by flyte@v1.16 only
}

// A TaskContainer is core.Container, the target of a container task.
type TaskContainer struct {
	Image      string         `json:"image,omitempty"`
	Command    []string       `json:"command,omitempty"`
	Args       []string       `json:"args,omitempty"`
	Resources  *TaskResources `json:"resources,omitempty"`
	Env        []KeyValue     `json:"env,omitempty"`
	DataConfig *DataConfig    `json:"dataConfig,omitempty"`
}

// TaskResources is core.Resources.
type TaskResources struct {
	Requests []ResourceEntry `json:"requests,omitempty"`
	Limits   []ResourceEntry `json:"limits,omitempty"`
}

// A ResourceEntry is a quantity of CPU, GPU, MEMORY, STORAGE or
// EPHEMERAL_STORAGE; other names are ignored.
type ResourceEntry struct {
	Name  string `json:"name,omitempty"`
	Value string `json:"value,omitempty"`
}

// A KeyValue is one environment variable.
type KeyValue struct {
	Key   string `json:"key,omitempty"`
	Value string `json:"value,omitempty"`
}

// A DataConfig is core.DataLoadingConfig: whether copilot moves inputs and
// outputs.
type DataConfig struct {
	Enabled         bool   `json:"enabled,omitempty"`
	InputPath       string `json:"inputPath,omitempty"`
	OutputPath      string `json:"outputPath,omitempty"`
	Format          string `json:"format,omitempty"`          // JSON (the default), YAML or PROTO
	FileInputLayout string `json:"fileInputLayout,omitempty"` // DIRECT (the default) or NAMED_DIR
}

// A K8sPod is core.K8sPod: a whole pod spec as the task's target, or as the
// override of a node.
type K8sPod struct {
	Metadata             *K8sObjectMetadata `json:"metadata,omitempty"`
	PodSpec              *corev1.PodSpec    `json:"podSpec,omitempty"` // nil: not given, or see PodSpecError
	DataConfig           *DataConfig        `json:"dataConfig,omitempty"`
	PrimaryContainerName string             `json:"primaryContainerName,omitempty"` // read for overrides only

	// PodSpecError says why the pod spec that was given cannot be decoded. Flyte
	// finds out when it builds the Pod, so Build reports it, in its turn.
	PodSpecError error `json:"-"`
	podSpecText  string
}

// K8sObjectMetadata is core.K8sObjectMetadata.
type K8sObjectMetadata struct {
	Labels      map[string]string `json:"labels,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// A SecurityContext is core.SecurityContext.
type SecurityContext struct {
	RunAs   *Identity `json:"runAs,omitempty"`
	Secrets []Secret  `json:"secrets,omitempty"`
}

// An Identity is core.Identity.
type Identity struct {
	IAMRole           string `json:"iamRole,omitempty"`
	K8sServiceAccount string `json:"k8sServiceAccount,omitempty"`
	ExecutionIdentity string `json:"executionIdentity,omitempty"`
}

// A Secret is core.Secret.
type Secret struct {
	Group            string `json:"group,omitempty"`
	GroupVersion     string `json:"groupVersion,omitempty"`
	Key              string `json:"key,omitempty"`
	MountRequirement string `json:"mountRequirement,omitempty"` // ANY (the default), ENV_VAR or FILE
	EnvVar           string `json:"envVar,omitempty"`
}

// ExtendedResources is core.ExtendedResources.
type ExtendedResources struct {
	GPUAccelerator *GPUAccelerator `json:"gpuAccelerator,omitempty"`
	SharedMemory   *SharedMemory   `json:"sharedMemory,omitempty"`
}

// A GPUAccelerator is core.GPUAccelerator. Unpartitioned and PartitionSize
// exclude each other; both nil is no preference.
type GPUAccelerator struct {
	Device        string  `json:"device,omitempty"`
	DeviceClass   string  `json:"deviceClass,omitempty"` // NVIDIA_GPU when empty
	PartitionSize *string `json:"partitionSize,omitempty"`
	Unpartitioned *bool   `json:"unpartitioned,omitempty"`
}

// SharedMemory is core.SharedMemory.
type SharedMemory struct {
	MountPath string `json:"mountPath,omitempty"`
	MountName string `json:"mountName,omitempty"`
	SizeLimit string `json:"sizeLimit,omitempty"`
}

// DecodeTask reads a TaskTemplate from its JSON form.
func DecodeTask(data []byte) (*TaskTemplate, error) {
	var t TaskTemplate
	if err := json.Unmarshal(data, &t); err != nil {
		return nil, err
	}
	return &t, nil
}

// canonicalProto brings data, the JSON form of the message, to the form with
// camelCase names, enum names and each number as protojson prints it.
func canonicalProto(message string, data []byte) ([]byte, error) {
	m := newMessage(message)
	if err := protojson.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("task: %w", protoError(err))
	}
	return protojson.Marshal(m)
}

// linePrefix is where protojson says the problem is: in a JSON text that is not the
// author's file.
var linePrefix = regexp.MustCompile(`^proto:\s*(\(line \d+:\d+\):\s*)?`)

// protoError is err in the same words every time: protobuf writes its messages with
// ordinary or with non-breaking spaces, as chance has it from build to build.
func protoError(err error) error {
	return errors.New(linePrefix.ReplaceAllString(strings.ReplaceAll(err.Error(), "\u00a0", " "), ""))
}

// UnmarshalJSON reads protojson; see TaskTemplate.
func (t *TaskTemplate) UnmarshalJSON(data []byte) error {
	data, err := canonicalProto("TaskTemplate", variablesAsList(data))
	if err != nil {
		return err
	}
	type plain TaskTemplate
	return json.Unmarshal(data, (*plain)(t))
}

// UnmarshalJSON reads protojson.
func (s *SecurityContext) UnmarshalJSON(data []byte) error {
	data, err := canonicalProto("SecurityContext", data)
	if err != nil {
		return err
	}
	type plain SecurityContext
	return json.Unmarshal(data, (*plain)(s))
}

// UnmarshalJSON reads protojson.
func (e *ExtendedResources) UnmarshalJSON(data []byte) error {
	data, err := canonicalProto("ExtendedResources", data)
	if err != nil {
		return err
	}
	type plain ExtendedResources
	return json.Unmarshal(data, (*plain)(e))
}

// UnmarshalJSON reads protojson.
func (id *Identifier) UnmarshalJSON(data []byte) error {
	data, err := canonicalProto("Identifier", data)
	if err != nil {
		return err
	}
	type plain Identifier
	return json.Unmarshal(data, (*plain)(id))
}

// UnmarshalJSON reads protojson. The pod spec is decoded as Flyte does it, with
// encoding/json: unknown fields are ignored and the case of keys does not
// matter; a spec that has a wrong type somewhere ends up in PodSpecError.
func (p *K8sPod) UnmarshalJSON(data []byte) error {
	data, err := canonicalProto("K8sPod", data)
	if err != nil {
		return err
	}
	type plain K8sPod
	aux := struct {
		*plain
		PodSpec json.RawMessage `json:"podSpec"` // shadows the typed field
	}{plain: (*plain)(p)}
	if err := json.Unmarshal(data, &aux); err != nil || aux.PodSpec == nil {
		return err
	}
	spec := &corev1.PodSpec{}
	if err := json.Unmarshal(aux.PodSpec, spec); err != nil {
		var text bytes.Buffer
		_ = json.Compact(&text, aux.PodSpec) // protojson has just printed it
		p.PodSpecError, p.podSpecText = err, text.String()
		return nil
	}
	p.PodSpec = spec
	return nil
}

// variablesAsList turns the variables of a task's interface from flyteidl v1's
// map into the list of flyteidl2, sorted by name. What is not JSON, or has no
// such map, comes back as it is.
func variablesAsList(data []byte) []byte {
	if !bytes.Contains(data, []byte(`"variables"`)) {
		return data
	}
	var task map[string]json.RawMessage
	if json.Unmarshal(data, &task) != nil || task["interface"] == nil {
		return data
	}
	var iface map[string]map[string]json.RawMessage
	if json.Unmarshal(task["interface"], &iface) != nil {
		return data
	}
	for _, side := range iface {
		var vars map[string]json.RawMessage
		if json.Unmarshal(side["variables"], &vars) != nil || vars == nil {
			continue
		}
		side["variables"] = entryList(vars)
	}
	var err error
	if task["interface"], err = json.Marshal(iface); err != nil {
		return data
	}
	out, err := json.Marshal(task)
	if err != nil {
		return data
	}
	return out
}

// wireBytes returns the deterministic wire form of message, read from protojson.
func wireBytes(message string, data []byte) ([]byte, error) {
	m := newMessage(message)
	if err := protojson.Unmarshal(data, m); err != nil {
		return nil, fmt.Errorf("task: %w", err)
	}
	return proto.MarshalOptions{Deterministic: true}.Marshal(m)
}
