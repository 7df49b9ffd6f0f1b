package flyte

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

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
			if i := slices.IndexFunc(segments, func(s provenance.Segment) bool { return s.Kind == provenance.Index }); i >= 0 {
				for range segments[i:] {
					path = path.Parent()
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
			list(lost), key, strings.TrimSpace(is(lost)), lastField(path))
	}
}

func lastField(p provenance.Path) string {
	s := p.Segments()
	return s[len(s)-1].Name
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
				"%s of default-security-context %s lost, because the task has copilot", list(lost), strings.TrimSpace(is(lost)))
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
			if fields := h.templateFields(); fields.Has("spec.hostNetwork") {
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
						h.report(path, slices.Concat(firsts(h.at(path)), h.config("storage")), "the secret key of the object store is readable in the Pod")
						return // the other container has it too
					}
				}
			}
		}
	},
}

var configKeyIgnored = &Hazard{
	ID: "merge-config-key-ignored",
	Doc: `a key of the configuration is ignored

Flyte's loader is not strict: a key that it does not know, because it is misspelt, in
the wrong section or of another version, is ignored without a word, and so is
everything after the first document of a file.`,
	Help:     "correct the key or remove it",
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, n := range h.b.cfg.Notes {
			switch n.Kind {
			case NoteUnknownKey:
				h.note(h.hazard.Severity, n, "%s is ignored: there is no such key", n.Key)
			case NoteOtherVersion:
				h.note(finding.Info, n, "%s is ignored: it is a key of another version of Flyte", n.Key)
			case NoteNotMerged:
				h.note(h.hazard.Severity, n, "%s is ignored: an earlier file has a map there", n.Key)
			case NoteDocumentIgnored:
				h.note(h.hazard.Severity, n, "the file's second document is ignored")
			}
		}
	},
}

// note reports something that the configuration's loader noted.
func (h *hazardPass) note(s finding.Severity, n ConfigNote, format string, args ...any) {
	h.reportAs(s, "", []provenance.Origin{{Layer: provenance.LayerConfig, Pos: n.Pos}}, format, args...)
}

var configKeyLowered = &Hazard{
	ID: "merge-config-key-lowercased",
	Doc: `keys of a map arrive in lower case

Flyte's loader lower-cases the keys of maps, unless they have a dot: FLYTE_X in
default-env-vars becomes flyte_x, Team in default-labels becomes team. In Flyte 1.16 a
key with a dot arrives twice, as written and in lower case.`,
	Help:     "write a list of maps with one entry each, which keeps the case",
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, n := range h.b.cfg.Notes {
			if (n.Kind == NoteLowerCased || n.Kind == NoteDoubled) && h.reaches(n) {
				became := "becomes"
				if n.Kind == NoteDoubled {
					became = "is doubled by"
				}
				h.note(h.hazard.Severity, n, "%s %s %s", n.Key, became, n.Became)
			}
		}
	},
}

// reaches reports whether the key of a map of the configuration has got into the
// Pod.
func (h *hazardPass) reaches(n ConfigNote) bool {
	section := strings.TrimPrefix(n.Key, "plugins.k8s.")
	section, _, _ = strings.Cut(section, ".")
	switch section {
	case "default-labels":
		return containsKey(h.pod.Labels, n.Became)
	case "default-annotations":
		return containsKey(h.pod.Annotations, n.Became)
	case "default-node-selector", "interruptible-node-selector":
		return containsKey(h.pod.Spec.NodeSelector, n.Became)
	case "default-env-vars", "default-env-vars-from-env":
		return slices.ContainsFunc(h.containers, func(c *hazardContainer) bool {
			return slices.ContainsFunc(c.final.Env, func(e corev1.EnvVar) bool { return e.Name == n.Became })
		})
	case "accelerator-devices":
		return false // see deviceNotMapped
	}
	return true
}

func containsKey(m map[string]string, key string) bool {
	_, ok := m[key]
	return ok
}

var configFieldLost = &Hazard{
	ID: "merge-config-field-lost",
	Doc: `a field of a pod template in the configuration is lost

Flyte's loader does not find the fields that Kubernetes' Go types embed: the source
of a volume, the handler of a probe. In the pod-template of an
accelerator-device-class each volume thus becomes an empty emptyDir, and a probe has
no handler, which the API server refuses.`,
	Help:     "put the volume or probe into the base PodTemplate",
	Severity: finding.Error, Profiles: inV2,
	check: func(h *hazardPass) {
		for _, n := range h.b.cfg.Notes {
			if n.Kind == NoteFieldLost && slices.ContainsFunc(h.templates, func(t *hazardTemplate) bool { return t.layer == provenance.LayerDeviceClass }) {
				h.note(h.hazard.Severity, n, "%s is lost", n.Key)
			}
		}
	},
}

var configValueChanged = &Hazard{
	ID: "merge-config-value-changed",
	Doc: `a value of the configuration becomes another one

Flyte's loader makes any value fit: a boolean where a string belongs becomes 1 or 0,
a number loses its fraction, an empty map counts as not written.`,
	Help:     "quote strings; leave out what is empty",
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, n := range h.b.cfg.Notes {
			switch n.Kind {
			case NoteConverted:
				h.note(h.hazard.Severity, n, "%s becomes %s", n.Key, n.Became)
			case NoteEmptyDropped:
				h.note(finding.Info, n, "%s is empty, and counts as not written", n.Key)
			}
		}
	},
}

var configDefaultReplaced = &Hazard{
	ID: "merge-config-default-replaced",
	Doc: `a map of the configuration replaces Flyte's default map

A map that is given takes the place of Flyte's default, all of it: default-annotations
with one annotation loses cluster-autoscaler.kubernetes.io/safe-to-evict, which keeps
the autoscaler from evicting tasks.`,
	Help:     "repeat the entries of the default that you want to keep",
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, n := range h.b.cfg.Notes {
			if n.Kind != NoteDefaultReplaced || !strings.HasSuffix(n.Key, "default-annotations") {
				continue // device classes: see deviceClassUnknown
			}
			if lost := missing(DefaultConfig(h.p).DefaultAnnotations, h.pod.Annotations); len(lost) > 0 {
				h.note(h.hazard.Severity, n, "%s loses Flyte's %s", n.Key, list(lost))
			}
		}
	},
}
