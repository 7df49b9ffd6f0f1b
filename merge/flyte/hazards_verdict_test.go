package flyte_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/merge/flyte"
)

// refusals are what a real API server says about a Pod that has the hazard, by its
// id: one of these texts.
var refusals = map[string][]string{
	"merge-volume-duplicate":       {"Duplicate value"},
	"merge-volume-mount-duplicate": {"must be unique"},
	"merge-port-duplicate":         {"Duplicate value"},
	"merge-element-duplicate":      {"Duplicate value", "must be unique"},
	"merge-probe-two-handlers":     {"may not specify more than 1 handler type", "may not be set for init containers"},
	"merge-sidecar-limit-zero":     {"must be less than or equal to"},
	"merge-request-exceeds-limit":  {"must be less than or equal to", "must be equal to", "Limit must be set"},
	"merge-resource-name-kept":     {"must be a standard resource"},
	"merge-nameservers-too-many":   {"must not have more than 3 nameservers"},
}

// verdicts returns the recorded errors of a real API server, by case.
func verdicts(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for file, profile := range map[string]string{
		"v2.named": "flyte@v2", "v2.random": "flyte@v2",
		"v1.named": "flyte@v1.16", "v1.random": "flyte@v1.16", "v1.v1": "flyte@v1.16",
	} {
		for line := range gzipLines(t, "testdata/apiserver/"+file+".jsonl.gz") {
			var v struct {
				Name   string
				Errors []string
			}
			if err := json.Unmarshal(line, &v); err != nil {
				t.Fatal(err)
			}
			out[profile+" "+v.Name] = v.Errors
		}
	}
	return out
}

// A hazard that says that the API server refuses the Pod is right: a real one has
// refused it for that reason. Where it refuses a Pod and no hazard says so, one
// side alone has made the mistake.
func TestHazardsAgreeWithTheServer(t *testing.T) {
	t.Parallel()
	recorded := verdicts(t)
	checked := map[string]int{}
	podInputs(t, func(name string, p *flyte.Profile, in *flyte.Input) {
		errors, ok := recorded[name]
		if !ok {
			return
		}
		in.Sources = &flyte.Sources{}
		out, err := p.Build(in)
		if err != nil {
			return
		}
		said := strings.Join(errors, "\n")
		for _, f := range p.Hazards(in, out) {
			texts, ok := refusals[f.ID]
			if !ok || f.Severity != finding.Error {
				continue
			}
			checked[f.ID]++
			agrees := false
			for _, text := range texts {
				agrees = agrees || strings.Contains(said, text)
			}
			if !agrees {
				t.Errorf("%s: %s %s: %s\nbut the API server says:\n%s", name, f.ID, f.Path, f.Message, said)
			}
		}
	})
	t.Log(checked)
	if len(checked) < 6 {
		t.Errorf("only %d of the hazards were found: %v", len(checked), checked)
	}
}
