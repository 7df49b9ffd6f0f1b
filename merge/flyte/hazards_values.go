package flyte

import (
	"slices"
	"strings"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/merge"
	"github.com/podcue/podcue/provenance"
)

// What becomes of single values: which of two wins, and which never can.

// protective are the fields, by the end of their path, whose false keeps a
// container in its bounds.
var protective = []string{
	".privileged", ".allowPrivilegeEscalation", ".hostNetwork", ".hostPID", ".hostIPC",
	".automountServiceAccountToken", ".shareProcessNamespace", ".hostUsers", ".hostProcess",
}

func isProtective(p provenance.Path) bool {
	return slices.ContainsFunc(protective, func(end string) bool { return strings.HasSuffix(string(p), end) })
}

var zeroCannotOverride = &Hazard{
	ID: "merge-zero-cannot-override",
	Doc: `false, 0 or "" does not override what a template sets

The merge takes false, 0 and "" for "not set". A true, a number or a string of a
template therefore cannot be turned off by the task, nor by the platform's
configuration: hostNetwork, privileged, automountServiceAccountToken,
runAsNonRoot, the seconds of a probe. It is an error where the false was to keep the
Pod in its bounds.`,
	Help:     "take the value out of the template, and set it in the templates of the tasks that need it",
	Severity: finding.Error, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, path := range h.paths {
			h.reportZero(path, h.fields[path])
		}
		fields, object := h.templateFields()
		h.eachUnset(fields, object, h.byTemplate, func(path provenance.Path, lost provenance.Origin) {
			h.reportUnset(path, lost)
		})
		for _, c := range h.containers {
			for _, part := range c.applied[min(1, len(c.applied)):] {
				h.checkUnsetByPart(c, part)
			}
		}
	},
}

// checkUnsetByPart reports what part, a container of the base template, sets to
// false, 0 or "" in vain, because a part below it has another value.
func (h *hazardPass) checkUnsetByPart(c *hazardContainer, part hazardPart) {
	if part.template.layer != provenance.LayerBase {
		return
	}
	prefix := provenance.Path("spec.containers").Key(part.container.Name)
	if part.init {
		prefix = provenance.Path("spec.initContainers").Key(part.container.Name)
	}
	fields := provenance.Map{}
	for path, origins := range h.b.in.Templates.fields(h.b.base.name) {
		if path.Under(prefix) {
			fields[path] = origins
		}
	}
	at := func(path provenance.Path) provenance.Path { return c.path + path[len(prefix):] }
	h.eachUnset(fields, func() any { return generic(h.b.base.template) },
		func(path provenance.Path) bool { return h.byTemplate(at(path)) },
		func(path provenance.Path, lost provenance.Origin) { h.reportUnset(at(path), lost) })
}

// byTemplate reports whether a template decided the field of the final Pod.
func (h *hazardPass) byTemplate(path provenance.Path) bool {
	winner, ok := h.fields.Winner(path)
	return ok && isTemplate(winner.Layer)
}

// reportUnset reports a field that lost was to set to its zero value.
func (h *hazardPass) reportUnset(path provenance.Path, lost provenance.Origin) {
	winner, _ := h.fields.Winner(path)
	lost.Rule, lost.Value = merge.RuleFalseLost, zeroBeside(winner.Value)
	h.reportZero(path, []provenance.Origin{lost, winner})
}

// reportZero reports a field one of whose origins could not win because its
// value is zero.
func (h *hazardPass) reportZero(path provenance.Path, origins []provenance.Origin) {
	if len(origins) == 0 {
		return
	}
	winner := origins[len(origins)-1]
	for _, lost := range origins[:len(origins)-1] {
		if !isZeroLost(lost, winner) || lost.Layer == provenance.LayerFlyte || lost.Value == winner.Value {
			continue
		}
		severity := finding.Warning
		if lost.Value == "false" && isProtective(path) {
			severity = finding.Error
		}
		h.reportAs(severity, path, []provenance.Origin{winner, lost},
			"%s %s of %s does not override %s of %s", fieldName(path), lost.Value, layerTitle(lost.Layer), winner.Value, layerTitle(winner.Layer))
		return
	}
}

// isZeroLost reports whether lost is a zero value that came after winner: the merge
// says so, or it is of a layer that templates are merged under.
func isZeroLost(lost, winner provenance.Origin) bool {
	switch lost.Rule {
	case merge.RuleFalseLost, merge.RuleZeroLost, merge.RuleEmptyLost:
		return true
	}
	switch lost.Value {
	case "false", "0", `""`:
		return isTemplate(winner.Layer) && !isTemplate(lost.Layer)
	}
	return false
}

// eachUnset calls visit for each candidate, other than in elements of lists that
// are never merged, that fields has, but the object does not: somebody set it to
// false, 0 or "", which Go's types cannot tell from nothing.
func (h *hazardPass) eachUnset(fields provenance.Map, object func() any, candidate func(provenance.Path) bool, visit func(provenance.Path, provenance.Origin)) {
	var obj any
	for _, path := range fields.Paths() {
		o, _ := fields.Winner(path)
		if o.Value != "" && o.Value != "false" && o.Value != "0" && o.Value != `""` || !candidate(path) {
			continue
		}
		if slices.ContainsFunc(path.Segments(), func(s provenance.Segment) bool { return s.Kind == provenance.Index }) {
			continue
		}
		if obj == nil {
			obj = object()
		}
		if _, _, found := provenance.Resolve(obj, path); !found {
			visit(path, o)
		}
	}
}

