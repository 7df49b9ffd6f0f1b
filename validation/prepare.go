package validation

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apiequality "k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/validate"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilvalidation "k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	serverfeatures "k8s.io/apiserver/pkg/features"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	podutil "k8s.io/kubernetes/pkg/api/pod"
	"k8s.io/kubernetes/pkg/apis/core"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/features"
)

// This file mirrors what a server does around the exported functions of
// k8s.io/kubernetes v1.37.2, in unexported ones: pkg/registry/core/pod/strategy.go,
// and of k8s.io/apiserver pkg/registry/rest/{create,validate}.go and
// pkg/endpoints/handlers/{create,rest}.go.

// ctx is what Kubernetes' functions are given; none of them waits for anything.
var ctx = context.Background()

// nameSuffix stands for the random end of a name that the server makes from
// generateName.
const nameSuffix = "00000"

// receive does to the metadata what the server does when a request comes in.
func (v *Verdict) receive(meta *metav1.ObjectMeta) {
	meta.CreationTimestamp, meta.UID = metav1.Time{}, ""
	meta.SelfLink = "" //lint:ignore SA1019 the server clears the deprecated field
	meta.DeletionTimestamp, meta.DeletionGracePeriodSeconds = nil, nil
	if meta.Namespace == "" {
		meta.Namespace = metav1.NamespaceDefault
	}
	var refs []metav1.OwnerReference
	var twice []string
	for _, ref := range meta.OwnerReferences {
		if hasOwner(refs, ref) {
			twice = append(twice, string(ref.UID))
			continue
		}
		refs = append(refs, ref)
	}
	if len(twice) > 0 {
		meta.OwnerReferences = refs
		v.warn(fmt.Sprintf(".metadata.ownerReferences contains duplicate entries; API server dedups owner references in 1.20+, "+
			"and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: %v", strings.Join(twice, ", ")))
	}
	if meta.Name == "" && meta.GenerateName != "" {
		// As names.SimpleNameGenerator: 63 characters at most.
		base := meta.GenerateName
		meta.Name = base[:min(len(base), utilvalidation.DNS1123LabelMaxLength-len(nameSuffix))] + nameSuffix
	}
}

func hasOwner(refs []metav1.OwnerReference, ref metav1.OwnerReference) bool {
	for _, r := range refs {
		if apiequality.Semantic.DeepEqual(r, ref) {
			return true
		}
	}
	return false
}

// preparePod does what the server's pod strategy does between dropping disabled
// fields and validation, but for the status.
func preparePod(pod *core.Pod, v *Verdict) {
	pod.Generation, pod.Status = 1, core.PodStatus{}
	if utilfeature.DefaultFeatureGate.Enabled(features.MatchLabelKeysInPodAffinity) && pod.Spec.Affinity != nil {
		mergeAffinityKeys(pod)
	}
	if utilfeature.DefaultFeatureGate.Enabled(features.MatchLabelKeysInPodTopologySpread) &&
		utilfeature.DefaultFeatureGate.Enabled(features.MatchLabelKeysInPodTopologySpreadSelectorMerge) {
		for _, c := range pod.Spec.TopologySpreadConstraints {
			mergeKeys(c.LabelSelector, c.MatchLabelKeys, metav1.LabelSelectorOpIn, pod.Labels)
		}
	}
	syncAppArmor(pod, v)
	podutil.DefaultPodLevelResources(pod)
}

// mergeAffinityKeys adds the matchLabelKeys of pod affinities to their selectors.
func mergeAffinityKeys(pod *core.Pod) {
	merge := func(terms []core.PodAffinityTerm, weighted []core.WeightedPodAffinityTerm) {
		for _, w := range weighted {
			terms = append(terms[:len(terms):len(terms)], w.PodAffinityTerm)
		}
		for _, t := range terms {
			mergeKeys(t.LabelSelector, t.MatchLabelKeys, metav1.LabelSelectorOpIn, pod.Labels)
			mergeKeys(t.LabelSelector, t.MismatchLabelKeys, metav1.LabelSelectorOpNotIn, pod.Labels)
		}
	}
	if a := pod.Spec.Affinity.PodAffinity; a != nil {
		merge(a.RequiredDuringSchedulingIgnoredDuringExecution, a.PreferredDuringSchedulingIgnoredDuringExecution)
	}
	if a := pod.Spec.Affinity.PodAntiAffinity; a != nil {
		merge(a.RequiredDuringSchedulingIgnoredDuringExecution, a.PreferredDuringSchedulingIgnoredDuringExecution)
	}
}

