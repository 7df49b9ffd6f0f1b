package flyte

// A Limit is something between a task and the Pod that a cluster runs which is
// not modelled here.
type Limit struct {
	ID  string // kebab-case, stable
	Doc string // what is missing, and what that means for the Pod that podcue shows
}

// limits is sorted by ID.
var limits = []Limit{
	{"admission", "mutating webhooks and admission plugins (sidecar injectors, LimitRanger, PodSecurity defaults, priority classes) change or refuse the Pod after Flyte has made it"},
	{"array-tasks", "map tasks and array nodes set environment variables and names of their own on each Pod"},
	{"cluster-facts", "execution ids, generated names, owners and paths come from the task or the preview; a cluster gives each attempt its own"},
	{"dynamic-workflows", "tasks that are compiled while a workflow runs do not pass through flyteadmin's resource defaults (flyte@v1.16)"},
	{"engine-decisions", "interruptible fall-back, retries with more memory and other decisions of the engine between attempts are inputs here, not results"},
	{"engine-metadata", "labels, annotations and variables that Flyte's engine adds of its own accord (execution-id, node-id, run, ACTION_NAME and so on) are there only if the execution has them, or a TaskAction is given (flyte@v2)"},
	{"messagepack-inputs", "an input that is a MessagePack value (a dataclass, a Pydantic model) is not rendered into a command line"},
	{"other-plugins", "tasks of the Ray, Spark, Dask and Kubeflow plugins (and every other plugin that is not the pod plugin) start from the same pod spec but become custom resources"},
	{"platform-resources", "flyteadmin's task_resources, per project, domain and workflow, are an input of the execution (flyte@v1.16); Flyte 2 has none"},
	{"process-environment", "default-env-vars-from-env copies from the environment of Flyte's own process: values that podcue is not told are empty"},
	{"random-order", "where Flyte's order is random from process to process (environment maps, resource tolerations, stow configuration, Flyte 1's interface maps), names are sorted here"},
	{"secrets-webhook", "secrets are announced in labels and annotations; the webhook that turns them into volumes and variables is not modelled"},
	{"shared-template-cache", "Flyte 2 writes into its cached PodTemplates, so a Pod may carry traces of the Pods before it; every Pod here starts from a fresh template"},
}

// Limits returns what is not modelled, sorted by ID. The slice is fresh.
func Limits() []Limit { return append([]Limit(nil), limits...) }
