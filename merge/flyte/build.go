package flyte

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podcue/podcue/provenance"
)

// An Input is everything that decides a Pod. Nothing in it is changed, but for a
// shared Store; nothing in the Output aliases it.
type Input struct {
	Task      *TaskTemplate // required
	Execution *Execution    // nil: the zero Execution
	Config    *Config       // nil: Flyte's defaults for the profile
	Templates *Store        // nil: the cluster has no PodTemplates
	// ProcessEnv is the environment of Flyte's own process, which
	// default-env-vars-from-env copies from.
	ProcessEnv map[string]string
	// Sources says where the inputs were written; nil turns provenance off.
	Sources *Sources
	// Authored and AuthoredTemplate are what Task was made of, by Authored.Input.
	// Only Hazards looks at them; nil: Task is all that is known.
	Authored         *Authored
	AuthoredTemplate *AuthoredTemplate

	// fromAction: the Execution was derived from a TaskAction, so a service account
	// that it lacks is the executor's default one.
	fromAction bool
}

// Sources says where the fields of an Input were written. The zero value turns
// provenance on, with layers and no positions. Those of base templates are in
// the Store, those of the configuration in the Config.
type Sources struct {
	Task      provenance.Map // keyed by the JSON paths of TaskTemplate, but for the pod spec of K8sPod
	PodSpec   provenance.Map // the K8sPod of the task: metadata.… and spec.…
	Execution provenance.Map // keyed by the JSON paths of Execution
	Override  provenance.Map // the K8sPod of Execution.Overrides.PodTemplate: metadata.… and spec.…
}

// An Output is a finished Pod.
type Output struct {
	Pod                  *corev1.Pod // kind Pod, apiVersion v1
	PrimaryContainerName string
	// Fields has at least one origin for every leaf of Pod; nil without provenance.
	Fields provenance.Map
	// Templates are the base templates that took part, lowest precedence first:
	// "namespace/name" of a PodTemplate, or "device-class NAME".
	Templates []string
}

// A PodSpec is what Flyte's ToK8sPodSpec returns: the pod spec and metadata that
// other task plugins (Ray, Spark, …) start from. It is not yet what a cluster
// sees.
type PodSpec struct {
	Spec                 *corev1.PodSpec
	Metadata             *metav1.ObjectMeta
	PrimaryContainerName string
	Fields               provenance.Map // of {metadata, spec}; nil without provenance
}

// Build returns the Pod that Flyte creates for one attempt of a task: what the
// pod plugin builds, with the metadata that the engine adds. An *Error is a
// refusal of Flyte's; there are no others.
func (p *Profile) Build(in *Input) (*Output, error) {
	b := p.begin(in)
	b.plugin = true
	if err := b.run(podSpecSteps); err != nil {
		return nil, staged(err, StagePod)
	}
	if err := b.run(podSteps); err != nil {
		return nil, staged(err, StagePod)
	}
	pod := &corev1.Pod{
		TypeMeta:   metav1.TypeMeta{Kind: "Pod", APIVersion: "v1"},
		ObjectMeta: *b.meta,
		Spec:       *b.spec,
	}
	fill(b.tree.Field("kind"), pod.Kind, flyteOrigin("pod"))
	fill(b.tree.Field("apiVersion"), pod.APIVersion, flyteOrigin("pod"))
	out := &Output{Pod: pod, PrimaryContainerName: b.primary, Templates: b.applied}
	if b.tree != nil {
		fill(b.tree.Field("status"), pod.Status, flyteOrigin("pod"))
		out.Fields = b.tree.Map(generic(pod))
	}
	return out, nil
}

// PodSpec returns what Flyte's ToK8sPodSpec does.
func (p *Profile) PodSpec(in *Input) (*PodSpec, error) {
	b := p.begin(in)
	if err := b.run(podSpecSteps); err != nil {
		return nil, staged(err, StagePodSpec)
	}
	b.tolerateExtendedResources() // 12: not for ordinary tasks
	out := &PodSpec{Spec: b.spec, Metadata: b.meta, PrimaryContainerName: b.primary}
	if b.tree != nil {
		out.Fields = b.tree.Map(map[string]any{"metadata": generic(b.meta), "spec": generic(b.spec)})
	}
	return out, nil
}

// stepsBeforeTemplates is how many of podSpecSteps come before step 7.
const stepsBeforeTemplates = 7

