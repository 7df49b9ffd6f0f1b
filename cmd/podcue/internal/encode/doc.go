// Package encode writes finished objects for what reads them: kubectl, Flyte,
// flytekit.
//
// A [Target] is one form of the result; all of them are in one sorted slice, from
// which [Names], [Lookup] and the documentation derive. YAML and JSON come from
// the same generic tree, which is that of encoding/json without what a person
// would not have written: the status, nulls, and the empty structs that Go cannot
// leave out (metadata, resources). Empty values that mean something, such as
// emptyDir: {}, stay, so decoding gives the very object back.
//
// The YAML is made to be compared line by line. Objects have their keys in
// alphabetical order but for those that say what a thing is, which come first:
// apiVersion, kind, name, namespace, image, command, args. Sequences are not
// indented, as kubectl prints them. Strings are plain only where every YAML
// version reads a string, and several lines of text are a literal block. Nothing
// is folded.
package encode
