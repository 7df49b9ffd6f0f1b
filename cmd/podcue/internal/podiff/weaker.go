package podiff

import (
	"path"
	"slices"
	"strings"

	"github.com/podcue/podcue/provenance"
)

// A Weakening is a rule by which a change makes a Pod less secure.
type Weakening struct {
	ID  string // kebab-case
	Doc string // what is weaker now, one line
}

// rule recognises one weakening from a leaf that changed. was and is are nil
// where the leaf is missing on that side.
type rule struct {
	Weakening
	// field is the name that the leaf, or for an element of a list of scalars the
	// list, must have; "" for any.
	field string
	match func(leaf leaf) bool
}

// leaf is a scalar that is not the same on both sides.
type leaf struct {
	path    provenance.Path
	was, is any
	// kept says that the container, volume or Pod around the leaf is on both
	// sides, so that a missing leaf was taken away rather than gone with it.
	kept bool
}

// rules lists the weakenings, sorted by id. What a field means when it is missing
// is the API server's default (k8s.io/api/core/v1 types, the field's own
// documentation).
var rules = []rule{
	{Weakening{"allow-privilege-escalation", "the process may gain more privileges than its parent"}, "allowPrivilegeEscalation", lifted(false)},
	{Weakening{"apparmor", "AppArmor no longer confines it"}, "type", under("appArmorProfile", unconfined)},
	{Weakening{"automount-token", "the service account's token is mounted"}, "automountServiceAccountToken", lifted(false)},
	{Weakening{"capability-added", "it has another capability"}, "add", appeared},
	{Weakening{"capability-kept", "a capability is no longer dropped"}, "drop", disappeared},
	{Weakening{"host-ipc", "it shares the node's IPC namespace"}, "hostIPC", turned(true)},
	{Weakening{"host-network", "it shares the node's network"}, "hostNetwork", turned(true)},
	{Weakening{"host-pid", "it sees the node's processes"}, "hostPID", turned(true)},
	{Weakening{"host-port", "it takes a port of the node"}, "hostPort", nonZero},
	{Weakening{"host-process", "it runs as a process of the Windows host"}, "hostProcess", turned(true)},
	{Weakening{"host-users", "it no longer has a user namespace of its own"}, "hostUsers", lifted(false)},
	{Weakening{"hostpath", "it reaches a directory of the node"}, "path", under("hostPath", widened)},
	{Weakening{"image-unpinned", "the image is no longer pinned by digest"}, "image", unpinned},
	{Weakening{"mount-writable", "a mount is writable now"}, "readOnly", under("volumeMounts", lifted(true))},
	{Weakening{"node-isolation", "it may run on nodes that it was kept from"}, "nodeSelector", goneEntry},
	{Weakening{"privileged", "it runs privileged"}, "privileged", turned(true)},
	{Weakening{"proc-mount", "/proc is no longer masked"}, "procMount", became("Unmasked")},
	{Weakening{"read-only-root", "the root file system is writable"}, "readOnlyRootFilesystem", lifted(true)},
	{Weakening{"run-as-non-root", "it may run as root"}, "runAsNonRoot", lifted(true)},
	{Weakening{"run-as-root", "it runs as root"}, "runAsUser", zero},
	{Weakening{"runtime-class", "it no longer runs in the sandbox of its runtime class"}, "runtimeClassName", disappeared},
	{Weakening{"seccomp", "seccomp no longer confines it"}, "type", under("seccompProfile", unconfined)},
	{Weakening{"selinux", "SELinux no longer confines it"}, "type", under("seLinuxOptions", became("spc_t"))},
	{Weakening{"service-account-token", "it gets a token of its service account"}, "path", under("serviceAccountToken", appeared)},
	{Weakening{"share-process-namespace", "its containers see each other's processes"}, "shareProcessNamespace", turned(true)},
	{Weakening{"sysctl", "it sets a kernel parameter"}, "name", under("sysctls", appeared)},
	{Weakening{"toleration-control-plane", "it may run on the nodes of the control plane"}, "key", under("tolerations", controlPlane)},
	{Weakening{"toleration-wildcard", "it tolerates every taint"}, "operator", under("tolerations", became("Exists"))},
	{Weakening{"toleration-wildcard", "it tolerates every taint"}, "key", under("tolerations", disappeared)},
}

