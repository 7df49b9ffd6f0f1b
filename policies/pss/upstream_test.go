package pss_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/policies/pss"
)

// mutations are changes that the rules of some versions look at.
var mutations = []func(*corev1.PodTemplateSpec){
	func(*corev1.PodTemplateSpec) {},
	func(p *corev1.PodTemplateSpec) { p.Spec.OS = &corev1.PodOS{Name: corev1.Windows} },
	func(p *corev1.PodTemplateSpec) { p.Spec.HostUsers = new(bool) },
	func(p *corev1.PodTemplateSpec) {
		for _, c := range p.Spec.InitContainers {
			e := corev1.EphemeralContainer{EphemeralContainerCommon: corev1.EphemeralContainerCommon(c)}
			e.Name = "e-" + c.Name
			p.Spec.EphemeralContainers = append(p.Spec.EphemeralContainers, e)
		}
		p.Spec.InitContainers = nil
	},
	func(p *corev1.PodTemplateSpec) { p.Spec.SecurityContext = nil },
	func(p *corev1.PodTemplateSpec) {
		p.Annotations = map[string]string{
			"seccomp.security.alpha.kubernetes.io/pod":                        "unconfined",
			"container.seccomp.security.alpha.kubernetes.io/container1":       "unconfined",
			"container.apparmor.security.beta.kubernetes.io/container1":       "unconfined",
			"container.seccomp.security.alpha.kubernetes.io/no-such-one":      "unconfined",
			"container.apparmor.security.beta.kubernetes.io/initcontainer1":   "localhost/x",
			"container.seccomp.security.alpha.kubernetes.io/initcontainer1":   "docker/default",
			"container.apparmor.security.beta.kubernetes.io/no-such-one-here": "",
		}
	},
}

// At every version, each control finds its fields exactly when upstream's check
// refuses the pod, and the whole is upstream's verdict.
func TestAgainstUpstream(t *testing.T) {
	t.Parallel()
	upstream, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	latest, err := pss.New(pss.Restricted, pss.Latest)
	if err != nil {
		t.Fatal(err)
	}
	pods := mutated(fixtures(t))
	for _, level := range []string{pss.Baseline, pss.Restricted} {
		for minor := 0; minor <= latest.Minor; minor++ {
			std, err := pss.New(level, "1."+strconv.Itoa(minor))
			if err != nil {
				t.Fatal(err)
			}
			set := only(t, std)
			lv := api.LevelVersion{Level: api.Level(level), Version: api.MajorMinorVersion(1, minor)}
			for name, pod := range pods {
				compare(t, set, pod, upstream, lv, name)
			}
		}
	}
}

// mutated returns every different pod that the mutations make of the fixtures.
func mutated(all []*fixture) map[string]*corev1.PodTemplateSpec {
	pods, seen := map[string]*corev1.PodTemplateSpec{}, map[string]bool{}
	for _, f := range all {
		for i, mutate := range mutations {
			pod := f.template().DeepCopy()
			pod.Name = ""
			mutate(pod)
			data, err := json.Marshal(pod)
			if err == nil && !seen[string(data)] {
				seen[string(data)] = true
				pods[f.Object.Name+"/"+strconv.Itoa(i)+"/"+strconv.Itoa(len(pods))] = pod
			}
		}
	}
	return pods
}

func compare(t *testing.T, set *policies.Set, pod *corev1.PodTemplateSpec, upstream policy.Evaluator, lv api.LevelVersion, name string) {
	t.Helper()
	before := pod.DeepCopy()
	found := check(set, pod)
	if !reflect.DeepEqual(before, pod) {
		t.Fatalf("%s: the pod was changed (-before +after):\n%s", name, cmp.Diff(before, pod))
	}
	for i := range before.Spec.Volumes { // what the API server does before admission
		if before.Spec.Volumes[i].VolumeSource == (corev1.VolumeSource{}) {
			before.Spec.Volumes[i].EmptyDir = &corev1.EmptyDirVolumeSource{}
		}
	}
	verdict := policy.AggregateCheckResults(upstream.EvaluatePod(lv, &before.ObjectMeta, &before.Spec))
	if verdict.Allowed != (len(found) == 0) {
		t.Errorf("%s at %s: upstream says %t (%s), and there are %v", name, lv, verdict.Allowed, verdict.ForbiddenDetail(), found)
	}
	refused := map[string]bool{}
	for _, r := range set.Standard().Refuse(pod) {
		refused[r.Control] = true
		if !slices.ContainsFunc(found, func(f finding.Finding) bool { return sameControl(f.PSS.Control, r.Control) }) {
			t.Errorf("%s at %s: %s refuses (%s), and no field was found", name, lv, r.Control, r.Reason)
		}
	}
	for _, f := range found {
		if !refused[f.PSS.Control] || f.ID == policies.IDPodSecurity {
			t.Errorf("%s at %s: %s was found for %s, which does not refuse", name, lv, f, f.PSS.Control)
		}
	}
}
