package report_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"runtime"
	"strconv"
	"strings"
	"testing"

	gosarif "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
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
	official, err := jsonschema.UnmarshalJSON(strings.NewReader(officialSchema(t)))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiler.AddResource("sarif.json", official); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("sarif.json")
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

// officialSchema returns the text of the standard's schema, which the SARIF library
// has as a constant. Its own validation is of the library's types, which are not
// what podcue writes.
func officialSchema(t *testing.T) string {
	file, _ := runtime.FuncForPC(reflect.ValueOf(gosarif.NewReport).Pointer()).FileLine(0)
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(filepath.Dir(file), "schema.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	ast.Inspect(parsed, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && text == "" {
			text, err = strconv.Unquote(lit.Value)
		}
		return true
	})
	if err != nil || !strings.Contains(text, "(SARIF) Version 2.1.0 JSON Schema") {
		t.Fatalf("%s does not have the schema: %v", file, err)
	}
	return text
}
