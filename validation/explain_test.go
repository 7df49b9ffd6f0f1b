package validation_test

import (
	"encoding/json"
	"path"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"sigs.k8s.io/yaml"

	"github.com/podcue/podcue/validation"
)

// TestExplanations finds each explanation by an object that the server refuses
// for its reason.
func TestExplanations(t *testing.T) {
	t.Parallel()
	archive, err := txtar.ParseFile("testdata/explanations.txtar")
	if err != nil {
		t.Fatal(err)
	}
	objects := map[string]txtar.File{}
	for _, f := range archive.Files {
		objects[strings.TrimSuffix(f.Name, path.Ext(f.Name))] = f
	}
	for _, e := range validation.Explanations() {
		t.Run(e.ID, func(t *testing.T) {
			t.Parallel()
			f, ok := objects[e.ID]
			if !ok {
				t.Fatal("no object in testdata/explanations.txtar")
			}
			v, err := validation.JSON("", "Pod", document(t, f))
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, c := range slices.Concat(v.Causes, v.Decoding) {
				e, _ := validation.Explain(c)
				got[c.Field+": "+c.Message] = e.ID
			}
			if !slices.ContainsFunc(slices.Concat(v.Causes, v.Decoding), func(c validation.Cause) bool {
				got, ok := validation.Explain(c)
				return ok && got.ID == e.ID
			}) {
				t.Errorf("no cause is explained by %s: %v", e.ID, got)
			}
			for cause, id := range got {
				if id == "" {
					t.Errorf("not explained: %s", cause)
				}
			}
		})
	}
	if len(objects) != len(validation.Explanations()) {
		t.Errorf("%d objects for %d explanations", len(objects), len(validation.Explanations()))
	}
}

// document returns a file as a JSON document, with what every Pod needs. A JSON
// file is taken as it is: it may have a field twice.
func document(t *testing.T, f txtar.File) []byte {
	t.Helper()
	if path.Ext(f.Name) == ".json" {
		return f.Data
	}
	obj := map[string]any{"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": "t"}}
	if err := yaml.Unmarshal(f.Data, &obj); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(obj)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestExplanationsText holds the texts to what the reports expect of them.
func TestExplanationsText(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, e := range validation.Explanations() {
		if seen[e.ID] {
			t.Errorf("%s: twice", e.ID)
		}
		seen[e.ID] = true
		for _, text := range []string{e.Doc, e.Help} {
			if text == "" || strings.Contains(text, "\n") || strings.TrimSpace(text) != text || strings.HasSuffix(text, ".") && !strings.HasSuffix(text, " ..") {
				t.Errorf("%s: bad text %q", e.ID, text)
			}
		}
	}
}

// TestFrequentCauses explains what the recorded verdicts are made of: at least 19
// causes of 20.
func TestFrequentCauses(t *testing.T) {
	t.Parallel()
	explained, all := 0, 0
	missing := map[string]int{}
	count := func(field, message string) {
		all++
		if _, ok := validation.Explain(validation.Cause{Field: field, Message: message}); ok {
			explained++
			return
		}
		missing[message]++
	}
	for _, c := range serverCases(t) {
		for _, cause := range c.Server.Causes {
			count(cause.Field, cause.Message)
		}
	}
	for _, f := range flyteFiles {
		readLines(t, f.verdicts, func(line []byte) {
			var c struct {
				Errors []string `json:"errors"`
			}
			if err := json.Unmarshal(line, &c); err != nil {
				t.Fatal(err)
			}
			for _, e := range c.Errors {
				field, message, _ := strings.Cut(e, ": ")
				count(field, message)
			}
		})
	}
	if explained*20 < all*19 {
		t.Errorf("%d of %d causes are explained; not: %v", explained, all, missing)
	}
}
