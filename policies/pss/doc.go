// Package pss holds pods against the Pod Security Standards, at any level and
// version, with the code that a cluster uses: the checks of
// k8s.io/pod-security-admission.
//
// Those checks say that a pod is refused, in a sentence, but not in which
// field. [New] pairs each with the policies of package policies that know the
// fields, so that a finding has an id, a path and a position like any other, and
// a problem that a policy and the standard both see is one finding. The verdict
// is upstream's: where a check refuses and no policy finds the place, there is
// still a finding.
//
// In a cluster the restricted level replaces four baseline controls by stricter
// ones (a hostPath is then a "restricted volume type"). Here both are reported
// where both refuse, so that a finding keeps its id from one level to the other;
// the verdict is that of the replacement.
//
// Pods need not be defaulted. The one default that the checks rely on, that a
// volume without a source is an emptyDir, is applied to a copy.
package pss
