// Package manifest reads Kubernetes manifests as kubectl does, and knows where
// everything in them is written.
//
// A [Reader] takes sources, files or standard input, and yields an [Object] for
// each pod template in them: those of every workload kind of Kubernetes, of Flyte's
// K8sPod and TaskTemplate, and of every other kind that has a template with
// containers somewhere. YAML streams, JSON, and lists of objects are read alike;
// YAML scalars mean what they mean to Kubernetes, which reads YAML 1.1: an unquoted
// yes is true.
//
// Objects come one at a time, so that thousands of manifests need the memory of
// one. Each document stands for itself: one that cannot be decoded is a finding at
// its line, and the others are read all the same. Documents that carry no pod are
// skipped and counted.
//
// The fields of an object are known by the paths that findings have, from the root
// of the document, with the position at which each is written; what comes in
// through an alias or a merge key is written where its anchor is.
package manifest
