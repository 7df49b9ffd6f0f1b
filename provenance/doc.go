// Package provenance says where the fields of a Kubernetes object came from.
//
// It is a leaf: it imports the standard library only, and its types appear in
// the exported signatures of every other package of podcue.
//
//   - [Path] addresses one node of an object the way Kubernetes prints it,
//     with the merge key in place of the index wherever Kubernetes has one:
//     spec.containers[primary].env[PATH].value. Such a path means the same
//     node before and after a merge.
//   - [Position] is a place in a file; [Origin] is a layer that had a say in a
//     field, with its position, the rule that applied, and the value it gave.
//   - [Map] holds the origins of a finished object, by path.
//   - [Tree] is what a merge writes while it decides; [Tree.Map] turns it into
//     a Map. A nil *Tree records nothing, so a merge that nobody asks for
//     provenance pays one nil check a field.
//
// Objects are handled in their generic JSON form: map[string]any, []any,
// string, bool, float64 or json.Number, nil.
//
// Nothing here locks. A Map or a Tree may be read by several goroutines as long
// as none of them writes.
package provenance
