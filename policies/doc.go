// Package policies judges pods: authored templates, the final Pods that a
// cluster will run, and manifests of any kind that carries a pod.
//
// A [Policy] is a value: an id, its documentation, a severity, typed parameters
// and a Check function. There is no registry; [All] returns the built-in ones,
// which stand in one sorted list. Policies written elsewhere, in Go or in CUE,
// are the same type and run beside them.
//
// [Select] turns what the command line and the platform configuration ask for
// into a [Set]; [Check] runs a Set on a [Subject] and returns the findings,
// sorted. A Pod Security Standard joins in as a [Standard], made by package
// policies/pss: what both a built-in and the standard refuse is one finding.
//
// # What a policy may do
//
// A Check is a pure function over a typed pod that it must not change. It has
// no I/O, no clock and no error to return. It speaks through [Pass.Report]
// alone, with the path of the field in the pod (spec.containers[main].image);
// the place in the author's files follows from the subject's provenance. What is
// missing is reported at the path where it should stand, and points at the
// nearest thing that was written. A Check that panics becomes a finding of its
// own policy, and the others still run.
//
// Messages name neither the stage nor the object: the same problem seen in the
// authored template and in its final Pod has the same id, message and position,
// and is shown once.
//
// Checks do not rely on API defaulting: they read an absent value as the API
// server would (a request defaults to its limit, a volume without a source is an
// emptyDir, a protocol is TCP), so that a defaulted pod and the same pod as it
// was written get the same verdict.
//
// # Adding one
//
// A new file with the variable and its check function, one line in all.go, and
// testdata/<id>.txtar with ok*.yaml and bad*.yaml, the latter with # want
// comments on the offending lines. Tests fail when one of them is missing.
//
// The package imports neither CUE nor the API server: a Flyte plugin or an
// admission webhook can import it.
package policies
