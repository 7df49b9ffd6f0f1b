package main

import (
	"maps"
	"slices"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/provenance"
)

// distribute gives findings about a whole project to the modules that they are
// of, those of no module to the judge itself.
func (j *judge) distribute(found finding.List) {
	for _, f := range found {
		if p := j.owner(f); p != nil {
			p.add(finding.List{f})
		} else {
			j.found = append(j.found, f)
		}
	}
}

// owner returns the part of the module that f is of: the one that it names, and of
// several with one path the innermost one with the file that it points at. It is
// nil where no module is.
func (j *judge) owner(f finding.Finding) *part {
	var owner *part
	file := f.Position().Filename
	for _, p := range j.parts {
		m := p.module
		within := f.Object.Module == m.path && (file == "" || m.contains(file))
		if within && (owner == nil || len(m.top) > len(owner.module.top)) {
			owner = p
		}
	}
	return owner
}

// finish takes what waivers and the baseline cover off the list.
func (j *judge) finish() (*checked, error) {
	kept := slices.Clone(j.found)
	var locked finding.List // no baseline covers them
	var waived []finding.Waived
	all := &policies.Scope{Partial: true}
	for _, p := range j.parts {
		stands, off, about := policies.ApplyWaivers(p.found.Unique(), p.waivers, &p.scope)
		for _, f := range slices.Concat(stands, p.module.objects(about)) {
			if slices.Contains(p.scope.Locked, f.ID) {
				locked = append(locked, f)
			} else {
				kept = append(kept, f)
			}
		}
		waived = append(waived, off...)
		if !p.scope.Partial {
			all.Modules = append(all.Modules, p.module.path)
		}
		all.Objects = append(all.Objects, p.scope.Objects...)
		all.Idle = append(all.Idle, p.scope.Idle...)
	}
	c := &checked{}
	for _, id := range slices.Sorted(maps.Keys(j.rules)) {
		c.rules = append(c.rules, j.rules[id])
	}
	c.report.Findings, c.report.Waived = kept, waived
	if err := j.settleBaseline(c, all); err != nil {
		return nil, err
	}
	c.report.Findings = append(c.report.Findings, locked...)
	if c.baseline != nil {
		c.baseline.left = append(c.baseline.left, locked...)
	}
	c.report.Findings = j.twins.link(c.report.Findings.Unique())
	c.report.Findings.Sort()
	return c, nil
}

// atSource gives what is missing in a final Pod, so that it is written nowhere, the
// origins that it has in the template where it is missing already: it is one
// finding then, and not one more of each task.
func atSource(found, authored finding.List) finding.List {
	for n := range found {
		f := &found[n]
		if hasAuthor(f.Origins) {
			continue
		}
		same := func(a finding.Finding) bool { return a.ID == f.ID && a.Path == f.Path && a.Message == f.Message }
		if i := slices.IndexFunc(authored, same); i >= 0 {
			f.Origins = authored[i].Origins
		}
	}
	return found
}

// placed makes sure that each finding about i points at something that its author
// wrote: at the item itself where nothing nearer was written.
func (i *item) placed(found finding.List) finding.List {
	for n := range found {
		found[n].Origins = withAuthor(found[n].Origins, provenance.Origin{Layer: i.layer(), Pos: i.position()})
	}
	return found
}

// withAuthor returns origins with fallback before them, unless one of them says
// where the value is written.
func withAuthor(origins []provenance.Origin, fallback provenance.Origin) []provenance.Origin {
	if hasAuthor(origins) {
		return origins
	}
	return append([]provenance.Origin{fallback}, origins...)
}

// hasAuthor reports whether one of origins says where the value is written. Where a
// policy is written is something else.
func hasAuthor(origins []provenance.Origin) bool {
	return slices.ContainsFunc(origins, func(o provenance.Origin) bool { return o.Pos.IsValid() && o.Layer != provenance.LayerPolicy })
}

// layer is the layer of the item's own position.
func (i *item) layer() string {
	if i.kind == kindTask {
		return provenance.LayerTask
	}
	return provenance.LayerTemplate
}
