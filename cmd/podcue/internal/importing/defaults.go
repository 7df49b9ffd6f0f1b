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

// dropServerState removes from the pod spec v what the system adds to the Pods
// that it runs: the volume of the service account's token and its mounts, the
// tolerations of unready nodes, the node, and names that are there twice.
func dropServerState(v *value, running bool) {
	if sa := v.get("serviceAccount"); sa != nil && sa.text() == v.get("serviceAccountName").text() {
		v.remove("serviceAccount")
	}
	if !running {
		return
	}
	if v.get("serviceAccountName").text() == "default" {
		v.remove("serviceAccountName")
	}
	for _, name := range []string{"nodeName", "priority", "preemptionPolicy"} {
		v.remove(name)
	}
	token := ""
	v.removeItems("volumes", func(e *value) bool {
		name := e.get("name").text()
		if strings.HasPrefix(name, "kube-api-access-") && e.get("projected") != nil {
			token = name
			return true
		}
		return false
	})
	v.removeItems("tolerations", func(e *value) bool {
		key := e.get("key").text()
		return (key == "node.kubernetes.io/not-ready" || key == "node.kubernetes.io/unreachable") &&
			e.get("effect").text() == "NoExecute" && e.get("tolerationSeconds") != nil && string(e.get("tolerationSeconds").scalar) == "300"
	})
	for _, list := range []string{"containers", "initContainers", "ephemeralContainers"} {
		if l := v.get(list); l != nil && token != "" {
			for _, c := range l.items {
				c.removeItems("volumeMounts", func(e *value) bool { return e.get("name").text() == token })
			}
		}
	}
}

// removeItems removes elements from the list called name, and the list once it is
// empty.
func (v *value) removeItems(name string, remove func(*value) bool) {
	l := v.get(name)
	if l == nil {
		return
	}
	if l.items = slices.DeleteFunc(l.items, remove); len(l.items) == 0 {
		v.remove(name)
	}
}
