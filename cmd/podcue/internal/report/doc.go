// Package report prints the outcome of a run for people and for machines.
//
// Every [Format] is made from the same [Run], so their counts agree: what one
// lists, all list, each where its readers look for it. A format that has no place
// for a waived finding leaves it out of its list of problems and names it beside
// it, or counts it.
//
// Formats know no stage: whatever found a problem gave a [finding.Finding], with
// its positions, its help and what the cluster would have done. Messages come from
// manifests that anybody may have written, so each format escapes what its reader
// would take for markup or for a command.
package report
