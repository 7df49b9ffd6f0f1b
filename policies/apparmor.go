package policies

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// AppArmor forbids switching AppArmor off.
var AppArmor = &Policy{
	ID: "apparmor",
	Doc: `AppArmor profile

The container runs without the profile that nodes with AppArmor apply by default, which keeps it from mounting, tracing and writing to kernel files.

Both the field and the annotations that it replaces are read.`,
	Help:       "remove appArmorProfile, or set its type to RuntimeDefault or Localhost",
	Bad:        `podSpec: securityContext: appArmorProfile: type: "Unconfined"`,
	Good:       `podSpec: securityContext: appArmorProfile: type: "RuntimeDefault"`,
	Group:      "securityContext",
	Severity:   finding.Error,
	Profiles:   []Profile{PSSBaseline, PSSRestricted},
	Frameworks: []string{"pss"},
	Controls:   []string{"appArmorProfile"},
	Check: func(p *Pass) {
		if sc := p.Pod.Spec.SecurityContext; sc != nil && !appArmorConfined(sc.AppArmorProfile) {
			p.Report("spec.securityContext.appArmorProfile.type", "the pod's AppArmor profile is %s", sc.AppArmorProfile.Type)
		}
		for c := range Containers(&p.Pod.Spec) {
			if sc := c.SecurityContext; sc != nil && !appArmorConfined(sc.AppArmorProfile) {
				p.Report(c.securityPath("appArmorProfile.type"), "the AppArmor profile of %s is %s", c, sc.AppArmorProfile.Type)
			}
		}
		for _, key := range sortedKeys(p.Pod.Annotations) {
			v := p.Pod.Annotations[key]
			if strings.HasPrefix(key, corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix) &&
				v != "" && v != "runtime/default" && !strings.HasPrefix(v, "localhost/") {
				p.Report(provenance.Path("metadata.annotations").Key(key), "the AppArmor profile is %s", v)
			}
		}
	},
}

func appArmorConfined(profile *corev1.AppArmorProfile) bool {
	return profile == nil || profile.Type == corev1.AppArmorProfileTypeRuntimeDefault || profile.Type == corev1.AppArmorProfileTypeLocalhost
}
