// Package cuerule runs policies that are written in CUE.
//
// A policy is data and a constraint; its author writes no loops, joins or
// switches over Kubernetes kinds:
//
//	policies: "hostpath-readonly": {
//		severity: "warning"
//		each:     "mounts"
//		when: volume: hostPath!: _
//		require: mount: readOnly!: true
//		message: "\(it.container.role) container \(it.container.name) mounts \(it.volume.hostPath.path) writable"
//		it: _
//	}
//
// # What there is to write
//
// each names a view: pod, containers, initContainers, sidecars, volumes, mounts,
// env, ports, tolerations, resources. Its items are built in Go from the pod:
// containers of every role with role, path and the effective security context,
// mounts joined with their container and volume, and so on. when selects items,
// require is the shape they must have, forbid the one they must not have, and
// message says it in the author's words, with the failing item as it. deny takes
// the place of all that for rules across items: a list of {path, message} made
// from input, which holds every view. constraint takes the place of all that for
// a definition that plain cue vet can check too. params are typed, have defaults,
// and are overridden from the configuration by unification.
//
// # From a package to findings
//
//   - [Load] loads packages (directories or import paths), builds each in one
//     context, and refuses policies that could pass in silence: an unknown field,
//     a leaf of require that unification would fill in, a constraint that no
//     value can meet, a parameter without a value.
//   - [Ruleset.Policies] returns them as policies of package policies, to be
//     selected, given parameters and run like those written in Go.
//   - A shape of fields, types, bounds, expressions and constants is matched in
//     Go; other shapes and messages are evaluated by CUE, once for items that are
//     the same.
//   - A deny list of loops, conditions and texts is worked out in Go, where it has
//     an answer; CUE evaluates the others, and says what is wrong where there is
//     none. They are one value and one evaluation a pod.
//   - What fails is addressed by the canonical path of the field in the pod.
//
// A policy that cannot be evaluated, crashes or does not end is a finding that
// names it, and the others still run: what could not be checked never passes.
//
// [Ruleset.Test] runs the cases that stand beside the policies.
//
// The package refuses what the language does not need: policies do no I/O, see
// one pod, and cannot change it. It is, beside the compiler, the only importer of
// CUE.
package cuerule
