// Package merge puts pod templates on top of one another.
//
// [Merge] takes layers, lowest precedence first: each layer is put over the
// outcome of those before it. It is pure: no layer is changed, the result shares
// nothing with any of them, and the same layers give the same bytes.
//
// # Strategies
//
// How one layer is put over another is a [Strategy]:
//
//   - strategic is Kubernetes' own strategic merge patch, by the library that the
//     API server and kubectl use: structs and maps are united, what the upper
//     layer sets wins, lists are merged by their keys where Kubernetes has one.
//   - append is the deep merge of Flyte and of everything else that uses mergo
//     with WithOverride and WithAppendSlice: zero values never win, and lists are
//     concatenated. [Append] has the details.
//
// Flyte's whole construction of a Pod, of which append is one part, is package
// flyte.
//
// # Presence
//
// In Kubernetes' Go types an explicit false, 0 or "" looks like a field that
// nobody set. A [Layer] therefore comes with the fields that its author wrote,
// which are its provenance as well: what is in Layer.Fields is set, even to a zero
// value. A layer without Fields sets what is not zero, and what it has behind
// pointers. Under strategic an explicit false thus beats a true below it; under
// append it loses, as it does in Flyte, and the origins say so.
//
// # List types
//
// To a strategic merge a list is atomic (the upper list replaces the lower one),
// a set (the lists are united), or keyed (elements with the same key are merged).
// [Lists] has all of them. The rules come from the tags of k8s.io/api; what tags
// cannot say is written by hand, and a test fails when k8s.io/api adds a list.
package merge
