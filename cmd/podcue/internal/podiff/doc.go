// Package podiff compares final Pods the way their readers do: list elements by
// their merge key wherever Kubernetes has one, quantities and everything else as
// the values that the API server would store, and a mark on every change that
// weakens security.
//
// [Compare] makes the changes of one object, a [Report] collects them for many,
// and each format of [Formats] prints a report: a plan as terraform prints it,
// JSON for machines, Markdown for a pull request.
package podiff
