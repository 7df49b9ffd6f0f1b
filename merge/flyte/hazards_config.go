package flyte

import (
	"slices"
	"strings"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// What becomes of the configuration's defaults.

// lostLeaves returns the leaves of the default that the object does not have,
// as paths below the default. Elements of lists may stand anywhere in theirs.
func lostLeaves(want, have any) []string {
	if want == nil {
		return nil
	}
	var lost []string
	w := generic(want)
	for path, v := range provenance.Leaves(w) {
		if segments := path.Segments(); !contains(generic(have), segments, v) {
			// Of a list the whole is named, not each leaf.
			for i, s := range segments {
				if s.Kind == provenance.Index || s.Kind == provenance.Key && provenance.ListKeys(segments[i-1].Name) != nil {
					for range segments[i:] {
						path = path.Parent()
					}
					break
				}
			}
			if !slices.Contains(lost, string(path)) {
				lost = append(lost, string(path))
			}
		}
	}
	return lost
}

// contains reports whether the node of obj that segments lead to is v, with any
// element of a list in place of a certain one.
func contains(obj any, segments []provenance.Segment, v any) bool {
	switch o := obj.(type) {
	case []any:
		if len(segments) == 0 {
			return provenance.JSON(obj) == provenance.JSON(v)
		}
		return slices.ContainsFunc(o, func(e any) bool { return contains(e, segments[1:], v) })
	case map[string]any:
		if len(segments) == 0 {
			return len(o) > 0 || provenance.JSON(obj) == provenance.JSON(v)
		}
		e, ok := o[segments[0].Name]
		return ok && contains(e, segments[1:], v)
	}
	return len(segments) == 0 && provenance.JSON(obj) == provenance.JSON(v)
}

var defaultDropped = &Hazard{
	ID: "merge-config-default-dropped",
	Doc: `a default of the configuration is dropped as a whole

default-affinity, default-pod-security-context, default-pod-dns-config and
default-security-context apply only where the task has nothing of the kind. A task
that sets one field of it, or just {}, loses all of the default: the platform's
runAsNonRoot goes with the task's fsGroup. It is an error where that is a security
context or a required node affinity.`,
	Help:     "put the default into the base PodTemplate, which is merged field by field",
	Severity: finding.Error, Profiles: inBoth,
	check: func(h *hazardPass) {
		final, cfg := &h.pod.Spec, h.b.cfg
		if cfg.DefaultAffinity != nil && h.raw.Affinity != nil {
			severity := finding.Warning
			if len(requiredTerms(cfg.DefaultAffinity)) > 0 {
				severity = finding.Error
			}
			h.checkDropped(severity, "default-affinity", "spec.affinity", lostLeaves(cfg.DefaultAffinity, final.Affinity))
		}
		if cfg.DefaultPodSecurityContext != nil && h.raw.SecurityContext != nil {
			h.checkDropped(finding.Error, "default-pod-security-context", "spec.securityContext",
				lostLeaves(cfg.DefaultPodSecurityContext, final.SecurityContext))
		}
		if cfg.DefaultPodDNSConfig != nil && h.raw.DNSConfig != nil {
			h.checkDropped(finding.Warning, "default-pod-dns-config", "spec.dnsConfig", lostLeaves(cfg.DefaultPodDNSConfig, final.DNSConfig))
		}
		if c := h.primaryContainer(); cfg.DefaultSecurityContext != nil && c != nil && c.raw != nil && c.raw.SecurityContext != nil {
			h.checkDropped(finding.Error, "default-security-context", c.path.Child("securityContext"),
				lostLeaves(cfg.DefaultSecurityContext, c.final.SecurityContext))
		}
	},
}

func (h *hazardPass) checkDropped(s finding.Severity, key string, path provenance.Path, lost []string) {
	if len(lost) > 0 {
		h.reportAs(s, path, slices.Concat(firsts(h.at(path)), h.config(key)), "%s of %s %s lost: the task has its own %s",
			list(lost), key, is(lost), fieldName(path))
	}
}

// primaryContainer returns the primary container, nil if the Pod has none.
func (h *hazardPass) primaryContainer() *hazardContainer {
	for _, c := range slices.Backward(h.containers) {
		if !c.init && c.name == h.b.primary {
			return c
		}
	}
	return nil
}

var copilotSecurityContext = &Hazard{
	ID: "merge-copilot-skips-security-context",
	Doc: `copilot keeps default-security-context away

For a task with copilot Flyte gives the primary container an empty list of
capabilities, and with it a security context, before it looks whether it has one.
default-security-context applies only to a container without one: never to the
primary container of a task with copilot.`,
	Help:     "put the security context into the base PodTemplate, under the container default",
	Severity: finding.Error, Profiles: inBoth,
	check: func(h *hazardPass) {
		dc, _ := h.b.dataConfig()
		c := h.primaryContainer()
		if dc == nil || !dc.Enabled || h.b.cfg.DefaultSecurityContext == nil || c == nil || c.raw == nil || c.raw.SecurityContext != nil {
			return
		}
		if lost := lostLeaves(h.b.cfg.DefaultSecurityContext, c.final.SecurityContext); len(lost) > 0 {
			path := c.path.Child("securityContext")
			h.report(path, slices.Concat(firsts(h.at(path)), h.config("default-security-context")),
				"%s of default-security-context %s lost, because the task has copilot", list(lost), is(lost))
		}
	},
}

var securityContextPrimaryOnly = &Hazard{
	ID: "merge-security-context-primary-only",
	Doc: `default-security-context reaches the primary container only

Sidecars and init containers, copilot's own ones too, do not get
default-security-context. They run with whatever the image and the task say.`,
	Help:     "put the security context into the base PodTemplate, under the containers default and default-init",
	Issue:    upstream(5462),
	Severity: finding.Error, Profiles: inBoth,
	check: func(h *hazardPass) {
		if h.b.cfg.DefaultSecurityContext == nil {
			return
		}
		var without []string
		var first *hazardContainer
		for _, c := range h.containers {
			if c.name == h.b.primary && !c.init || len(lostLeaves(h.b.cfg.DefaultSecurityContext, c.final.SecurityContext)) == 0 {
				continue
			}
			if without = append(without, c.name); first == nil {
				first = c
			}
		}
		if first != nil {
			h.report(first.path, slices.Concat(h.config("default-security-context"), firsts(h.at(first.path.Child("name")))),
				"%s %s not have default-security-context", list(without), do(without))
		}
	},
}

func do(words []string) string {
	if len(words) == 1 {
		return "does"
	}
	return "do"
}

var hostNetworkImposed = &Hazard{
	ID: "merge-host-network-imposed",
	Doc: `enable-host-networking-pod overwrites what the task says

Once it is set, true or false, the key takes the place of the task's hostNetwork. It
is no default: a task cannot get away from it, only a template's true can.`,
	Help:     "leave enable-host-networking-pod out of the configuration, and set hostNetwork in templates",
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		imposed := h.b.cfg.EnableHostNetworkingPod
		if imposed == nil || h.pod.Spec.HostNetwork != *imposed {
			return
		}
		switch {
		case h.raw.HostNetwork && !*imposed:
			h.report("spec.hostNetwork", slices.Concat(h.config("enable-host-networking-pod"), h.specOrigins("hostNetwork")),
				"the task's hostNetwork true is overwritten by false of the configuration")
		case !h.raw.HostNetwork && *imposed:
			if fields, _ := h.templateFields(); fields.Has("spec.hostNetwork") {
				o, _ := fields.Winner("spec.hostNetwork")
				h.reportAs(finding.Error, "spec.hostNetwork", slices.Concat(h.config("enable-host-networking-pod"), []provenance.Origin{o}),
					"the task's hostNetwork false is overwritten by true of the configuration")
			}
		}
	},
}

