package flyte

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// What becomes of lists: they are appended, with nothing matched by key.

var duplicateVolume = &Hazard{
	ID: "merge-volume-duplicate",
	Doc: `two volumes have the same name

Volumes are appended, not merged by name. When the template and the task both have
a volume of a name, the Pod has two, and the API server refuses it.`,
	Help:     "rename one of the two volumes, or leave it to one side",
	Severity: finding.Error, Profiles: inBoth,
	check: func(h *hazardPass) {
		h.twins(hazardList{name: "volumes", keyed: true, pod: volumeNames}, func(t hazardTwin) {
			h.report(t.path, t.origins, "two volumes are called %s", t.key)
		})
	},
}

func volumeNames(s *corev1.PodSpec) []string {
	return keysOf(s.Volumes, func(v corev1.Volume) string { return v.Name })
}

var duplicateMount = &Hazard{
	ID: "merge-volume-mount-duplicate",
	Doc: `two volumes are mounted at the same path

Volume mounts are appended, not merged by path. When the template and the task both
mount something at a path, be it the same volume, the container has two mounts
there, and the API server refuses the Pod.`,
	Help:     "leave the mount to one side",
	Issue:    upstream(6958),
	Severity: finding.Error, Profiles: inBoth,
	check: func(h *hazardPass) {
		h.twins(hazardList{name: "volumeMounts", keyed: true, container: func(c *corev1.Container) []string {
			return keysOf(c.VolumeMounts, func(m corev1.VolumeMount) string { return m.MountPath })
		}}, func(t hazardTwin) {
			h.report(t.path, t.origins, "%s is mounted twice", t.key)
		})
	},
}

var duplicatePort = &Hazard{
	ID: "merge-port-duplicate",
	Doc: `two ports of a container are the same

Ports are appended, not merged by number or name. The API server refuses a
container with two ports of one name, or two that take the same port of the node;
two of the same number are accepted.`,
	Help:     "leave the port to one side",
	Severity: finding.Error, Profiles: inBoth,
	check: func(h *hazardPass) {
		h.checkHostPorts()
		byNumber := func(c *corev1.Container) []string { return keysOf(c.Ports, portKey) }
		h.twins(hazardList{name: "ports", address: byNumber, container: func(c *corev1.Container) []string {
			return keysOf(c.Ports, func(p corev1.ContainerPort) string { return p.Name })
		}}, func(t hazardTwin) {
			if t.key != "" {
				h.report(t.path, t.origins, "two ports are called %s", t.key)
			}
		})
		for _, c := range h.containers {
			ports := c.final.Ports
			h.twins(hazardList{name: "ports", keyed: true, container: byNumber}, func(t hazardTwin) {
				if t.list != c.path.Child("ports") || ports[t.lower].Name != "" && ports[t.lower].Name == ports[t.upper].Name {
					return
				}
				if ports[t.upper].HostPort != 0 && ports[t.lower].HostPort == ports[t.upper].HostPort {
					h.report(t.path, t.origins, "two ports take port %d of the node", ports[t.upper].HostPort)
					return
				}
				h.reportAs(finding.Info, t.path, t.origins, "port %s is listed twice", t.key)
			})
		}
	},
}

// checkHostPorts reports ports of the node that two containers take, one of them
// because of a template: one that the template's default container takes, say.
func (h *hazardPass) checkHostPorts() {
	taken := map[string][]provenance.Origin{}
	for _, c := range h.containers {
		paths := addresses(c.path.Child("ports"), keysOf(c.final.Ports, portKey), true)
		mine := map[string][]provenance.Origin{}
		for i, p := range c.final.Ports {
			if p.HostPort == 0 {
				continue
			}
			key := fmt.Sprintf("%s/%d/%s", p.HostIP, p.HostPort, portKey(p)[strings.Index(portKey(p), "/"):])
			have := h.at(paths[i])
			if other, ok := taken[key]; ok && (fromTemplate(have) || fromTemplate(other)) {
				h.report(paths[i], firsts(have, other), "port %d of the node is taken by another container too", p.HostPort)
			}
			mine[key] = have
		}
		maps.Copy(taken, mine)
	}
}

// fromTemplate reports whether the deciding origin is a template's.
func fromTemplate(origins []provenance.Origin) bool {
	return len(origins) > 0 && isTemplate(origins[0].Layer)
}

func portKey(p corev1.ContainerPort) string {
	protocol := p.Protocol
	if protocol == "" {
		protocol = corev1.ProtocolTCP
	}
	return strconv.Itoa(int(p.ContainerPort)) + "/" + string(protocol)
}

// uniqueLists are the lists beside volumes, mounts and ports in which the API
// server refuses two elements of a key.
var uniqueLists = []hazardList{
	{name: "topologySpreadConstraints", keyed: true, pod: func(s *corev1.PodSpec) []string {
		return keysOf(s.TopologySpreadConstraints, func(c corev1.TopologySpreadConstraint) string {
			return c.TopologyKey + "/" + string(c.WhenUnsatisfiable)
		})
	}},
	{name: "schedulingGates", keyed: true, pod: func(s *corev1.PodSpec) []string {
		return keysOf(s.SchedulingGates, func(g corev1.PodSchedulingGate) string { return g.Name })
	}},
	{name: "resourceClaims", keyed: true, pod: func(s *corev1.PodSpec) []string {
		return keysOf(s.ResourceClaims, func(c corev1.PodResourceClaim) string { return c.Name })
	}},
	{name: "securityContext.sysctls", keyed: true, pod: func(s *corev1.PodSpec) []string {
		if s.SecurityContext == nil {
			return nil
		}
		return keysOf(s.SecurityContext.Sysctls, func(c corev1.Sysctl) string { return c.Name })
	}},
	{name: "volumeDevices", keyed: true, container: func(c *corev1.Container) []string {
		return keysOf(c.VolumeDevices, func(d corev1.VolumeDevice) string { return d.DevicePath })
	}},
	{name: "resizePolicy", keyed: true, container: func(c *corev1.Container) []string {
		return keysOf(c.ResizePolicy, func(p corev1.ContainerResizePolicy) string { return string(p.ResourceName) })
	}},
	{name: "resources.claims", container: func(c *corev1.Container) []string {
		return keysOf(c.Resources.Claims, claimText)
	}},
}

