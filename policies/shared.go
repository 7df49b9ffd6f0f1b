package policies

import (
	"slices"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// Shared returns what build returned when a policy of the same Check first asked
// for key. It is for what several policies need of one pod and what is dear to
// make. Keys are compared with ==; use a type of your own.
func (p *Pass) Shared(key any, build func() any) any {
	if v, ok := p.run.shared[key]; ok {
		return v
	}
	v := build()
	if p.run.shared == nil {
		p.run.shared = map[any]any{}
	}
	p.run.shared[key] = v
	return v
}

// Fail reports that the policy itself could not judge the pod, which is not that
// the pod is in order. The finding has the id [finding.IDCUE] and the severity
// error, whatever the configuration says, so that no waiver covers it. The
// message and the detail are as in [finding.Finding]; at, the place in the
// policy's own files that is to blame, may be zero.
func (p *Pass) Fail(message, detail, help string, at provenance.Position) {
	var origins []provenance.Origin
	for _, pos := range []provenance.Position{at, p.Policy.Pos} {
		o := provenance.Origin{Layer: provenance.LayerPolicy, Pos: pos}
		if pos.IsValid() && !slices.Contains(origins, o) {
			origins = append(origins, o)
		}
	}
	p.run.found = append(p.run.found, finding.Finding{
		ID: finding.IDCUE, Severity: finding.Error, Object: p.Subject.Object, Path: p.Subject.Root,
		Message: message, Detail: detail, Help: help, Origins: origins,
	})
}
