package flyte

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podcue/podcue/provenance"
)

// AuthoredExecution is schema.#Execution: what is known, or assumed, about the
// attempt that a Pod is for.
type AuthoredExecution struct {
	Namespace         string                       `json:"namespace"`
	DefaultNamespace  string                       `json:"defaultNamespace"`
	Project           string                       `json:"project"`
	Domain            string                       `json:"domain"`
	Name              string                       `json:"name"`
	GeneratedName     string                       `json:"generatedName"`
	NodeID            string                       `json:"nodeId"`
	UniqueNodeID      string                       `json:"uniqueNodeId"`
	WorkflowName      string                       `json:"workflowName"`
	RetryAttempt      uint32                       `json:"retryAttempt"`
	Labels            map[string]string            `json:"labels"`
	Annotations       map[string]string            `json:"annotations"`
	Env               map[string]string            `json:"env"`
	ServiceAccount    string                       `json:"serviceAccount"`
	ConsoleURL        string                       `json:"consoleURL"`
	InputPrefix       string                       `json:"inputPrefix"`
	OutputPrefix      string                       `json:"outputPrefix"`
	RawOutputPrefix   string                       `json:"rawOutputPrefix"`
	PrevCheckpoint    string                       `json:"prevCheckpoint"`
	Inputs            LiteralMap                   `json:"inputs"`
	OwnerReference    metav1.OwnerReference        `json:"ownerReference"`
	PlatformResources *corev1.ResourceRequirements `json:"platformResources"`
	ProcessEnv        map[string]string            `json:"processEnv"`
}

// The placeholders; the package documentation lists them.
const (
	placeholderProject          = "flytesnacks"
	placeholderDomain           = "development"
	placeholderExecution        = "preview"
	placeholderDefaultNamespace = "flyte"
	placeholderNode             = "n0"
	placeholderBucket           = "s3://bucket"
	placeholderVersion          = "preview"
)

const (
	rulePlaceholder = "placeholder"
	rulePreview     = "preview"
)

// executionPaths are the paths of Execution that schema.#Execution calls
// otherwise.
var executionPaths = map[string][]string{
	"project": {"executionId", "project"}, "domain": {"executionId", "domain"}, "name": {"executionId", "name"},
}

// An executionDraft is an Execution in the making, with the origins of its
// fields. The tree is nil without provenance.
type executionDraft struct {
	known AuthoredExecution
	tree  *provenance.Tree
}

// draftExecution lays what the task says of its execution over what the preview
// says; src is the tree of the task's, nil without provenance.
func draftExecution(task, preview json.RawMessage, src *provenance.Tree) (*executionDraft, error) {
	d := &executionDraft{}
	for _, raw := range []json.RawMessage{preview, task} {
		if len(raw) == 0 {
			continue
		}
		// Members that raw lacks keep their value, and maps are united.
		if err := json.Unmarshal(raw, &d.known); err != nil {
			return nil, &Error{Stage: StageInput, Message: "execution: " + err.Error(), Err: err}
		}
	}
	if src != nil {
		d.tree = &provenance.Tree{}
		fields, _ := generic(preview).(map[string]any)
		for name := range fields {
			d.node(name).Fill(fields[name], provenance.Origin{Layer: provenance.LayerExecution, Rule: rulePreview})
		}
		overlay(d, src, generic(task))
	}
	return d, nil
}

// overlay puts the nodes of the task's execution over those of the preview's.
func overlay(d *executionDraft, src *provenance.Tree, task any) {
	fields, _ := task.(map[string]any)
	for name, v := range fields {
		node := d.node(name)
		m, isMap := v.(map[string]any)
		if !isMap || name == "inputs" {
			node.Set(relayered(src.Lookup(name), provenance.LayerExecution).Origins()...)
			continue
		}
		for key := range m {
			node.SetField(key, relayered(at(src, name, key), provenance.LayerExecution))
		}
	}
}

// node is the tree of the field of Execution for the member name.
func (d *executionDraft) node(name string) *provenance.Tree {
	path, ok := executionPaths[name]
	if !ok {
		path = []string{name}
	}
	t := d.tree
	for _, f := range path {
		t = t.Field(f)
	}
	return t
}

// assume sets a fact that nobody gave to its placeholder.
func (d *executionDraft) assume(fact *string, name, placeholder string) {
	if *fact != "" {
		return
	}
	*fact = placeholder
	won(d.node(name), placeholder, provenance.Origin{Layer: provenance.LayerExecution, Rule: rulePlaceholder})
}