// podSpecSteps build the pod spec and the task's share of the metadata. Their
// order is Flyte's and matters: what comes before step 7 never sees a template,
// and beats it.
var podSpecSteps = []func(*builder) error{
	(*builder).buildRawPod,                 //  1
	(*builder).lookUpEarly,                 //     (flyte@v1.16)
	(*builder).chooseExtendedResources,     //  2
	(*builder).customizeContainers,         //  3
	(*builder).addCopilot,                  //  4
	(*builder).updatePod,                   //  5
	(*builder).addDefaultSecurityContext,   //  6
	(*builder).mergeDeviceClassTemplate,    //  7
	(*builder).mergeBaseTemplate,           //  8
	(*builder).addAcceleratorConstraints,   //  9
	(*builder).addSharedMemory,             // 10
	(*builder).applyContainerImageOverride, // 11
}

// podSteps make a pod of it: the pod plugin (13) and the plugin manager (14).
var podSteps = []func(*builder) error{
	(*builder).finishPlugin,   // 13
	(*builder).finishMetadata, // 14
}

// A builder is one Pod in the making.
type builder struct {
	p      *Profile
	in     *Input
	cfg    *Config
	task   *TaskTemplate
	exec   *Execution
	plugin bool // the pod plugin calls, which also reads the legacy sidecar forms

	spec        *corev1.PodSpec
	meta        *metav1.ObjectMeta
	primary     string             // name of the primary container
	primaryInit string             // name of the primary init container, "" for none
	extended    *ExtendedResources // never nil after step 2
	base        *foundTemplate     // the base template, once looked up
	applied     []string

	accelerators []corev1.ResourceName // once asked for

	// Provenance; all nil when it is off.
	tree                     *provenance.Tree // of the pod: metadata, spec
	specTree, metaTree       *provenance.Tree
	taskSrc, execSrc, cfgSrc *provenance.Tree
	extendedSrc              *provenance.Tree
}

func (p *Profile) begin(in *Input) *builder {
	b := &builder{p: p, in: in, task: in.Task, exec: in.Execution, cfg: in.Config}
	if b.exec == nil {
		b.exec = &Execution{}
	}
	if b.cfg == nil {
		b.cfg = DefaultConfig(p)
	}
	b.meta = &metav1.ObjectMeta{}
	if in.Sources != nil {
		b.trace()
	}
	if in.fromAction && b.exec.ServiceAccount == "" && b.cfg.ServiceAccount != "" {
		e := *b.exec
		e.ServiceAccount = b.cfg.ServiceAccount
		b.exec = &e
		b.execSrc.SetField("serviceAccount", at(b.cfgSrc, "executor", "defaultK8sServiceAccount"))
	}
	return b
}

// trace turns provenance on.
func (b *builder) trace() {
	src := b.in.Sources
	b.tree = &provenance.Tree{}
	b.specTree, b.metaTree = b.tree.Field("spec"), b.tree.Field("metadata")
	b.taskSrc = sourceTree(b.task, src.Task, provenance.LayerTask)
	b.execSrc = sourceTree(b.exec, src.Execution, provenance.LayerExecution)
	b.cfgSrc = b.cfg.tree()
	graft(at(b.taskSrc, "k8sPod"), b.task.K8sPod, src.PodSpec, provenance.LayerTemplate)
	over := provenance.NewTree(map[string]any{"overrides": generic(b.exec.Overrides)}, src.Execution,
		provenance.Origin{Layer: provenance.LayerOverride})
	b.execSrc.SetField("overrides", over.Field("overrides"))
	graft(at(over, "overrides", "podTemplate"), b.exec.Overrides.PodTemplate, src.Override, provenance.LayerOverride)
}

// graft replaces the origins of pod, at t, with those that m has, keyed
// metadata.… and spec.…; a nil m leaves them alone.
func graft(t *provenance.Tree, pod *K8sPod, m provenance.Map, layer string) {
	if t == nil || pod == nil || m == nil {
		return
	}
	src := sourceTree(map[string]any{"metadata": pod.Metadata, "spec": pod.PodSpec}, m, layer)
	t.SetField("metadata", src.Lookup("metadata"))
	t.SetField("podSpec", src.Lookup("spec"))
}

func (b *builder) run(steps []func(*builder) error) error {
	for _, step := range steps {
		if err := step(b); err != nil {
			return err
		}
	}
	return nil
}

// staged notes the stage in which err arose.
func staged(err error, stage Stage) error {
	if e, ok := err.(*Error); ok {
		e.Stage = stage
		return e
	}
	return &Error{Stage: stage, Message: err.Error(), Err: err}
}
