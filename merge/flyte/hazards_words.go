package flyte

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/podcue/podcue/provenance"
)

// list joins words as a sentence does, the first few of them.
func list(words []string) string {
	const most = 4
	if n := len(words); n > most {
		words = append(slices.Clone(words[:most-1]), fmt.Sprintf("%d more", n-most+1))
	}
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

// is is the verb for words.
func is(words []string) string {
	if len(words) == 1 {
		return "is"
	}
	return "are"
}

// missing returns the keys of written, sorted, that have does not have with the
// same value.
func missing(written, have map[string]string) []string {
	var keys []string
	for _, k := range slices.Sorted(maps.Keys(written)) {
		if v, ok := have[k]; !ok || v != written[k] {
			keys = append(keys, k)
		}
	}
	return keys
}

// taskTree returns the origins of the task.
func (h *hazardPass) taskTree() *provenance.Tree {
	if h.in.Sources == nil {
		return nil
	}
	t := sourceTree(h.in.Task, h.in.Sources.Task, provenance.LayerTask)
	graft(at(t, "k8sPod"), h.in.Task.K8sPod, h.in.Sources.PodSpec, provenance.LayerTemplate)
	return t
}

// taskOrigins returns the origins of the task's pod: of its container or of its
// pod spec.
func (h *hazardPass) taskOrigins(fields ...string) []provenance.Origin {
	t := h.taskTree()
	for _, target := range []string{"container", "k8sPod"} {
		if o := nearestOrigin(at(t, append([]string{target}, fields...)...)); len(o) > 0 {
			return o
		}
	}
	return nil
}

// execution returns the origins of the field of the execution that fields lead
// to.
func (h *hazardPass) execution(fields ...string) []provenance.Origin {
	if h.in.Sources == nil {
		return nil
	}
	t := sourceTree(h.b.exec, h.in.Sources.Execution, provenance.LayerExecution)
	if over := h.b.exec.Overrides.PodTemplate; over != nil {
		graft(at(t, "overrides", "podTemplate"), over, h.in.Sources.Override, provenance.LayerOverride)
	}
	if o := nearestOrigin(at(t, fields...)); len(o) > 0 {
		return o
	}
	return nil
}

// fieldName is what the field at path is called in a sentence: hostNetwork,
// nodeSelector[pool].
func fieldName(path provenance.Path) string {
	segments := path.Segments()
	i := len(segments) - 1
	for i > 0 && segments[i].Kind != provenance.Field {
		i--
	}
	before := path
	for range segments[i:] {
		before = before.Parent()
	}
	return strings.TrimPrefix(string(path[len(before):]), ".")
}
