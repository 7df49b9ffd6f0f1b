package policies

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// SeccompUnconfined forbids switching seccomp off.
var SeccompUnconfined = &Policy{
	ID: "seccomp-unconfined",
	Doc: `Seccomp Unconfined

The container may make every system call, among them those through which most holes in the kernel are reached.`,
	Help:       "set seccompProfile.type to RuntimeDefault, or to Localhost with a profile of your own",
	Bad:        `podSpec: securityContext: seccompProfile: type: "Unconfined"`,
	Good:       `podSpec: securityContext: seccompProfile: type: "RuntimeDefault"`,
	Group:      "securityContext",
	Severity:   finding.Error,
	Default:    true,
	Profiles:   []Profile{PSSBaseline, PSSRestricted},
	Frameworks: []string{"pss"},
	Controls:   []string{"seccompProfile_baseline"},
	Check: func(p *Pass) {
		if !p.since(19) {
			checkSeccompAnnotations(p)
			return
		}
		if sc := p.Pod.Spec.SecurityContext; sc != nil && sc.SeccompProfile != nil && !seccompConfined(sc.SeccompProfile.Type) {
			p.Report("spec.securityContext.seccompProfile.type", "the pod's seccomp profile is %s", sc.SeccompProfile.Type)
		}
		for c := range Containers(&p.Pod.Spec) {
			if sc := c.SecurityContext; sc != nil && sc.SeccompProfile != nil && !seccompConfined(sc.SeccompProfile.Type) {
				p.Report(c.securityPath("seccompProfile.type"), "the seccomp profile of %s is %s", c, sc.SeccompProfile.Type)
			}
		}
	},
}

func seccompConfined(t corev1.SeccompProfileType) bool {
	return t == corev1.SeccompProfileTypeRuntimeDefault || t == corev1.SeccompProfileTypeLocalhost
}

const (
	seccompPodAnnotation       = "seccomp.security.alpha.kubernetes.io/pod"
	seccompContainerAnnotation = "container.seccomp.security.alpha.kubernetes.io/"
)

// checkSeccompAnnotations is the rule of Kubernetes before 1.19, which had
// annotations in place of fields.
func checkSeccompAnnotations(p *Pass) {
	report := func(key string) {
		v, ok := p.Pod.Annotations[key]
		if ok && v != "runtime/default" && v != "docker/default" && !strings.HasPrefix(v, "localhost/") {
			p.Report(provenance.Path("metadata.annotations").Key(key), "the seccomp profile is %s", v)
		}
	}
	report(seccompPodAnnotation)
	for c := range Containers(&p.Pod.Spec) {
		report(seccompContainerAnnotation + c.Name)
	}
}