var duplicateElement = &Hazard{
	ID: "merge-element-duplicate",
	Doc: `two elements of a list have the same key

Lists are appended, not merged by key. The API server refuses a Pod with two sysctls,
scheduling gates, resource claims, topology spread constraints, volume devices or
resize policies of one key, even if both say the same.`,
	Help:     "leave the element to one side",
	Severity: finding.Error, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, l := range uniqueLists {
			h.twins(l, func(t hazardTwin) { h.report(t.path, t.origins, "%s has %s twice", l.name, t.key) })
		}
	},
}

func claimText(c corev1.ResourceClaim) string {
	if c.Request == "" {
		return c.Name
	}
	return c.Name + "/" + c.Request
}

// doubledLists are the lists in which an element may be twice, to no effect.
var doubledLists = []hazardList{
	{name: "tolerations", prepended: true, pod: func(s *corev1.PodSpec) []string { return keysOf(s.Tolerations, tolerationText) }},
	{name: "imagePullSecrets", keyed: true, pod: func(s *corev1.PodSpec) []string {
		return keysOf(s.ImagePullSecrets, func(r corev1.LocalObjectReference) string { return r.Name })
	}},
	{name: "hostAliases", keyed: true, pod: func(s *corev1.PodSpec) []string {
		return keysOf(s.HostAliases, func(a corev1.HostAlias) string { return a.IP })
	}},
	{name: "dnsConfig.nameservers", pod: func(s *corev1.PodSpec) []string {
		if s.DNSConfig == nil {
			return nil
		}
		return s.DNSConfig.Nameservers
	}},
	{name: "dnsConfig.searches", pod: func(s *corev1.PodSpec) []string {
		if s.DNSConfig == nil {
			return nil
		}
		return s.DNSConfig.Searches
	}},
	{name: "envFrom", container: func(c *corev1.Container) []string { return keysOf(c.EnvFrom, provenanceText) }},
	{name: "securityContext.capabilities.add", container: func(c *corev1.Container) []string {
		if c.SecurityContext == nil || c.SecurityContext.Capabilities == nil {
			return nil
		}
		return keysOf(c.SecurityContext.Capabilities.Add, text)
	}},
	{name: "securityContext.capabilities.drop", container: func(c *corev1.Container) []string {
		if c.SecurityContext == nil || c.SecurityContext.Capabilities == nil {
			return nil
		}
		return keysOf(c.SecurityContext.Capabilities.Drop, text)
	}},
}

// tolerationText is what a toleration tolerates.
func tolerationText(t corev1.Toleration) string {
	s := t.Key
	if t.Operator != corev1.TolerationOpExists {
		s += "=" + t.Value
	}
	if t.Effect != "" {
		s += ":" + string(t.Effect)
	}
	if t.TolerationSeconds != nil {
		s += " for " + strconv.FormatInt(*t.TolerationSeconds, 10) + "s"
	}
	return s
}

// provenanceText is v as JSON: the key of what has none.
func provenanceText[T any](v T) string { return provenance.JSON(v) }

var doubledElement = &Hazard{
	ID: "merge-element-doubled",
	Doc: `a list has an element twice

Lists are appended without removing what is there already. Kubernetes accepts a Pod
that has a toleration, pull secret, host alias, capability or DNS server twice, but
it is not the Pod that either side wrote.`,
	Help:     "leave the element to one side",
	Severity: finding.Info, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, l := range doubledLists {
			h.twins(l, func(t hazardTwin) {
				h.report(t.list, t.origins, "%s has %s twice", l.name, t.key)
			})
		}
		if twice := repeated(h.pod.Finalizers); len(twice) > 0 {
			h.report("metadata.finalizers", slices.Concat(h.at("metadata.finalizers[0]"), h.config("inject-finalizer")),
				"metadata.finalizers has %s twice", list(twice))
		}
	},
}

var tooManyNameservers = &Hazard{
	ID: "merge-nameservers-too-many",
	Doc: `the DNS servers of several sources are too many

The nameservers of dnsConfig are appended, the template's, the configuration's and the
task's. The API server refuses a Pod with more than three.`,
	Help:     "leave dnsConfig to one side",
	Severity: finding.Error, Profiles: inBoth,
	check: func(h *hazardPass) {
		const most = 3
		servers := func(s *corev1.PodSpec) int {
			if s.DNSConfig == nil {
				return 0
			}
			return len(s.DNSConfig.Nameservers)
		}
		n := servers(&h.pod.Spec)
		if n <= most || servers(h.task) > most || slices.ContainsFunc(h.templates, func(t *hazardTemplate) bool { return servers(t.spec) > most }) {
			return
		}
		const path = provenance.Path("spec.dnsConfig.nameservers")
		h.report(path, firsts(h.at(path.Index(n-1)), h.at(path.Index(0))), "the Pod has %d DNS servers, of which %d are allowed", n, most)
	},
}

// repeated returns the elements that list has more than once.
func repeated(list []string) []string {
	var twice []string
	for i, s := range list {
		if slices.Contains(list[:i], s) && !slices.Contains(twice, s) {
			twice = append(twice, s)
		}
	}
	return twice
}
