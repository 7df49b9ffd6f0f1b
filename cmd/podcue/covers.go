package main

import "slices"

// covers reports whether the run is about the template i: without --only it is
// about all of them; otherwise about those that are named, and those of the
// tasks that are.
func (p *project) covers(i *item) bool {
	if !p.restricted {
		return true
	}
	return slices.ContainsFunc(p.items, func(kept *item) bool {
		return kept.template == i.template || kept.task != nil && kept.task.Template == i.template
	})
}
