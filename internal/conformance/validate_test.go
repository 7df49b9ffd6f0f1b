package main

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// TestValidate asks for the verdicts on the recorded objects and holds them
// against the answers of a real API server.
func TestValidate(t *testing.T) {
	t.Parallel()
	type want struct {
		Name   string          `json:"name"`
		Kind   string          `json:"kind"`
		Object json.RawMessage `json:"object"`
		Server validateAnswer  `json:"server"`
	}
	file, err := os.Open("../../validation/testdata/cases.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zr, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var wants []want
	var in, out bytes.Buffer
	for dec := json.NewDecoder(zr); dec.More(); {
		var w want
		if err := dec.Decode(&w); err != nil {
			t.Fatal(err)
		}
		wants = append(wants, w)
		line, err := json.Marshal(map[string]any{"op": "validate", "kind": w.Kind, "object": w.Object, "kubernetes": "1.37"})
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	if err := run(&in, &out); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewScanner(&out)
	answers.Buffer(nil, 1<<20)
	for _, w := range wants {
		if !answers.Scan() {
			t.Fatal("an answer is missing")
		}
		var got validateAnswer
		if err := json.Unmarshal(answers.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		for _, causes := range [][]validateCause{w.Server.Causes, got.Causes} {
			slices.SortFunc(causes, func(a, b validateCause) int {
				return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Message, b.Message))
			})
		}
		if diff := gocmp.Diff(w.Server, got); diff != "" {
			t.Errorf("%s %s (-server +podcue):\n%s", w.Kind, w.Name, diff)
		}
	}
}

// TestValidateBad holds that a question that makes no sense is answered with an
// error.
func TestValidateBad(t *testing.T) {
	t.Parallel()
	for _, q := range []string{
		`{"op":"validate"}`, `{"op":"validate","kind":"Deployment","object":{}}`, `{"op":"validate","kind":"Pod","object":{},"kubernetes":"1.20"}`,
	} {
		if got := string(answerLine([]byte(q))); !strings.HasPrefix(got, `{"error":`) {
			t.Errorf("%s: %s", q, got)
		}
	}
}
