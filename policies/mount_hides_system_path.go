package policies

import (
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
)

type mountHidesSystemPathParams struct {
	Paths []string `json:"paths" doc:"directories that nothing may be mounted over"`
}

// MountHidesSystemPath reports mounts over what the image needs.
var MountHidesSystemPath = &Policy{
	ID: "mount-hides-system-path",
	Doc: `Mount hides a system path

The volume is mounted over a directory of the image that holds its programs, libraries or configuration, or over the service account's token: what was there is gone, and the container often does not start.

Only the directories themselves are reported, not mounts inside of them. A projected volume may be mounted over the token.`,
	Help: "mount the volume at a directory of its own, or single files with subPath",
	Bad: `podSpec: {
	volumes: [{name: "config", configMap: name: "config"}]
	containers: [{name: "primary", volumeMounts: [{name: "config", mountPath: "/etc"}]}]
}`,
	Good: `podSpec: {
	volumes: [{name: "config", configMap: name: "config"}]
	containers: [{name: "primary", volumeMounts: [{name: "config", mountPath: "/etc/app"}]}]
}`,
	Group:    "volumes",
	Severity: finding.Warning,
	Default:  true,
	Params: &mountHidesSystemPathParams{Paths: []string{
		"/", "/bin", "/dev", "/etc", "/lib", "/lib64", "/proc", "/sbin", "/sys", "/usr", "/usr/bin", "/usr/lib", "/usr/lib64",
		"/usr/local", "/usr/sbin", "/var/run/secrets/kubernetes.io", "/var/run/secrets/kubernetes.io/serviceaccount",
	}},
	Check: func(p *Pass) {
		for c := range Containers(&p.Pod.Spec) {
			for i := range c.VolumeMounts {
				m := &c.VolumeMounts[i]
				if hidesSystemPath(m, ParamsOf[mountHidesSystemPathParams](p).Paths) && !projectsToken(&p.Pod.Spec, m) {
					p.Report(c.mountPath(i).Child("mountPath"), "%s mounts volume %s over %s of its image", c, m.Name, m.MountPath)
				}
			}
		}
	},
}

func hidesSystemPath(m *corev1.VolumeMount, paths []string) bool {
	at := withoutLinks(path.Clean(m.MountPath))
	return slices.ContainsFunc(paths, func(p string) bool { return withoutLinks(p) == at })
}

// withoutLinks replaces the start of a clean path that is usually a link, as
// [resolveHost] does, without allocating for one that has none.
func withoutLinks(at string) string {
	for _, l := range hostLinks {
		if rest, ok := strings.CutPrefix(at, l.linkPath); ok && (rest == "" || rest[0] == '/') {
			return l.targetPath + rest
		}
	}
	return at
}

// projectsToken reports whether m mounts a projected volume where the token of
// the service account stands.
func projectsToken(spec *corev1.PodSpec, m *corev1.VolumeMount) bool {
	if !resolveHost(m.MountPath).within(hostDir{"run", "secrets"}) {
		return false
	}
	return slices.ContainsFunc(spec.Volumes, func(v corev1.Volume) bool { return v.Name == m.Name && v.Projected != nil })
}
