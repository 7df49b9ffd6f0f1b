package report_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

const jsonReportSchema = "../../../../docs/report.schema.json"

// The JSON report is what its published schema says.
func TestJSONSchema(t *testing.T) {
	t.Parallel()
	schema, err := jsonschema.NewCompiler().Compile(jsonReportSchema)
	if err != nil {
		t.Fatal(err)
	}
	for name, run := range runs {
		report, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(write(t, "json", run()))))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(report); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The schema is not one that takes everything: each of these changes breaks it.
func TestJSONSchemaRefuses(t *testing.T) {
	t.Parallel()
	schema, err := jsonschema.NewCompiler().Compile(jsonReportSchema)
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(report, finding, waived map[string]any){
		"version":          func(r, _, _ map[string]any) { r["version"] = 2 },
		"no summary":       func(r, _, _ map[string]any) { delete(r, "summary") },
		"no findings":      func(r, _, _ map[string]any) { r["findings"] = nil },
		"severity":         func(_, f, _ map[string]any) { f["severity"] = "fatal" },
		"id":               func(_, f, _ map[string]any) { f["id"] = "HostPath" },
		"no positions":     func(_, f, _ map[string]any) { delete(f, "positions") },
		"position":         func(_, f, _ map[string]any) { f["positions"] = []any{map[string]any{"line": 0}} },
		"stage":            func(_, f, _ map[string]any) { f["object"].(map[string]any)["stage"] = "later" },
		"waived, no cause": func(_, _, w map[string]any) { delete(w, "waiver") },
		"waived by whom":   func(_, _, w map[string]any) { w["waiver"].(map[string]any)["by"] = "nobody" },
	} {
		var r map[string]any
		if err := json.Unmarshal([]byte(write(t, "json", mixed())), &r); err != nil {
			t.Fatal(err)
		}
		change(r, r["findings"].([]any)[0].(map[string]any), r["waived"].([]any)[0].(map[string]any))
		if err := schema.Validate(r); err == nil {
			t.Errorf("%s: the schema takes it", name)
		}
	}
}

// SARIF is checked against the schema of the standard, 2.1.0 with errata 01, as
// OASIS publishes it.
func TestSARIFSchema(t *testing.T) {
	t.Parallel()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile("testdata/sarif-schema-2.1.0.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, run := range runs {
		log, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(write(t, "sarif", run()))))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(log); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		log.(map[string]any)["runs"].([]any)[0].(map[string]any)["results"] = []any{map[string]any{"ruleId": "x"}}
		if err := schema.Validate(log); err == nil {
			t.Errorf("%s: the schema takes a result without a message", name)
		}
	}
}