// execution completes the draft with placeholders; task is the task's name.
func (d *executionDraft) execution(task string) *Execution {
	k := &d.known
	d.assume(&k.Project, "project", placeholderProject)
	d.assume(&k.Domain, "domain", placeholderDomain)
	d.assume(&k.Name, "name", placeholderExecution)
	d.assume(&k.Namespace, "namespace", k.Project+"-"+k.Domain)
	d.assume(&k.DefaultNamespace, "defaultNamespace", placeholderDefaultNamespace)
	d.assume(&k.NodeID, "nodeId", nodeFor(task))
	d.assume(&k.UniqueNodeID, "uniqueNodeId", k.NodeID)
	d.assume(&k.GeneratedName, "generatedName", fmt.Sprintf("%s-%s-%d", k.Name, k.UniqueNodeID, k.RetryAttempt))
	d.assume(&k.InputPrefix, "inputPrefix",
		strings.Join([]string{placeholderBucket, "metadata", k.Project + "-" + k.Domain + "-" + k.Name, k.UniqueNodeID, "data"}, "/"))
	d.assume(&k.OutputPrefix, "outputPrefix", fmt.Sprintf("%s/%d", k.InputPrefix, k.RetryAttempt))
	d.assume(&k.RawOutputPrefix, "rawOutputPrefix", placeholderBucket+"/data/"+k.GeneratedName)
	return &Execution{
		Namespace: k.Namespace, DefaultNamespace: k.DefaultNamespace,
		ExecutionID:   &ExecutionID{Project: k.Project, Domain: k.Domain, Name: k.Name},
		GeneratedName: k.GeneratedName, NodeID: k.NodeID, UniqueNodeID: k.UniqueNodeID,
		WorkflowName: k.WorkflowName, RetryAttempt: k.RetryAttempt,
		Labels: k.Labels, Annotations: k.Annotations, Env: k.Env,
		ServiceAccount: k.ServiceAccount, ConsoleURL: k.ConsoleURL,
		InputPrefix: k.InputPrefix, OutputPrefix: k.OutputPrefix, RawOutputPrefix: k.RawOutputPrefix,
		PrevCheckpoint: k.PrevCheckpoint, Inputs: k.Inputs,
		OwnerReference: k.OwnerReference, PlatformResources: k.PlatformResources,
		Overrides: Overrides{Resources: &corev1.ResourceRequirements{}},
	}
}

// notInLabel is what a DNS label cannot have.
var notInLabel = regexp.MustCompile(`[^a-z0-9]+`)

// nodeFor is the placeholder for the node of a task, so that every task of a
// project has a Pod of its own name.
func nodeFor(task string) string {
	label := notInLabel.ReplaceAllString(strings.ToLower(task), "-")
	if label = strings.Trim(label[:min(len(label), 48)], "-"); label == "" {
		return placeholderNode
	}
	return label
}

// lastName is the last part of the task's dotted name, "" if it has none.
func (t *TaskTemplate) lastName() string {
	if t.ID == nil {
		return ""
	}
	return t.ID.Name[strings.LastIndex(t.ID.Name, ".")+1:]
}

// identify completes the identifier of the task.
func (d *executionDraft) identify(id *Identifier, name string, src *provenance.Tree) *Identifier {
	out := Identifier{}
	if id != nil {
		out = *id
	}
	t := d.tree.Field("taskId")
	for _, f := range []struct {
		field       string
		value       *string
		placeholder string
	}{
		{"project", &out.Project, d.known.Project}, {"domain", &out.Domain, d.known.Domain},
		{"name", &out.Name, name}, {"version", &out.Version, placeholderVersion},
	} {
		t.SetField(f.field, at(src, f.field).Clone())
		if *f.value == "" && f.placeholder != "" {
			*f.value = f.placeholder
			won(t.Field(f.field), f.placeholder, provenance.Origin{Layer: provenance.LayerExecution, Rule: rulePlaceholder})
		}
	}
	return &out
}

// Input returns the input for a task that Flyte registered already: its
// execution is the preview's (nil: none), and the rest placeholders. src says
// where the task is written; nil turns provenance off. Config, Templates and
// nothing else is left to the caller.
func (t *TaskTemplate) Input(p *Profile, preview *Authored, src *Sources) (*Input, error) {
	if preview == nil {
		preview = &Authored{}
	}
	in := &Input{Task: t}
	if preview.Action != nil && p.executor && len(preview.Execution) == 0 {
		return in, in.setAction(preview.Action, src)
	}
	var nothing *provenance.Tree
	if src != nil {
		nothing = &provenance.Tree{}
	}
	d, err := draftExecution(nil, preview.Execution, nothing)
	if err != nil {
		return nil, err
	}
	e := d.execution(t.lastName())
	e.SecurityContext = t.SecurityContext
	e.Interruptible = interruptible(t, preview)
	e.TaskID = d.identify(t.ID, "", nil)
	in.Execution, in.ProcessEnv = e, d.known.ProcessEnv
	if src != nil {
		in.Sources = &Sources{Task: src.Task, PodSpec: src.PodSpec, Execution: sourceMap(d.tree, e)}
	}
	return in, nil
}

// interruptible reports whether the attempt may be interrupted: the task says
// so, else the preview.
func interruptible(t *TaskTemplate, preview *Authored) bool {
	if t.Metadata != nil && t.Metadata.Interruptible != nil {
		return *t.Metadata.Interruptible
	}
	return preview.Interruptible != nil && *preview.Interruptible
}

// setAction derives the execution from a TaskAction, as Flyte 2's executor does.
func (in *Input) setAction(a *Action, src *Sources) error {
	e, err := a.Execution(in.Task, "")
	if err != nil {
		return staged(err, StageInput)
	}
	in.Execution, in.fromAction, in.Sources = e, true, src
	return nil
}

// sortedNames returns the names of m in alphabetical order.
func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for k := range m {
		names = append(names, k)
	}
	slices.Sort(names)
	return names
}
