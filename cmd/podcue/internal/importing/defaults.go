package importing

import (
	"slices"
	"strings"
)

// serverDefaults are the values that an API server gives fields that are not
// there (SetDefaults_* of k8s.io/kubernetes/pkg/apis/core/v1/defaults.go), as the
// last two names of the path and the JSON.
var serverDefaults = map[string]string{
	"podSpec.dnsPolicy":                            `"ClusterFirst"`,
	"podSpec.enableServiceLinks":                   `true`,
	"podSpec.restartPolicy":                        `"Always"`,
	"podSpec.schedulerName":                        `"default-scheduler"`,
	"podSpec.terminationGracePeriodSeconds":        `30`,
	"containers.terminationMessagePath":            `"/dev/termination-log"`,
	"containers.terminationMessagePolicy":          `"File"`,
	"initContainers.terminationMessagePath":        `"/dev/termination-log"`,
	"initContainers.terminationMessagePolicy":      `"File"`,
	"ephemeralContainers.terminationMessagePath":   `"/dev/termination-log"`,
	"ephemeralContainers.terminationMessagePolicy": `"File"`,
	"ports.protocol":                               `"TCP"`,
	"livenessProbe.failureThreshold":               `3`,
	"livenessProbe.periodSeconds":                  `10`,
	"livenessProbe.successThreshold":               `1`,
	"livenessProbe.timeoutSeconds":                 `1`,
	"readinessProbe.failureThreshold":              `3`,
	"readinessProbe.periodSeconds":                 `10`,
	"readinessProbe.successThreshold":              `1`,
	"readinessProbe.timeoutSeconds":                `1`,
	"startupProbe.failureThreshold":                `3`,
	"startupProbe.periodSeconds":                   `10`,
	"startupProbe.successThreshold":                `1`,
	"startupProbe.timeoutSeconds":                  `1`,
	"httpGet.path":                                 `"/"`,
	"httpGet.scheme":                               `"HTTP"`,
	"fieldRef.apiVersion":                          `"v1"`,
	"secret.defaultMode":                           `420`,
	"configMap.defaultMode":                        `420`,
	"downwardAPI.defaultMode":                      `420`,
	"projected.defaultMode":                        `420`,
	"serviceAccountToken.expirationSeconds":        `3600`,
	"hostPath.type":                                `""`,
	"iscsi.iscsiInterface":                         `"default"`,
	"rbd.keyring":                                  `"/etc/ceph/keyring"`,
	"rbd.pool":                                     `"rbd"`,
	"rbd.user":                                     `"admin"`,
	"scaleIO.fsType":                               `"xfs"`,
	"scaleIO.storageMode":                          `"ThinProvisioned"`,
	"azureDisk.cachingMode":                        `"ReadWrite"`,
	"azureDisk.fsType":                             `"ext4"`,
	"azureDisk.kind":                               `"Shared"`,
	"azureDisk.readOnly":                           `false`,
}

// dropDefaults removes from v, which is the value of name, the members that a
// server would set by itself, unless somebody has written a comment on them.
func dropDefaults(v *value, name string) {
	for _, e := range v.items {
		dropDefaults(e, name)
	}
	v.members = slices.DeleteFunc(v.members, func(m member) bool {
		d, ok := serverDefaults[name+"."+m.name]
		return ok && string(m.value.scalar) == d && !m.value.commented()
	})
	for _, m := range v.members {
		dropDefaults(m.value, m.name)
	}
	if name == "containers" || name == "initContainers" || name == "ephemeralContainers" {
		dropPullPolicy(v)
	}
}

// dropPullPolicy removes the pull policy that the image's tag brings.
func dropPullPolicy(container *value) {
	image, policy := container.get("image"), container.get("imagePullPolicy")
	if image == nil || policy == nil || policy.commented() {
		return
	}
	if policy.text() == defaultPullPolicy(image.text()) {
		container.remove("imagePullPolicy")
	}
}

// defaultPullPolicy is Always for the tag latest and for none, else IfNotPresent.
// It is "" for what is not certain: an image that only looks like a reference.
func defaultPullPolicy(image string) string {
	if image == "" || strings.ContainsAny(image, "{}$ ") {
		return ""
	}
	if strings.Contains(image, "@") {
		return "IfNotPresent"
	}
	tag := ""
	if i := strings.LastIndex(image, ":"); i > strings.LastIndex(image, "/") {
		tag = image[i+1:]
	}
	if tag == "" || tag == "latest" {
		return "Always"
	}
	return "IfNotPresent"
}

// commented reports whether somebody wrote something on v.
func (v *value) commented() bool {
	return len(v.head)+len(v.foot) > 0 || v.line != ""
}

// dropAlias removes the old name of a field from the pod spec v: a server keeps
// serviceAccount and serviceAccountName the same.
func dropAlias(v *value) {
	if old := v.get("serviceAccount"); old != nil && old.text() == v.get("serviceAccountName").text() && !old.commented() {
		v.remove("serviceAccount")
	}
}