// specOrigins returns the origins of the field of the task's pod spec that fields
// lead to.
func (h *hazardPass) specOrigins(fields ...string) []provenance.Origin {
	if over := h.b.exec.Overrides.PodTemplate; over != nil && over.PodSpec != nil {
		return h.execution(append([]string{"overrides", "podTemplate", "podSpec"}, fields...)...)
	}
	return h.taskOrigins(append([]string{"podSpec"}, fields...)...)
}

// secretKeys are the ends of the flags of copilot whose value is a secret.
var secretKeys = []string{"secret-key=", "secret_key="}

// secretOrigin returns where the configuration has the secret of a flag of
// copilot.
func (c *Config) secretOrigin(flag string) []provenance.Origin {
	for _, path := range c.Fields.Paths() {
		if path.Under("storage") || path.Under("co-pilot.storage-config-override") {
			if strings.HasSuffix(string(path), strings.TrimSuffix(flag, "=")) {
				return c.Fields[path]
			}
		}
	}
	return nil
}

var copilotSecret = &Hazard{
	ID: "merge-copilot-secret-exposed",
	Doc: `credentials of the object store are readable in the Pod

Copilot gets its storage configuration on its command line, the keys of the object
store included. Whoever may read the Pod may read them.`,
	Help:     "use a service account (auth-type iam) or, in Flyte 2, co-pilot.storage-config-secret-name",
	Severity: finding.Error, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, c := range h.containers {
			if c.raw != nil || !c.init {
				continue
			}
			for i, arg := range c.final.Command {
				for _, key := range secretKeys {
					if _, value, ok := strings.Cut(arg, key); ok && value != "" {
						path := c.path.Child("command").Index(i)
						h.report(path, slices.Concat(firsts(h.at(path)), h.b.cfg.secretOrigin(key)), "the secret key of the object store is readable in the Pod")
						return // the other container has it too
					}
				}
			}
		}
	},
}
