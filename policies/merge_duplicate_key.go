package policies

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// MergeDuplicateKey forbids list elements that a merge cannot tell apart.
var MergeDuplicateKey = &Policy{
	ID: "merge-duplicate-key",
	Doc: `List merge key repeated

Kubernetes tells the elements of such a list apart by a key. Where two have the same one, the API server refuses the pod, or one of them wins without a word in the next merge or apply.

Volumes, variables, ports and mounts have policies of their own (volume-duplicate, duplicate-env, port-duplicate, mount-path-conflict); this one is about containers, resource claims, scheduling gates and spread constraints, and, as warnings, host aliases and pull secrets.`,
	Help:     "give the elements keys of their own, or keep one",
	Bad:      `podSpec: containers: [{name: "primary"}, {name: "primary"}]`,
	Good:     `podSpec: containers: [{name: "primary"}, {name: "helper"}]`,
	Group:    "merge",
	Severity: finding.Error,
	Default:  true,
	Check: func(p *Pass) {
		spec := &p.Pod.Spec
		checkContainerNames(p, spec)
		const bad, odd = finding.Error, finding.Warning // refused, or the last one wins
		repeated(p, bad, "spec.resourceClaims", "resource claims", len(spec.ResourceClaims), func(i int) string { return spec.ResourceClaims[i].Name })
		repeated(p, bad, "spec.schedulingGates", "scheduling gates", len(spec.SchedulingGates), func(i int) string { return spec.SchedulingGates[i].Name })
		repeated(p, odd, "spec.hostAliases", "host aliases", len(spec.HostAliases), func(i int) string { return spec.HostAliases[i].IP })
		repeated(p, odd, "spec.imagePullSecrets", "pull secrets", len(spec.ImagePullSecrets), func(i int) string { return spec.ImagePullSecrets[i].Name })
		repeated(p, bad, "spec.topologySpreadConstraints", "spread constraints", len(spec.TopologySpreadConstraints), func(i int) string {
			t := &spec.TopologySpreadConstraints[i]
			return t.TopologyKey + "/" + string(t.WhenUnsatisfiable)
		})
	},
}

// repeated reports the elements of the list at path whose key another before
// them has.
func repeated(p *Pass, severity finding.Severity, path provenance.Path, what string, n int, key func(int) string) {
	for i := range n {
		for j := range i {
			if key(j) == key(i) {
				p.ReportAs(severity, elementPath(path, i, key), "two %s have the key %s", what, key(i))
				break
			}
		}
	}
}

// checkContainerNames compares the names of containers of all roles: the API
// server wants them unique in the whole pod.
func checkContainerNames(p *Pass, spec *corev1.PodSpec) {
	n := 0
	for c := range Containers(spec) {
		i := 0
		for d := range Containers(spec) {
			if i++; i > n {
				break
			}
			if d.Name == c.Name {
				p.Report(c.Path().Child("name"), "two containers are called %s", c.Name)
				break
			}
		}
		n++
	}
}
