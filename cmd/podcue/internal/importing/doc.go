// Package importing turns Kubernetes manifests and Flyte's task templates into
// idiomatic CUE.
//
// Every pod template in the sources becomes an entry of templates, every
// TaskTemplate one of tasks. The author's order of fields and comments stay; what
// says nothing goes: empty values, and what a server fills in by itself
// (defaults.go). A pod that is compiled from the
// result is, once a server has set its defaults, the pod that was imported.
//
// Decoding is package manifest's: its limits hold here too, and what it cannot
// decode is an error with the line. Import is all or nothing.
package importing