// Weakenings returns the weakenings that the rules know, sorted by id.
func Weakenings() []Weakening {
	all := make([]Weakening, len(rules))
	for i, r := range rules {
		all[i] = r.Weakening
	}
	return slices.Compact(all)
}

// weakenings returns the rules that c breaks, sorted by id.
func weakenings(c Change) []Weakening {
	if c.Kind == Reordered {
		return nil
	}
	var found []Weakening
	for _, l := range leaves(c) {
		name := fieldName(l.path)
		for _, r := range rules {
			if (r.field == "" || r.field == name) && r.match(l) && !slices.Contains(found, r.Weakening) {
				if r.ID == "toleration-wildcard" && hasKey(c) {
					continue
				}
				found = append(found, r.Weakening)
			}
		}
	}
	slices.SortFunc(found, func(a, b Weakening) int { return strings.Compare(a.ID, b.ID) })
	return found
}

// leaves returns the leaves that c changes.
func leaves(c Change) []leaf {
	if c.Kind == Changed {
		return []leaf{{path: c.Path, was: c.Old, is: c.New, kept: true}}
	}
	v := c.New
	if c.Kind == Removed {
		v = c.Old
	}
	var all []leaf
	for p, e := range provenance.LeavesBelow(c.Path, v) {
		// What went away together with its container, volume or mount was not
		// taken away from it.
		l := leaf{path: p, kept: !isElement(c)}
		if c.Kind == Removed {
			l.was = e
		} else {
			l.is = e
		}
		all = append(all, l)
	}
	return all
}

// isElement reports whether c is about a whole element of a list of objects.
func isElement(c Change) bool {
	v := c.New
	if v == nil {
		v = c.Old
	}
	_, object := v.(map[string]any)
	return object && strings.HasSuffix(string(c.Path), "]")
}

// fieldName returns the name of the last field in p: that of a list for its
// elements, that of a map for its entries.
func fieldName(p provenance.Path) string {
	segs := p.Segments()
	for i := len(segs) - 1; i >= 0; i-- {
		if segs[i].Kind == provenance.Field {
			return segs[i].Name
		}
	}
	return ""
}

// hasKey reports whether the toleration that c is about names a taint.
func hasKey(c Change) bool {
	m, ok := c.New.(map[string]any)
	return !ok || m["key"] != nil
}

// turned matches a leaf that has the value v now and had not before.
func turned(v any) func(leaf) bool {
	return func(l leaf) bool { return l.is == v && l.was != v }
}

// lifted matches a leaf that had the value v and has another, or none, now.
func lifted(v any) func(leaf) bool {
	return func(l leaf) bool { return l.was == v && l.is != v && l.kept }
}

func became(v string) func(leaf) bool {
	return func(l leaf) bool { return l.is == v && l.was != v }
}

func appeared(l leaf) bool    { return l.is != nil }
func disappeared(l leaf) bool { return l.was != nil && l.is == nil && l.kept }
func goneEntry(l leaf) bool   { return l.was != nil && l.is != l.was && l.kept }

func unconfined(l leaf) bool { return l.is == "Unconfined" || disappeared(l) }

func zero(l leaf) bool { return isZero(l.is) && l.is != nil && !isZero(l.was) }

func nonZero(l leaf) bool { return l.is != nil && !isZero(l.is) }

func controlPlane(l leaf) bool {
	return l.was != l.is && (l.is == "node-role.kubernetes.io/control-plane" || l.is == "node-role.kubernetes.io/master")
}

func isZero(v any) bool { return provenance.JSON(v) == "0" }

// widened matches a hostPath that is new, or is not inside the one before.
func widened(l leaf) bool {
	is, _ := l.is.(string)
	was, _ := l.was.(string)
	return is != "" && (was == "" || !strings.HasPrefix(path.Clean(is)+"/", path.Clean(was)+"/"))
}

func unpinned(l leaf) bool {
	is, _ := l.is.(string)
	was, _ := l.was.(string)
	return is != "" && strings.Contains(was, "@sha256:") && !strings.Contains(is, "@sha256:")
}

// under restricts match to leaves that are below a field called name.
func under(name string, match func(leaf) bool) func(leaf) bool {
	return func(l leaf) bool {
		return slices.ContainsFunc(l.path.Segments(), func(s provenance.Segment) bool {
			return s.Kind == provenance.Field && s.Name == name
		}) && match(l)
	}
}
