package main

import (
	"slices"
	"strings"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// Several stages may see one mistake: a hazard of the merge says how two volumes
// came to have one name, a policy says that they have, and the API server refuses
// them. Each is a finding of its own, which can be searched for, waived or known
// under its id; but people are told once, by whoever says it best: twinRules says
// who that is.
//
// Findings are linked after waivers and the baseline are done with: a refusal of
// the API server never goes because a policy is switched off, waived or known.

// A twinRule says that two findings about one object are about one mistake.
type twinRule struct {
	stays, goes string // ids; people are told of the one that stays
	// at tells by their paths whether they are about the same place.
	at func(stays, goes provenance.Path) bool
	// goesSays is a part of the message of the one that goes; alternatives are
	// separated by |, $key is the last key in the path of the other one.
	goesSays string
	// staysSays is the same for the one that stays; $key is the last key in the
	// path of the one that goes, and $word the last word of its message.
	staysSays string
}

// fits reports whether r is about the two findings.
func (r *twinRule) fits(stays, goes *finding.Finding) bool {
	return r.at(stays.Path, goes.Path) &&
		saysOne(goes.Message, r.goesSays, "$key", lastKey(stays.Path)) &&
		saysOne(stays.Message, r.staysSays, "$key", lastKey(goes.Path), "$word", goes.Message[strings.LastIndexByte(goes.Message, ' ')+1:])
}

// saysOne reports whether message has one of the parts in it.
func saysOne(message, parts string, oldnew ...string) bool {
	fill := strings.NewReplacer(oldnew...)
	return slices.ContainsFunc(strings.Split(parts, "|"), func(part string) bool {
		return strings.Contains(message, fill.Replace(part))
	})
}

// lastKey returns the last key in path, "" where there is none.
func lastKey(path provenance.Path) string {
	for _, s := range slices.Backward(path.Segments()) {
		if s.Kind == provenance.Key {
			return s.Name
		}
	}
	return ""
}

// The places that twins have.

func samePlace(stays, goes provenance.Path) bool { return stays == goes }

// inElement: the one that goes is about a field of the element, such as its name.
func inElement(stays, goes provenance.Path) bool {
	return stays == goes || stays == goes.Parent()
}

// ofList: the one that stays is about the list, or about a whole object.
func ofList(stays, goes provenance.Path) bool { return goes.Under(stays) }

// ofResource: the one that goes is about all requests, or all limits, and names
// the resource.
func ofResource(stays, goes provenance.Path) bool { return stays.Parent() == goes }

// ofResources: they are about requests and limits of one container.
func ofResources(stays, goes provenance.Path) bool {
	return resourcesOf(stays) == resourcesOf(goes) && resourcesOf(stays) != ""
}

// resourcesOf returns the path of the resources that path leads into.
func resourcesOf(path provenance.Path) provenance.Path {
	for p := path; p != ""; p = p.Parent() {
		if segs := p.Segments(); segs[len(segs)-1].Name == "resources" {
			return p
		}
	}
	return ""
}

// twins are the findings of a run that say what another one says better, with those
// others, the best first.
type twins map[finding.Key][]finding.Key

// note looks for twins among the findings about one object.
func (t twins) note(found finding.List) {
	if !slices.ContainsFunc(found, func(f finding.Finding) bool {
		return f.ID == finding.IDAPI || strings.HasPrefix(f.ID, "merge-") || f.ID == idGPUQuantity
	}) {
		return // every rule has one of them
	}
	for i := range twinRules {
		rule := &twinRules[i]
		for g := range found {
			if found[g].ID != rule.goes {
				continue
			}
			for s := range found {
				if found[s].ID == rule.stays && rule.fits(&found[s], &found[g]) {
					t.pair(found[s].Key(), found[g].Key())
				}
			}
		}
	}
}

func (t twins) pair(stays, goes finding.Key) {
	if !slices.Contains(t[goes], stays) {
		t[goes] = append(t[goes], stays)
	}
}

// link notes in every finding of l which other one of l says the same better. The
// result is fresh.
func (t twins) link(l finding.List) finding.List {
	if len(t) == 0 {
		return l
	}
	at := make(map[finding.Key]int, len(l))
	for i, f := range l {
		at[f.Key()] = i
	}
	out := slices.Clone(l)
	for i := range l {
		if to := t.root(l[i].Key(), at); to != i {
			out[i].SameAs = l[to].ID
			out[to].Twins = append(out[to].Twins, l[i])
		}
	}
	return out
}

// root returns where the finding is that says it for the one with the key: it
// itself, if nothing else in the list does.
func (t twins) root(key finding.Key, at map[finding.Key]int) int {
	for _, better := range t[key] {
		if _, ok := at[better]; ok {
			return t.root(better, at)
		}
	}
	return at[key]
}
