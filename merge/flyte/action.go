package flyte

import (
	"fmt"
	"hash/fnv"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/utils/ptr"
)

// An Action is the part of Flyte 2's TaskAction custom resource that decides a
// Pod. It decodes from the resource's JSON.
type Action struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              ActionSpec   `json:"spec"`
	Status            ActionStatus `json:"status"`
}

// ActionSpec is the specification of an Action.
type ActionSpec struct {
	RunName       string            `json:"runName"`
	Project       string            `json:"project"`
	Domain        string            `json:"domain"`
	ActionName    string            `json:"actionName"`
	InputURI      string            `json:"inputUri"`
	RunOutputBase string            `json:"runOutputBase"`
	Interruptible bool              `json:"interruptible"`
	EnvVars       map[string]string `json:"envVars"`
}

// ActionStatus is the state of an Action.
type ActionStatus struct {
	Attempts uint32 `json:"attempts"` // 1-based; 0 is the first too
}

// Constants of the executor.
const (
	actionAPIVersion   = "flyte.org/v1" // in owner references
	actionKind         = "TaskAction"
	actionOrganization = "flyte" // in labels
	actionOrgName      = "local" // in the environment
	actionDefaultNS    = "flyte" // where templates are looked up second
)

// Execution derives what Flyte 2's executor knows about the attempt of task that
// a stands for: names, paths, labels, environment, owner. The service account is
// the task's, else defaultServiceAccount (executor.defaultK8sServiceAccount).
// Only flyte@v2 has an executor. The error is one of the task's resources.
func (a *Action) Execution(task *TaskTemplate, defaultServiceAccount string) (*Execution, error) {
	attempt := max(a.Status.Attempts, 1)
	name := fmt.Sprintf("%s-%d", a.Name, attempt-1)
	output := a.attemptPath(attempt)
	e := &Execution{
		Namespace: a.Namespace, DefaultNamespace: actionDefaultNS,
		ExecutionID:   &ExecutionID{Project: a.Spec.Project, Domain: a.Spec.Domain, Name: a.Spec.RunName},
		GeneratedName: name, NodeID: a.Spec.ActionName, UniqueNodeID: name,
		TaskID: task.ID, RetryAttempt: attempt - 1, Interruptible: a.Spec.Interruptible,
		InputPrefix:  strings.TrimSuffix(a.Spec.InputURI, "/inputs.pb"),
		OutputPrefix: output, RawOutputPrefix: output,
		SecurityContext: task.SecurityContext,
		ServiceAccount:  defaultServiceAccount,
		OwnerReference: metav1.OwnerReference{
			APIVersion: actionAPIVersion, Kind: actionKind, Name: a.Name, UID: a.UID, Controller: ptr.To(true),
		},
		PlatformResources: &corev1.ResourceRequirements{},
	}
	if attempt > 1 {
		e.PrevCheckpoint = a.attemptPath(attempt-1) + "/_flytecheckpoints"
	}
	if sc := task.SecurityContext; sc != nil && sc.RunAs != nil && sc.RunAs.K8sServiceAccount != "" {
		e.ServiceAccount = sc.RunAs.K8sServiceAccount
	}
	a.addMetadata(e, task, attempt)
	return e, a.addResources(e, task)
}

// addMetadata derives labels, annotations and environment. The executor's own
// beat those of the action and of the user.
func (a *Action) addMetadata(e *Execution, task *TaskTemplate, attempt uint32) {
	labels := map[string]string{
		"organization":      actionOrganization,
		"project":           a.Spec.Project,
		"domain":            a.Spec.Domain,
		"flyte.org/managed": "true",
		"run":               a.Spec.RunName,
		"action":            a.Spec.ActionName,
		"attempt":           fmt.Sprint(attempt),
	}
	if task.ID != nil {
		if name := labelValue(task.ID.Name); name != "" {
			labels["task-name"] = name
		}
	}
	union(&e.Labels, a.Labels, nil, nil, "")
	union(&e.Labels, labels, nil, nil, "")
	union(&e.Annotations, a.Annotations, nil, nil, "")
	addSecrets(task.SecurityContext, &e.Labels, &e.Annotations, nil, nil)
	union(&e.Env, a.Spec.EnvVars, nil, nil, "")
	union(&e.Env, map[string]string{
		"ACTION_NAME": a.Spec.ActionName,
		"RUN_NAME":    a.Spec.RunName,
		"_U_RUN_BASE": a.Spec.RunOutputBase,
		"_U_ORG_NAME": actionOrgName,
	}, nil, nil, "")
}

// addResources makes the overrides: the container's own resources, nothing for a
// task that brings a pod spec.
func (a *Action) addResources(e *Execution, task *TaskTemplate) error {
	e.Overrides.Resources = &corev1.ResourceRequirements{}
	if task.Container == nil || task.Container.Resources == nil {
		return nil
	}
	b := &builder{p: V2}
	var err error
	r := e.Overrides.Resources
	if r.Requests, err = b.resourceList(task.Container.Resources.Requests, nil, nil); err != nil {
		return err
	}
	r.Limits, err = b.resourceList(task.Container.Resources.Limits, nil, nil)
	return err
}

var schemeAndBucket = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*://[^/]*`)

// attemptPath is where an attempt puts its outputs: the run's base with a shard
// after the bucket, the action, the attempt.
func (a *Action) attemptPath(attempt uint32) string {
	base := strings.TrimSuffix(a.Spec.RunOutputBase, "/")
	bucket := schemeAndBucket.FindString(base)
	return fmt.Sprintf("%s/%s%s/%s/%d", bucket, a.shard(), base[len(bucket):], a.Spec.ActionName, attempt)
}

// shardDigits is the alphabet of shards.
const shardDigits = "abcdefghijklmnopqrstuvwxyz0123456789"

// shard spreads the paths of a bucket's objects.
func (a *Action) shard() string {
	hash := fnv.New32a()
	hash.Write([]byte(a.Namespace + "/" + a.Name)) // never fails
	n := hash.Sum32() % uint32(len(shardDigits)*len(shardDigits))
	return string([]byte{shardDigits[n/uint32(len(shardDigits))], shardDigits[n%uint32(len(shardDigits))]})
}

var notLabel = regexp.MustCompile(`[^A-Za-z0-9_.-]`)

// labelValue makes a label value of s: invalid characters become dashes, and a
// bad first or last character an x.
func labelValue(s string) string {
	v := []byte(notLabel.ReplaceAllString(s, "-"))
	v = v[:min(len(v), 63)]
	for _, i := range []int{0, len(v) - 1} {
		if len(v) > 0 && strings.ContainsRune("-_.", rune(v[i])) {
			v[i] = 'x'
		}
	}
	return string(v)
}
