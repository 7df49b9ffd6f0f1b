// Package flyte builds the Pod that Flyte creates for a task, as Flyte does:
// byte for byte in canonical form, for two pinned versions.
//
//	flyte@v2     flyteorg/flyte commit 6fadb90d65, with flytekit e96c72030
//	flyte@v1.16  flyteorg/flyte tag v1.16.8
//
// [Profile.Build] takes an [Input]: the task (flyteidl's TaskTemplate), what the
// engine knows of the execution, the plugins.k8s configuration and the cluster's
// PodTemplates. An Input comes from what an author wrote ([Authored.Input], which
// does step 0), from a registered task ([ReadTaskFile], [TaskTemplate.Input]) or
// from code; its Config from Flyte's own files ([LoadConfig]). The order of steps
// is Flyte's, and it decides who wins:
//
//	 0  flytekit, at registration: the template and the task become one pod spec
//	 1  raw pod: a container task's container, or the task's pod spec; a node's
//	    pod template replaces it
//	 2  extended resources: the task's, each part replaced by the node's
//	 3  containers: command and args rendered, environment added, resources
//	    completed and clamped
//	 4  copilot: containers that move inputs and outputs
//	 5  the pod as a whole: restart policy, tolerations, service account,
//	    scheduler, node selector, affinity, security context, host network, DNS
//	 6  default security context of the primary container
//	 7  template of the accelerator's device class, under the pod
//	 8  base PodTemplate, under all of that, with its metadata
//	 9  accelerator node requirements and tolerations; partition label
//	10  shared memory
//	11  image of the node
//	12  tolerations for extended resources (plugins other than the pod plugin)
//	13  pod plugin: readiness probe, primary container annotation, service account
//	14  plugin manager: name, namespace, labels, annotations, owner, finalizer
//
// What comes from a template (7, 8) is thus never rendered, clamped or
// decorated, and everything that steps 1 to 6 set beats it. flyte@v1.16 differs
// where [Profile]'s fields say so, and nowhere else: most of all, it looks the
// base template up after step 1 and lets its resources take part in step 3.
//
// Where Flyte's own order is random, names are sorted. Flyte's surprises are
// reproduced, never repaired; the merge-… findings warn of them. What is not
// modelled is listed by [Limits].
//
// The package is pure: no I/O, no clock, no environment. An Input is not
// changed, except for a [Store] that says it is shared.
//
// # Placeholders
//
// Placeholders stand for the facts that only a cluster knows, where neither the
// task of an author nor the preview gives them. They never change:
//
//	project, domain     flytesnacks, development
//	name                preview
//	namespace           PROJECT-DOMAIN
//	defaultNamespace    flyte
//	nodeId              the task's name as a DNS label of at most 48 characters, or
//	                    else n0; uniqueNodeId is the same
//	generatedName       NAME-UNIQUENODEID-RETRYATTEMPT
//	inputPrefix         s3://bucket/metadata/PROJECT-DOMAIN-NAME/UNIQUENODEID/data
//	outputPrefix        INPUTPREFIX/RETRYATTEMPT
//	rawOutputPrefix     s3://bucket/data/GENERATEDNAME
//	id                  of the task: PROJECT, DOMAIN, the task's name, version preview
//	image               cr.flyte.org/flyteorg/flytekit:py3.12-latest, flytekit's default
//
// There is no owner, no console, no previous checkpoint, and there are no inputs.
package flyte
