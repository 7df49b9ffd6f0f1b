package policies

import (
	"encoding/json"
	"slices"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

type mergeShadowParams struct {
	Fields []string `json:"fields" doc:"fields whose value from a lower layer must stand, by the end of their paths: limits[memory], priorityClassName"`
}

// MergeShadow reports what a layer set to protect the pod and a later one took
// back.
var MergeShadow = &Policy{
	ID: "merge-shadow",
	Doc: `Protection of a lower layer taken back

A lower layer, such as the platform's base PodTemplate, sets a field that confines the pod, and a later layer overrides it with a weaker value; whoever wrote the base counts on it and does not see that it no longer holds.

The fields are those of the security contexts, of the host's namespaces and of the service account's token. Other fields whose value must stand are named in the parameters.`,
	Help:     "remove the value from the later layer; or from the lower one if it need not hold",
	Group:    "merge",
	Severity: finding.Warning,
	Default:  true,
	Stage:    Final,
	Params:   &mergeShadowParams{},
	Check: func(p *Pass) {
		if p.Subject.Object.Stage != finding.StageFinal {
			return // a manifest has one layer
		}
		for path, origins := range p.run.fields() {
			if len(origins) > 1 {
				checkShadow(p, path, origins)
			}
		}
	},
}

// checkShadow reports the nearest lower layer whose value at path was stronger
// than the one that won.
func checkShadow(p *Pass, path provenance.Path, origins []provenance.Origin) {
	watched := slices.ContainsFunc(ParamsOf[mergeShadowParams](p).Fields, func(f string) bool { return endsIn(path, provenance.Path(f)) })
	winner := origins[len(origins)-1]
	is, ok := decodeOrigin(winner)
	if !ok {
		return
	}
	for _, loser := range slices.Backward(origins[:len(origins)-1]) {
		was, ok := decodeOrigin(loser)
		if !ok || provenance.JSON(was) == provenance.JSON(is) {
			continue
		}
		if watched || weaker(path, was, is) {
			p.reportObject(path, "%s %s from the %s takes the place of %s from the %s", fieldOf(path), provenance.JSON(is), winner.Layer, provenance.JSON(was), loser.Layer)
			return
		}
	}
}

// decodeOrigin returns the value that o gave.
func decodeOrigin(o provenance.Origin) (v any, ok bool) {
	return v, o.Value != "" && json.Unmarshal([]byte(o.Value), &v) == nil
}

// endsIn reports whether path ends in the segments of end.
func endsIn(path, end provenance.Path) bool {
	segs, want := path.Segments(), end.Segments()
	if len(want) == 0 || len(want) > len(segs) {
		return false
	}
	for i, s := range segs[len(segs)-len(want):] {
		if s.Name != want[i].Name {
			return false
		}
	}
	return true
}

// strongFlags are the flags that confine a pod or container, with the value that
// does.
var strongFlags = map[string]bool{
	"runAsNonRoot": true, "readOnlyRootFilesystem": true,
	"allowPrivilegeEscalation": false, "privileged": false, "hostNetwork": false, "hostPID": false, "hostIPC": false,
	"hostUsers": false, "shareProcessNamespace": false, "automountServiceAccountToken": false, "hostProcess": false,
}

// weaker reports whether the field at path confines less with the value is than
// with the value was.
func weaker(path provenance.Path, was, is any) bool {
	segs := path.Segments()
	name := segs[len(segs)-1].Name
	parent := ""
	if len(segs) > 1 {
		parent = segs[len(segs)-2].Name
	}
	if strong, ok := strongFlags[name]; ok {
		return was == strong && is != strong
	}
	switch name {
	case "readOnly":
		return len(segs) > 2 && segs[len(segs)-3].Name == "volumeMounts" && was == true && is != true
	case "runAsUser", "runAsGroup":
		return was != 0.0 && is == 0.0
	case "type":
		return (parent == "seccompProfile" || parent == "appArmorProfile") && was != "Unconfined" && is == "Unconfined"
	case "procMount":
		return was == "Default" && is == "Unmasked"
	case "drop":
		return parent == "capabilities" && drops(was) && !drops(is)
	}
	return false
}

// drops reports whether a list of capabilities has ALL.
func drops(list any) bool {
	l, _ := list.([]any)
	return slices.Contains(l, any("ALL"))
}

// fieldOf returns the name of the field at path.
func fieldOf(path provenance.Path) string {
	segs := path.Segments()
	return segs[len(segs)-1].Name
}