// mergeKeys adds the pod's own labels of the given keys to a selector.
func mergeKeys(sel *metav1.LabelSelector, keys []string, op metav1.LabelSelectorOperator, labels map[string]string) {
	if sel == nil {
		return
	}
	for _, key := range keys {
		if value, ok := labels[key]; ok {
			sel.MatchExpressions = append(sel.MatchExpressions, metav1.LabelSelectorRequirement{Key: key, Operator: op, Values: []string{value}})
		}
	}
}

// syncAppArmor copies the deprecated AppArmor annotations to the fields, and
// warns of them.
func syncAppArmor(pod *core.Pod, v *Verdict) {
	if len(pod.Annotations) == 0 || pod.Spec.OS != nil && pod.Spec.OS.Name == core.Windows {
		return
	}
	var podProfile *core.AppArmorProfile
	if pod.Spec.SecurityContext != nil {
		podProfile = pod.Spec.SecurityContext.AppArmorProfile
	}
	podutil.VisitContainers(&pod.Spec, podutil.AllFeatureEnabledContainers(), func(c *core.Container, _ podutil.ContainerType) bool {
		key := core.DeprecatedAppArmorAnnotationKeyPrefix + c.Name
		annotation, ok := pod.Annotations[key]
		if !ok || c.SecurityContext != nil && c.SecurityContext.AppArmorProfile != nil {
			return true
		}
		profile := podutil.ApparmorFieldForAnnotation(annotation)
		if len(corevalidation.ValidateAppArmorProfileField(profile, &field.Path{})) > 0 {
			profile = nil
		}
		if profile != nil && apiequality.Semantic.DeepEqual(profile, podProfile) {
			return true
		}
		if profile != nil {
			if c.SecurityContext == nil {
				c.SecurityContext = &core.SecurityContext{}
			}
			c.SecurityContext.AppArmorProfile = profile
		}
		v.warn(fmt.Sprintf(`%s: deprecated since v1.30; use the "appArmorProfile" field instead`, field.NewPath("metadata", "annotations").Key(key)))
		return true
	})
}

// validatePod returns what the server has against a prepared pod.
func (s *server) validatePod(pod *core.Pod) field.ErrorList {
	opts := podutil.GetValidationOptionsFromPodSpecAndMeta(&pod.Spec, nil, &pod.ObjectMeta, nil)
	opts.ResourceIsPod = true
	return s.declared(pod, &corev1.Pod{}, corevalidation.ValidatePodCreate(pod, opts))
}

// validateTemplate returns what the server has against a prepared PodTemplate.
func (s *server) validateTemplate(t *core.PodTemplate) field.ErrorList {
	opts := podutil.GetValidationOptionsFromPodTemplate(&t.Template, nil)
	return s.declared(t, &corev1.PodTemplate{}, corevalidation.ValidatePodTemplate(t, opts))
}

// declared merges errs, those of the hand-written validation of in, with those of
// the declarative rules for its versioned form, for which out is an empty object.
//
// The server's validation of metadata that all kinds have is left out: it is that
// of both kinds once more, with a weaker rule for names.
func (s *server) declared(in, out runtime.Object, errs field.ErrorList) field.ErrorList {
	if err := s.scheme.Convert(in, out, nil); err != nil {
		return append(errs, field.InternalError(nil, fmt.Errorf("unexpected error converting to versioned type: %w", err)))
	}
	beta := utilfeature.DefaultFeatureGate.Enabled(serverfeatures.DeclarativeValidationBeta)
	declared := validate.FilterEnforcedDeclarativeErrors(ctx, s.scheme.Validate(ctx, nil, out), beta)
	// This also removes what occurs twice.
	errs = validate.FilterCoveredHandwrittenErrors(ctx, errs.MarkFromImperative(), declared, beta)
	return append(errs, declared...)
}

// podWarnings returns the warnings for a valid pod.
func podWarnings(pod *core.Pod) []string {
	var texts []string
	if msgs := utilvalidation.IsDNS1123Label(pod.Name); len(msgs) != 0 {
		texts = append(texts, fmt.Sprintf("metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: %v", msgs))
	}
	return append(texts, podutil.GetWarningsForPod(ctx, pod, nil)...)
}
