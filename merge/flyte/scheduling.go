package flyte

import (
	"maps"
	"reflect"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/provenance"
)

// updatePod is step 5: what the configuration and the execution say about the
// pod as a whole.
func (b *builder) updatePod() error {
	s, t := b.spec, b.specTree
	if s.RestartPolicy == "" {
		s.RestartPolicy = corev1.RestartPolicyNever
		won(t.Field("restartPolicy"), s.RestartPolicy, flyteOrigin("restart-policy-never"))
	}
	b.addTolerations()
	if s.ServiceAccountName == "" && b.exec.ServiceAccount != "" {
		s.ServiceAccountName = b.exec.ServiceAccount
		from(t.Field("serviceAccountName"), at(b.execSrc, "serviceAccount"), "execution-service-account")
	}
	if s.SchedulerName == "" && b.cfg.SchedulerName != "" {
		s.SchedulerName = b.cfg.SchedulerName
		from(t.Field("schedulerName"), at(b.cfgSrc, "scheduler-name"), "scheduler-name")
	}
	b.addNodeSelector()
	b.addDefaults()
	b.addInterruptibleAffinity()
	return nil
}

// addTolerations puts the tolerations of the configuration before the task's.
func (b *builder) addTolerations() {
	var list []corev1.Toleration
	var nodes []*provenance.Tree
	add := func(tols []corev1.Toleration, src *provenance.Tree, rule string) {
		for i := range tols {
			list = append(list, *tols[i].DeepCopy())
			if b.tree != nil {
				nodes = append(nodes, ruled(item(src, i), rule))
			}
		}
	}
	for _, name := range b.usedResources() {
		add(b.cfg.ResourceTolerations[name], at(b.cfgSrc, "resource-tolerations", string(name)), "resource-tolerations")
	}
	if b.exec.Interruptible {
		add(b.cfg.InterruptibleTolerations, at(b.cfgSrc, "interruptible-tolerations"), "interruptible-tolerations")
	}
	add(b.cfg.DefaultTolerations, at(b.cfgSrc, "default-tolerations"), "default-tolerations")
	if len(list) > 0 {
		b.spec.Tolerations = append(list, b.spec.Tolerations...)
		prepend(b.specTree.Field("tolerations"), nodes)
	}
}

