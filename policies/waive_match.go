package policies

import (
	"strings"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// matches reports whether the target covers f, a finding about object.
func (t Target) matches(f finding.Finding, object ScopeObject) bool {
	return t.covers(object) &&
		(t.Container == "" || inContainer(f.Path, t.Container)) &&
		(t.Path == "" || under(f.Path, t.Path))
}

// inContainer reports whether path is that of the container called name, in
// whatever role, or leads into it.
func inContainer(path provenance.Path, name string) bool {
	segs := path.Segments()
	for i := 1; i < len(segs); i++ {
		if segs[i].Kind != provenance.Key || segs[i].Name != name {
			continue
		}
		switch segs[i-1].Name {
		case "containers", "initContainers", "ephemeralContainers":
			return true
		}
	}
	return false
}

// under reports whether path is at or below cover, a path that somebody wrote: a
// dot may stand where a map has brackets, a port may come without its protocol,
// and a template's own podSpec, labels and annotations are those of the Pod.
func under(path, cover provenance.Path) bool {
	segs, want := path.Segments(), authored(cover).Segments()
	if len(want) > len(segs) {
		return false
	}
	for i, w := range want {
		if s := segs[i]; w.Name != s.Name && !(s.Kind == provenance.Key && w.Name+"/TCP" == s.Name) {
			return false
		}
	}
	return true
}

// authored returns the path in a Pod of what the author of a template calls p.
func authored(p provenance.Path) provenance.Path {
	for from, to := range map[string]string{"podSpec": "spec", "labels": "metadata.labels", "annotations": "metadata.annotations"} {
		if p.Under(provenance.Path(from)) {
			return provenance.Path(to + strings.TrimPrefix(string(p), from))
		}
	}
	return p
}
