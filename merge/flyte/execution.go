package flyte

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// An Execution is what the engine knows when it builds the Pod of one attempt.
// The zero value is valid: it stands for an execution without an id, whose names
// and paths are empty. The field paths of provenance are those of the JSON names.
type Execution struct {
	Namespace        string       `json:"namespace,omitempty"`        // of the pod, and of the first template lookup
	DefaultNamespace string       `json:"defaultNamespace,omitempty"` // of the second template lookup
	ExecutionID      *ExecutionID `json:"executionId,omitempty"`      // nil: no execution variables at all
	GeneratedName    string       `json:"generatedName,omitempty"`    // name of the pod
	NodeID           string       `json:"nodeId,omitempty"`
	UniqueNodeID     string       `json:"uniqueNodeId,omitempty"`
	WorkflowName     string       `json:"workflowName,omitempty"`
	TaskID           *Identifier  `json:"taskId,omitempty"` // nil: no task variables
	RetryAttempt     uint32       `json:"retryAttempt,omitempty"`
	Interruptible    bool         `json:"interruptible,omitempty"`

	Labels         map[string]string `json:"labels,omitempty"`
	Annotations    map[string]string `json:"annotations,omitempty"`
	Env            map[string]string `json:"env,omitempty"`
	ServiceAccount string            `json:"serviceAccount,omitempty"`
	ConsoleURL     string            `json:"consoleURL,omitempty"`

	InputPrefix     string     `json:"inputPrefix,omitempty"`
	OutputPrefix    string     `json:"outputPrefix,omitempty"`
	RawOutputPrefix string     `json:"rawOutputPrefix,omitempty"`
	PrevCheckpoint  string     `json:"prevCheckpoint,omitempty"`
	Inputs          LiteralMap `json:"inputs,omitempty"`

	OwnerReference    metav1.OwnerReference        `json:"ownerReference,omitzero"` // the zero value: the pod gets no owner
	SecurityContext   *SecurityContext             `json:"securityContext,omitempty"`
	PlatformResources *corev1.ResourceRequirements `json:"platformResources,omitempty"` // requests are defaults, limits are maxima
	Overrides         Overrides                    `json:"overrides,omitzero"`
}

// An ExecutionID names a workflow execution (a run, in Flyte 2).
type ExecutionID struct {
	Project string `json:"project,omitempty"`
	Domain  string `json:"domain,omitempty"`
	Name    string `json:"name,omitempty"`
}

// Overrides are what one node of a workflow changes of its task.
type Overrides struct {
	// Resources must not be nil for a container task: Flyte refuses to build it.
	Resources         *corev1.ResourceRequirements `json:"resources,omitempty"`
	ContainerImage    string                       `json:"containerImage,omitempty"`
	PodTemplate       *K8sPod                      `json:"podTemplate,omitempty"`
	ExtendedResources *ExtendedResources           `json:"extendedResources,omitempty"`
}
