package main

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// Every rule names what there is, and a finding that goes never comes back as the
// one that stays for it.
func TestTwinRules(t *testing.T) {
	t.Parallel()
	known := append(policyNames(), finding.IDAPI)
	for i, r := range twinRules {
		for _, id := range []string{r.stays, r.goes} {
			if !slices.Contains(known, id) {
				t.Errorf("rule %d: there is no %s", i, id)
			}
		}
		if leadsTo(r.stays, r.goes) {
			t.Errorf("rule %d: %s goes for %s, which goes for it", i, r.goes, r.stays)
		}
	}
}

// leadsTo reports whether from goes, in one step or several, for to.
func leadsTo(from, to string) bool {
	return slices.ContainsFunc(twinRules, func(r twinRule) bool {
		return r.goes == from && (r.stays == to || leadsTo(r.stays, to))
	})
}

// One finding has all that others say of its cause, through whatever else saw it,
// and nothing of another object or another place.
func TestTwinsLink(t *testing.T) {
	t.Parallel()
	at := func(line int) []provenance.Origin {
		return []provenance.Origin{{Layer: provenance.LayerTask, Pos: provenance.Position{Filename: "a.cue", Line: line, Column: 1}}}
	}
	const resources = "spec.containers[proxy].resources"
	api := func(message string, line int) finding.Finding {
		return finding.Finding{
			ID: finding.IDAPI, Severity: finding.Error, Path: resources + ".requests", Message: message, Origins: at(line),
			Server: &finding.Server{Field: "spec.containers[0].resources.requests", Message: message},
		}
	}
	above := func(resource string, line int) finding.Finding {
		return finding.Finding{
			ID: "requests-gt-limits", Severity: finding.Warning, Path: provenance.Path(resources + ".requests").Key(resource), Origins: at(line),
			Message: "container proxy requests 1 " + resource + ", above its limit of 0",
		}
	}
	cpu, memory := "Invalid value: \"1\": must be less than or equal to cpu limit of 0", "Invalid value: \"1\": must be less than or equal to memory limit of 0"
	storage := "Invalid value: \"1\": must be less than or equal to ephemeral-storage limit of 0"
	found := finding.List{
		api(cpu, 1), api(memory, 1), api(storage, 1), above("cpu", 2), above("memory", 3), above("ephemeral-storage", 4),
		{ID: "merge-sidecar-limit-zero", Severity: finding.Info, Path: resources + ".limits", Message: "the limit of cpu and memory is 0, below the request", Origins: at(5)},
	}
	pairs := twins{}
	pairs.note(found)
	got := map[string][]string{}
	for _, f := range pairs.link(found) {
		if f.SameAs != "" {
			continue
		}
		for _, twin := range f.Twins {
			got[f.ID] = append(got[f.ID], twin.Message)
		}
	}
	want := map[string][]string{
		"requests-gt-limits":       {storage},
		"merge-sidecar-limit-zero": {cpu, memory, found[3].Message, found[4].Message},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if found[6].Twins != nil || found[0].SameAs != "" {
		t.Error("the findings that were given changed")
	}
	// Whatever is not in the list, such as what a waiver took off, takes nothing
	// with it.
	for _, f := range pairs.link(found[:3]) {
		if f.SameAs != "" {
			t.Errorf("%s is not there, and speaks for %s", f.SameAs, f.Message)
		}
	}
}