// templateFields are the fields of the task's own pod template, as far as they
// are known, and the template in generic form.
func (h *hazardPass) templateFields() (provenance.Map, func() any) {
	switch over := h.b.exec.Overrides.PodTemplate; {
	case h.in.Sources == nil:
		return nil, nil
	case over != nil && over.PodSpec != nil:
		return h.in.Sources.Override, over.object
	case h.in.AuthoredTemplate != nil && h.in.AuthoredTemplate.Pod != nil:
		return h.in.AuthoredTemplate.Fields, func() any { return generic(h.in.AuthoredTemplate.Pod) }
	}
	return h.in.Sources.PodSpec, h.in.Task.K8sPod.object
}

// object is the pod template in generic form, keyed as its fields are.
func (p *K8sPod) object() any {
	if p == nil {
		return nil
	}
	return generic(map[string]any{"metadata": p.Metadata, "spec": p.PodSpec})
}

// zeroBeside is the zero value of the type that value has.
func zeroBeside(value string) string {
	switch {
	case value == "true":
		return "false"
	case strings.HasPrefix(value, `"`):
		return `""`
	}
	return "0"
}

func isTemplate(layer string) bool {
	return layer == provenance.LayerBase || layer == provenance.LayerDeviceClass
}

// layerTitle is what a layer is called in a sentence.
func layerTitle(layer string) string {
	switch layer {
	case provenance.LayerBase:
		return "the base template"
	case provenance.LayerDeviceClass:
		return "the device class's template"
	case provenance.LayerConfig:
		return "the configuration"
	case provenance.LayerFlyte:
		return "Flyte"
	case provenance.LayerOverride:
		return "the node"
	case provenance.LayerTemplate:
		return "the task's pod template"
	}
	return "the " + layer
}

var defaultNotEnforced = &Hazard{
	ID: "merge-template-cannot-enforce",
	Doc: `a task overrides a restriction of the template

Templates give defaults, they enforce nothing: the task's true beats a false of the
base template, for privileged, allowPrivilegeEscalation and the host's namespaces
too. The finding says where that has happened.`,
	Help:     "enforce it with a policy or with Pod Security admission; a template cannot",
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		loosened := func(path provenance.Path) bool {
			winner, _ := h.fields.Winner(path)
			return winner.Value == "true" && isProtective(path) && !isTemplate(winner.Layer)
		}
		overridden := func(path provenance.Path, lost provenance.Origin) {
			winner, _ := h.fields.Winner(path)
			h.report(path, []provenance.Origin{winner, lost}, "%s true of %s overrides false of %s", fieldName(path), layerTitle(winner.Layer), layerTitle(lost.Layer))
		}
		for _, path := range h.paths {
			for _, lost := range h.fields[path] {
				if isTemplate(lost.Layer) && lost.Value == "false" && lost.Rule == "" && loosened(path) {
					overridden(path, lost)
					break
				}
			}
		}
		if base := h.b.base; base != nil { // a plain false leaves no trace in the merge
			object := func() any { return generic(base.template) }
			h.eachUnset(h.b.in.Templates.fields(base.name), object, loosened, overridden)
		}
	},
}

var namedPortKept = &Hazard{
	ID: "merge-named-port-kept",
	Doc: `a numeric port does not override a named one

A port of a probe is a number or a name. The merge looks at the parts of it one by
one, and "is a number" is the zero value of the part that tells. The template's
named port therefore stays, whatever number the task sets.`,
	Help:     "use a number in the template, or the name of a port in the task",
	Severity: finding.Warning, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, path := range h.paths {
			origins := h.fields[path]
			winner := origins[len(origins)-1]
			for _, lost := range origins[:len(origins)-1] {
				if lost.Rule == merge.RuleIntLost {
					h.report(path, []provenance.Origin{winner, lost}, "port %s does not override the named port %s", lost.Value, winner.Value)
					break
				}
			}
		}
	},
}

var emptyOverrides = &Hazard{
	ID: "merge-empty-string-overrides",
	Doc: `an empty string in a map overrides

Of single fields an empty string counts as not set. In a map (labels, annotations,
nodeSelector) it does override what the template has under the same key.`,
	Help:     "leave the key out, unless the value is meant to be empty",
	Severity: finding.Info, Profiles: inBoth,
	check: func(h *hazardPass) {
		for _, path := range h.paths {
			origins := h.fields[path]
			winner := origins[len(origins)-1]
			segments := path.Segments()
			if winner.Value != `""` || len(origins) < 2 || segments[len(segments)-1].Kind != provenance.Key {
				continue
			}
			if below := origins[len(origins)-2]; below.Value != `""` && below.Layer != winner.Layer {
				h.report(path, []provenance.Origin{winner, below}, `%s "" of %s overrides %s of %s`, fieldName(path), layerTitle(winner.Layer), below.Value, layerTitle(below.Layer))
			}
		}
	},
}
