package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/podcue/podcue/internal/flytecases"
)

func TestAnswersInOrder(t *testing.T) {
	in := strings.Join([]string{
		`{"op":"merge_meta","templateMeta":{"labels":{"a":"1"}},"baseMeta":{"labels":{"a":"2"}}}`,
		`{"name":"x","in":{"op":"merge_meta","templateMeta":{},"baseMeta":{"name":"n"}},"out":{}}`,
		``,
		`not json`,
		`{"op":"nonsense"}`,
		`[]`,
		`{"op":"merge_base","template":{"containers":7}}`,
		`{"op":"pod","profile":"flyte@v9"}`,
		`{"op":"overlay","base":null,"overlay":{}}`,
	}, "\n")
	var out bytes.Buffer
	if err := run(strings.NewReader(in), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	want := []string{
		`{"objectMeta":{"labels":{"a":"2"}}}`,
		`{"objectMeta":{"name":"n"}}`,
		`invalid character`,
		`unknown op \"nonsense\"`,
		`cannot unmarshal array`,
		`cannot unmarshal number`,
		`unknown profile \"flyte@v9\"`,
		`neither the basePodSpec`,
	}
	if len(lines) != len(want) {
		t.Fatalf("%d answers, want %d:\n%s", len(lines), len(want), out.String())
	}
	for i, w := range want {
		if !json.Valid([]byte(lines[i])) {
			t.Errorf("line %d is not JSON: %s", i, lines[i])
		}
		if !strings.Contains(lines[i], w) {
			t.Errorf("line %d: %s, want %s in it", i, lines[i], w)
		}
	}
}

func TestCrashIsAnswered(t *testing.T) {
	saved := ops
	defer func() { ops = saved }()
	ops = []op{{"crash", func([]byte) (any, error) { panic("oh") }}}
	if got := string(answerLine([]byte(`{"op":"crash"}`))); got != `{"error":"crashed: oh"}` {
		t.Error(got)
	}
}

func TestOps(t *testing.T) {
	var names []string
	for _, o := range ops {
		names = append(names, o.name)
	}
	if !slices.IsSorted(names) {
		t.Errorf("not sorted: %v", names)
	}
	for _, o := range flytecases.Ops() {
		if !slices.Contains(names, o.Name) {
			t.Errorf("%s is missing", o.Name)
		}
	}
}
