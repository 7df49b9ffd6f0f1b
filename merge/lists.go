package merge

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// A ListType says what Kubernetes makes of two lists when one patches the other.
// It is without meaning for [Append], which concatenates all of them.
type ListType int

// The list types.
const (
	Atomic ListType = iota + 1 // the upper list replaces the lower one
	Set                        // the lists are united, equal elements become one
	Keyed                      // elements with the same key are merged, the others are united
)

// String returns "atomic", "set" or "keyed".
func (t ListType) String() string {
	switch t {
	case Set:
		return "set"
	case Keyed:
		return "keyed"
	}
	return "atomic"
}

// A ListRule is how Kubernetes treats one list.
type ListRule struct {
	Type ListType // in a strategic merge
	// PatchKey is the field that a strategic merge matches elements of a Keyed list
	// by, "" for other lists.
	PatchKey string
	// Keys are the fields that identify an element: in paths, in server-side apply,
	// and where the API server asks for unique elements. They are PatchKey itself
	// or, where one field is not enough, several. Nil: an element has no identity
	// but its place.
	Keys []string
}

// A ListField is a list somewhere in a pod template, with its rule.
type ListField struct {
	Owner string // the Go type of the struct that it is a field of: "Container"
	Name  string // in JSON: "env"
	Rule  ListRule
}

// handWritten are the rules that struct tags do not tell, by Owner.Name. A test
// fails when k8s.io/api has a list that is neither here nor tagged.
var handWritten = map[string]ListRule{
	// Tagged with one key, but two fields identify an element.
	"Container.ports":                   {Keyed, "containerPort", []string{"containerPort", "protocol"}},
	"EphemeralContainerCommon.ports":    {Keyed, "containerPort", []string{"containerPort", "protocol"}},
	"PodSpec.topologySpreadConstraints": {Keyed, "topologyKey", []string{"topologyKey", "whenUnsatisfiable"}},
	// Only a cluster knows uids, so paths go by place.
	"ObjectMeta.ownerReferences": {Keyed, "uid", nil},
	// Replaced as a whole, but with elements that have an identity.
	"Container.resizePolicy":                {Atomic, "", []string{"resourceName"}},
	"EphemeralContainerCommon.resizePolicy": {Atomic, "", []string{"resourceName"}},
	"PodSecurityContext.sysctls":            {Atomic, "", []string{"name"}},
	"ResourceRequirements.claims":           {Atomic, "", []string{"name"}},
}

// atomic are the lists that k8s.io/api does not tag, and that thus replace one
// another as a whole.
var atomic = []string{
	"Capabilities.add", "Capabilities.drop",
	"CephFSVolumeSource.monitors",
	"ConfigMapProjection.items", "ConfigMapVolumeSource.items",
	"Container.args", "Container.command", "Container.envFrom", "Container.restartPolicyRules",
	"ContainerRestartRuleOnExitCodes.values",
	"DownwardAPIProjection.items", "DownwardAPIVolumeSource.items",
	"EphemeralContainerCommon.args", "EphemeralContainerCommon.command",
	"EphemeralContainerCommon.envFrom", "EphemeralContainerCommon.restartPolicyRules",
	"ExecAction.command",
	"FCVolumeSource.targetWWNs", "FCVolumeSource.wwids",
	"HTTPGetAction.httpHeaders",
	"HostAlias.hostnames",
	"ISCSIVolumeSource.portals",
	"LabelSelector.matchExpressions", "LabelSelectorRequirement.values",
	"NodeAffinity.preferredDuringSchedulingIgnoredDuringExecution",
	"NodeSelector.nodeSelectorTerms", "NodeSelectorRequirement.values",
	"NodeSelectorTerm.matchExpressions", "NodeSelectorTerm.matchFields",
	"ObjectMeta.managedFields",
	"PersistentVolumeClaimSpec.accessModes",
	"PodAffinity.preferredDuringSchedulingIgnoredDuringExecution",
	"PodAffinity.requiredDuringSchedulingIgnoredDuringExecution",
	"PodAffinityTerm.matchLabelKeys", "PodAffinityTerm.mismatchLabelKeys", "PodAffinityTerm.namespaces",
	"PodAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution",
	"PodAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution",
	"PodDNSConfig.nameservers", "PodDNSConfig.options", "PodDNSConfig.searches",
	"PodSecurityContext.supplementalGroups",
	"PodSpec.readinessGates", "PodSpec.tolerations",
	"ProjectedVolumeSource.sources",
	"RBDVolumeSource.monitors",
	"SecretProjection.items", "SecretVolumeSource.items",
	"TopologySpreadConstraint.matchLabelKeys",
	"VolumeMount.bindMountOptions",
}

// Lists returns every list that a pod template can have, sorted by owner and
// name, with its rule.
func Lists() []ListField {
	found := map[reflect.Type]bool{}
	var fields []ListField
	var visit func(t reflect.Type)
	visit = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || found[t] || isOpaque(t) {
			return
		}
		found[t] = true
		for i := range t.NumField() {
			f := t.Field(i)
			if !f.IsExported() {
				continue
			}
			if f.Type.Kind() == reflect.Slice {
				fields = append(fields, ListField{t.Name(), jsonName(f), ruleOf(t, f)})
			}
			visit(f.Type)
		}
	}
	visit(reflect.TypeFor[corev1.PodTemplateSpec]())
	slices.SortFunc(fields, func(a, b ListField) int {
		return cmp.Or(cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Name, b.Name))
	})
	return fields
}

// ruleOf returns the rule of the list f of the struct type owner: what is written
// by hand, else what the tags say. A list of which nothing is known replaces the
// one below it, as in Kubernetes.
func ruleOf(owner reflect.Type, f reflect.StructField) ListRule {
	if r, ok := handWritten[owner.Name()+"."+jsonName(f)]; ok {
		return r
	}
	if !slices.Contains(strings.Split(f.Tag.Get("patchStrategy"), ","), "merge") {
		return ListRule{Type: Atomic}
	}
	if key := f.Tag.Get("patchMergeKey"); key != "" {
		return ListRule{Keyed, key, []string{key}}
	}
	return ListRule{Type: Set}
}

// untagged returns the Owner.Name of every list whose rule is written by hand or
// taken to be atomic on purpose.
func untagged() []string {
	return slices.Sorted(func(yield func(string) bool) {
		for name := range maps.Keys(handWritten) {
			if !yield(name) {
				return
			}
		}
		for _, name := range atomic {
			if !yield(name) {
				return
			}
		}
	})
}
