// Package compiler turns CUE packages into pod templates and tasks: it loads,
// evaluates and decodes them, says where every field was written, and turns CUE's
// errors into findings that say what to do.
//
// It is the first stage of podcue, and the only one that knows CUE; package
// policies/cuerule is the only other importer of it. It does not merge, validate
// or judge anything.
//
// # The stages
//
//   - Discovery turns patterns into CUE modules and their packages. Every package
//     belongs to the nearest folder up that has a cue.mod, so one pattern may
//     reach into several modules. The package podcue at a module's root is its
//     platform configuration, which is compiled whether it is named or not.
//   - Loading parses the packages and resolves their imports, by CUE's own
//     loader. It reads from memory: all that a package needs is gathered first,
//     and nothing else exists for CUE. So no link leads out of the module, no
//     file is larger or nested deeper than what people write, and nothing comes
//     from the network: a dependency is in CUE's module cache, or it is a
//     finding. podcue's schema is the copy in cue.mod if there is one, and else
//     the embedded one, also for a module that lists it among its dependencies.
//   - Every package gets one more file, which unifies its templates with
//     #PodTemplate, its tasks with #Task, and the platform with #Config. A package
//     that does so itself loses nothing. It is the author's side that the schema
//     is unified with, so CUE's errors have the author's paths.
//   - Evaluation builds the packages of a module in one context, and those of a
//     large one in several, so that not all of it is in memory at once. To CUE,
//     some mistakes break the whole package, and a broken template breaks
//     whatever refers to its siblings; podcue reports them, takes them out and
//     evaluates the rest, so that what is wrong with one hides nothing of the
//     others.
//   - Decoding goes through JSON, strictly, into the types of k8s.io/api. A task
//     that refers to a template shares it; one that changes it has its own.
//   - Field positions are computed when somebody asks for them, from the parts of
//     each field's definition: values, defaults and constraints, in whichever
//     file or package they are.
//
// # Findings
//
// One cause is one finding. Its id is "schema" where podcue's schema has a part
// in it, and "cue" elsewhere. The position is the author's: the value that is
// wrong, or where something is missing the nearest thing that the author wrote. A
// conflict has both ends. Paths are those of the pod template, with keys in place
// of indices. What CUE says about the alternatives of a disjunction becomes what
// the author can choose from, with what was probably meant. Unknown and missing
// fields, which CUE leaves out where something else is wrong in the same struct,
// are looked for in podcue's own schema.
//
// CUE's messages are told apart by their formats, which are no API of CUE's: the
// golden files in testdata hold them.
//
// # Limits
//
// CUE's evaluator cannot be interrupted. [Config.Timeout] bounds how long
// [Compile] takes, not what it leaves running; a program that compiles what it
// does not trust does so in a process of its own. A crash of the evaluator is a
// finding.
package compiler
