package flyte

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// What the loader makes of the configuration's files.

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
				h.note(h.hazard.Severity, n, "%s is ignored: an earlier file has a value of another kind there", n.Key)
			case NoteDocumentIgnored:
				h.note(h.hazard.Severity, n, "the file's second document is ignored")
			case NoteNothingRead:
				hint := ""
				if n.Became != "" {
					hint = "; did you mean " + n.Became + "?"
				}
				h.note(h.hazard.Severity, n, "nothing of the configuration is used: %s decides no Pod, and there is no plugins.k8s%s", n.Key, hint)
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
