package flyte

import (
	"slices"
	"strings"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

var templateOverruled = &Hazard{
	ID: "merge-config-beats-template",
	Doc: `a value of the template is beaten by the configuration or by Flyte

The configuration, the execution and Flyte itself write into the Pod before the
templates are merged under it. What they set thus beats the base PodTemplate, and in
places the task: the scheduler, node selectors, the service account, the restart
policy, parts of the pod's security context, the grace period of a copilot task.`,
	Help:     "set it in the configuration or in the task, or take it out of the configuration",
	Issue:    upstream(5380),
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, path := range h.paths {
			origins := h.fields[path]
			if len(origins) < 2 || !h.canOverrule(path) {
				continue
			}
			winner := origins[len(origins)-1]
			if !isPlatform(winner.Layer) {
				continue
			}
			for _, lost := range slices.Backward(origins[:len(origins)-1]) {
				if isAuthored(lost.Layer) && !isZeroLost(lost, winner) && lost.Value != "" && lost.Value != winner.Value {
					severity := h.hazard.Severity
					if slices.Contains(kubernetesDefaults, lost.Value) {
						severity = finding.Info // as likely as not the API server wrote it
					}
					h.reportAs(severity, path, []provenance.Origin{winner, lost}, "%s %s of %s is beaten by %s of %s", fieldName(path),
						lost.Value, layerTitle(lost.Layer), winner.Value, layerTitle(winner.Layer))
					break
				}
			}
		}
	},
}

// kubernetesDefaults are the values that a template has when it was read from a
// cluster: of restartPolicy, terminationMessagePolicy and schedulerName.
var kubernetesDefaults = []string{`"Always"`, `"File"`, `"default-scheduler"`}

// isPlatform reports whether layer is one that writes before the templates are
// merged.
func isPlatform(layer string) bool {
	return layer == provenance.LayerConfig || layer == provenance.LayerFlyte || layer == provenance.LayerExecution
}

// isAuthored reports whether layer is one that somebody wrote a Pod in.
func isAuthored(layer string) bool {
	switch layer {
	case provenance.LayerBase, provenance.LayerDeviceClass, provenance.LayerTemplate, provenance.LayerTask:
		return true
	}
	return false
}

// canOverrule reports whether the field at path is one that templateOverruled
// looks at: those with hazards of their own, and those that Flyte must set, are
// not.
func (h *hazardPass) canOverrule(path provenance.Path) bool {
	if path == "metadata.name" || path == "metadata.namespace" || path.Under("metadata.ownerReferences") {
		return false
	}
	for _, c := range h.containers {
		if path.Under(c.path) {
			field := path[len(c.path):]
			return field == ".imagePullPolicy" || field == ".terminationMessagePolicy" || field.Under(".readinessProbe")
		}
	}
	return !strings.HasPrefix(string(path), "spec.containers") && !strings.HasPrefix(string(path), "spec.initContainers")
}
