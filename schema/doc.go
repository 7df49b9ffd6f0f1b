// Package schema is the CUE schema that authors write against: the closure of
// Kubernetes' PodTemplateSpec, podcue's own definitions, and building blocks.
//
// # What is in it
//
//   - kubernetes.cue is generated from the linked k8s.io/api: every field that
//     podcue decodes, with Kubernetes' own documentation, which editors show.
//   - basic.cue has the types of names, ports, quantities and so on.
//   - #PodTemplate, #Task and #Execution are what a package's templates and tasks
//     are; #Config, #PolicySelection, #Waiver, #Policy and #PolicyTests what a
//     project's configuration and policies are.
//   - blocks.cue has parts of templates: shared memory, GPUs, node pools, scratch
//     volumes, environments, native sidecars.
//   - #NoHostPath is for those who check with plain cue vet.
//
// # What it promises
//
// A value that the schema refuses is one that Kubernetes or podcue refuses, or
// that keeps a Pod from starting; a value that it takes may still be wrong. The
// exceptions are null, and "" where it says nothing: Kubernetes reads them as not
// written, and here a field that says nothing is left out. Rules that one member carries are in
// the schema, and a value that breaks one gets one message that says what would
// fit: enumerations and patterns end in error(). Rules about several members,
// such as the one source of a volume, are not in it: CUE words them badly and
// slowly, and the API server's own validation comes after it.
//
// No default of Kubernetes is in the schema, so what an author did not write
// stays unset: whether it was written decides which layer of a merge wins. The
// only default in #PodTemplate is Flyte's name of the primary container.
//
// The schema needs version v0.15.0 of the CUE language. It is published with this
// repository, which is a CUE module too; podcue init copies it into a project's
// cue.mod/gen, with its [Version] on top of each file, so that editors and plain
// cue find it without a registry.
//
// # Changing it
//
// After a new version of k8s.io/api or a change of a policy's parameters, run
// go generate ./schema; a test fails until then.
package schema