// usedResources returns the resources that containers request or are limited
// in, sorted; Flyte's own order is random.
func (b *builder) usedResources() []corev1.ResourceName {
	if len(b.cfg.ResourceTolerations) == 0 {
		return nil
	}
	names := map[corev1.ResourceName]bool{}
	for i := range b.spec.Containers {
		for _, list := range []corev1.ResourceList{b.spec.Containers[i].Resources.Requests, b.spec.Containers[i].Resources.Limits} {
			for name := range list {
				names[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// addNodeSelector unites the selectors: the task's over the default one, and the
// one for interruptible tasks over both.
func (b *builder) addNodeSelector() {
	t := b.specTree.Field("nodeSelector")
	for k, v := range b.cfg.DefaultNodeSelector {
		if _, ok := b.spec.NodeSelector[k]; ok {
			if t != nil {
				t.Field(k).Lose(at(b.cfgSrc, "default-node-selector", k).Ruled("default-node-selector")...)
			}
			continue
		}
		union(&b.spec.NodeSelector, map[string]string{k: v}, t, at(b.cfgSrc, "default-node-selector"), "default-node-selector")
	}
	if b.exec.Interruptible {
		union(&b.spec.NodeSelector, b.cfg.InterruptibleNodeSelector, t, at(b.cfgSrc, "interruptible-node-selector"), "interruptible-node-selector")
	}
}

// addDefaults fills in what the configuration has for parts that the task leaves
// out; the host network is imposed.
func (b *builder) addDefaults() {
	s, t := b.spec, b.specTree
	if s.Affinity == nil && b.cfg.DefaultAffinity != nil {
		s.Affinity = b.cfg.DefaultAffinity.DeepCopy()
		adopt(t, "affinity", at(b.cfgSrc, "default-affinity"), "default-affinity")
	}
	if s.SecurityContext == nil && b.cfg.DefaultPodSecurityContext != nil {
		s.SecurityContext = b.cfg.DefaultPodSecurityContext.DeepCopy()
		adopt(t, "securityContext", at(b.cfgSrc, "default-pod-security-context"), "default-pod-security-context")
	}
	if b.cfg.EnableHostNetworkingPod != nil {
		s.HostNetwork = *b.cfg.EnableHostNetworkingPod
		from(t.Field("hostNetwork"), at(b.cfgSrc, "enable-host-networking-pod"), "enable-host-networking-pod")
	}
	if s.DNSConfig == nil && b.cfg.DefaultPodDNSConfig != nil {
		s.DNSConfig = b.cfg.DefaultPodDNSConfig.DeepCopy()
		adopt(t, "dnsConfig", at(b.cfgSrc, "default-pod-dns-config"), "default-pod-dns-config")
	}
}

// adopt makes a copy of src, by rule, the node of field name of t.
func adopt(t *provenance.Tree, name string, src *provenance.Tree, rule string) {
	if t != nil {
		t.SetField(name, ruled(src, rule))
	}
}

// addDefaultSecurityContext is step 6: for the primary container only, if it has
// none, be it empty.
func (b *builder) addDefaultSecurityContext() error {
	primary, t := b.primaryContainer()
	if primary.SecurityContext == nil && b.cfg.DefaultSecurityContext != nil {
		primary.SecurityContext = b.cfg.DefaultSecurityContext.DeepCopy()
		adopt(t, "securityContext", at(b.cfgSrc, "default-security-context"), "default-security-context")
	}
	return nil
}

// addInterruptibleAffinity makes the requirement for interruptible tasks, or
// that for all others, part of every required term of the affinity, which exists
// afterwards in any case.
func (b *builder) addInterruptibleAffinity() {
	if b.spec.Affinity == nil {
		b.spec.Affinity = &corev1.Affinity{}
		fill(b.specTree.Field("affinity"), b.spec.Affinity, flyteOrigin("affinity"))
	}
	requirement, key := b.cfg.NonInterruptibleNodeSelectorRequirement, "non-interruptible-node-selector-requirement"
	if b.exec.Interruptible {
		requirement, key = b.cfg.InterruptibleNodeSelectorRequirement, "interruptible-node-selector-requirement"
	}
	if requirement != nil {
		b.requireNodes(*requirement.DeepCopy(), ruled(at(b.cfgSrc, key), key))
	}
}

// requireNodes adds a requirement to every required term of the node affinity,
// or as a term of its own. A profile that looks does not add it to a term that
// has an identical one.
func (b *builder) requireNodes(r corev1.NodeSelectorRequirement, src *provenance.Tree) {
	a, t := b.spec.Affinity, b.specTree.Field("affinity").Field("nodeAffinity")
	if a.NodeAffinity == nil {
		a.NodeAffinity = &corev1.NodeAffinity{}
	}
	required := &a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution
	if *required == nil {
		*required = &corev1.NodeSelector{}
	}
	terms := t.Field("requiredDuringSchedulingIgnoredDuringExecution").Field("nodeSelectorTerms")
	if len((*required).NodeSelectorTerms) == 0 {
		(*required).NodeSelectorTerms = []corev1.NodeSelectorTerm{{MatchExpressions: []corev1.NodeSelectorRequirement{r}}}
		place(terms.Item(0).Field("matchExpressions"), 0, r, src)
		return
	}
	for i := range (*required).NodeSelectorTerms {
		term := &(*required).NodeSelectorTerms[i]
		if b.p.uniqueConstraints && slices.ContainsFunc(term.MatchExpressions, func(have corev1.NodeSelectorRequirement) bool {
			return reflect.DeepEqual(have, r)
		}) {
			continue
		}
		term.MatchExpressions = append(slices.Clip(term.MatchExpressions), *r.DeepCopy())
		place(terms.Item(i).Field("matchExpressions"), len(term.MatchExpressions)-1, r, src)
	}
}

// tolerateExtendedResources is step 12, for plugins other than the pod plugin:
// the resources that add-tolerations-for-extended-resources lists are tolerated
// where a container asks for them.
func (b *builder) tolerateExtendedResources() {
	listed := b.cfg.AddTolerationsForExtendedResources
	if len(listed) == 0 {
		return
	}
	wanted := map[string]bool{}
	collect := func(containers []corev1.Container) {
		for i := range containers {
			for name := range containers[i].Resources.Requests {
				if slices.Contains(listed, string(name)) {
					wanted[string(name)] = true
				}
			}
		}
	}
	collect(b.spec.Containers)
	collect(b.spec.InitContainers)
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		tol := corev1.Toleration{Key: name, Operator: corev1.TolerationOpExists, Effect: corev1.TaintEffectNoSchedule}
		if slices.ContainsFunc(b.spec.Tolerations, func(have corev1.Toleration) bool { return tol.MatchToleration(&have) }) {
			continue
		}
		src := originTree(originOf(item(at(b.cfgSrc, "add-tolerations-for-extended-resources"), slices.Index(listed, name)),
			"add-tolerations-for-extended-resources"))
		b.spec.Tolerations = append(b.spec.Tolerations, tol)
		place(b.specTree.Field("tolerations"), len(b.spec.Tolerations)-1, tol, src)
	}
}

// ApplySchedulingConstraints imposes the platform's constraints again on a pod
// spec that other parts were merged into since: the required expressions of
// default-affinity and the requirement for interruptible tasks (or that for all
// others) become part of every required term, and an interruptible task gets its
// tolerations and node selector. Nothing is added that is there already. Plugins
// for Ray and Spark do this; for ordinary pods nobody does. spec is not changed;
// nil counts as empty.
func (p *Profile) ApplySchedulingConstraints(cfg *Config, spec *corev1.PodSpec, interruptible bool) *corev1.PodSpec {
	again := *p
	again.uniqueConstraints = true
	b := &builder{p: &again, cfg: cfg, exec: &Execution{Interruptible: interruptible}, spec: spec.DeepCopy()}
	if b.spec == nil {
		b.spec = &corev1.PodSpec{}
	}
	if b.spec.Affinity == nil {
		b.spec.Affinity = &corev1.Affinity{}
	}
	for _, r := range requiredExpressions(cfg.DefaultAffinity) {
		b.requireNodes(r, nil)
	}
	b.addInterruptibleAffinity()
	if interruptible {
		for _, tol := range cfg.InterruptibleTolerations {
			b.tolerate(*tol.DeepCopy(), nil)
		}
		union(&b.spec.NodeSelector, cfg.InterruptibleNodeSelector, nil, nil, "")
	}
	return b.spec
}

// requiredExpressions returns copies of the expressions of all required terms of
// a node affinity.
func requiredExpressions(a *corev1.Affinity) []corev1.NodeSelectorRequirement {
	if a == nil || a.NodeAffinity == nil || a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return nil
	}
	var out []corev1.NodeSelectorRequirement
	for _, term := range a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms {
		for i := range term.MatchExpressions {
			out = append(out, *term.MatchExpressions[i].DeepCopy())
		}
	}
	return out
}
