// Package validation gives the API server's verdict on a Pod or a PodTemplate
// without an API server: what it refuses, with its own fields and messages, what
// it warns about, what it would store, and what it silently leaves out.
//
// The code that judges is Kubernetes' own, k8s.io/kubernetes linked as a library;
// this package puts its steps in the order in which a server takes them when it
// creates an object:
//
//  1. decode strictly (fieldValidation=Strict, what kubectl asks for) — [JSON] only
//  2. default
//  3. drop the fields whose feature gate is off
//  4. prepare: what the server changes before it validates
//  5. validate, hand-written and declarative rules
//  6. warn
//
// [Pod], [PodTemplate] and [TemplateSpec] start at step 2 with a typed object, [JSON]
// at step 1 with a document. The result is a [Verdict]; [Findings] turns it into
// findings at the author's lines, with an explanation and a remedy for the causes
// that are met most.
//
// # What is not checked
//
// The verdict is that of a server without admission plugins that look at other
// objects: no quota, limit range, priority class, runtime class, service account,
// Pod Security label, webhook or ValidatingAdmissionPolicy. A namespace that is
// missing is "default", privileged containers are allowed (--allow-privileged),
// and the defaults that admission plugins add (priority, the tolerations of
// unready nodes) are missing from [Verdict.Object]. A PodTemplate is checked less
// than a Pod, by the server too: check the final Pod as well.
//
// # Kubernetes versions
//
// The linked library is that of one Kubernetes minor; it emulates the feature
// gates of the three before it, as a server does with --emulated-version. [Versions]
// lists them, and every other version is refused.
//
// Feature gates are global to a process. This package sets them under a lock:
// verdicts for one version run concurrently, a verdict for another version waits
// for those and has the gates for itself. A program that sets
// utilfeature.DefaultMutableFeatureGate itself must not do so while a verdict
// runs; the gates it switches keep their setting. The capabilities of
// k8s.io/kubernetes, which a process can set once, are set at the first verdict.
//
// Nothing is initialised before the first call.
package validation
