package main

import (
	"encoding/json"
	"flag"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var seed = flag.Uint64("seed", 1, "seed of the mutated questions")

// mutator damages questions, at random but the same way for the same seed.
type mutator struct{ rand *rand.Rand }

// value returns something that fits hardly anywhere.
func (m mutator) value() any {
	values := []any{
		nil, true, false, 0, -1, 1.5, "", "x", "1e999", float64(1 << 62),
		[]any{}, []any{nil}, map[string]any{}, map[string]any{"": nil},
	}
	return values[m.rand.IntN(len(values))]
}

// mutate replaces, removes or doubles one part of v, the deeper the rarer.
func (m mutator) mutate(v any, depth int) any {
	if m.rand.IntN(max(depth, 0)+4) == 0 {
		return m.value()
	}
	switch v := v.(type) {
	case map[string]any:
		if len(v) == 0 {
			break
		}
		key := slices.Sorted(maps.Keys(v))[m.rand.IntN(len(v))]
		if m.rand.IntN(8) == 0 {
			delete(v, key)
		} else {
			v[key] = m.mutate(v[key], depth-1)
		}
		return v
	case []any:
		if len(v) == 0 {
			break
		}
		i := m.rand.IntN(len(v))
		if m.rand.IntN(8) == 0 {
			return append(v, v[i])
		}
		v[i] = m.mutate(v[i], depth-1)
		return v
	}
	return m.value()
}

// TestMutatedQuestions damages recorded questions. Every one is answered, and
// none with a crash.
func TestMutatedQuestions(t *testing.T) {
	t.Parallel()
	t.Logf("-seed=%d", *seed)
	files, err := filepath.Glob("../../merge/flyte/testdata/v*/*.jsonl.gz")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded questions (%v)", err)
	}
	var lines []recordedLine
	for _, f := range files {
		lines = append(lines, readRecorded(t, f)...)
	}
	m := mutator{rand.New(rand.NewPCG(*seed, 0))}
	for range 1500 {
		line := lines[m.rand.IntN(len(lines))]
		var q map[string]any
		if err := json.Unmarshal(line.In, &q); err != nil {
			t.Fatal(err)
		}
		op := q["op"]
		for range 1 + m.rand.IntN(4) {
			name := slices.Sorted(maps.Keys(q))[m.rand.IntN(len(q))]
			q[name] = m.mutate(q[name], 12)
		}
		q["op"] = op
		if m.rand.IntN(2) == 0 {
			q["profile"] = "flyte@v1.16"
		}
		in, err := json.Marshal(q)
		if err != nil {
			t.Fatal(err)
		}
		out := answerLine(in)
		if !json.Valid(out) || strings.Contains(string(out), `"crashed`) {
			t.Errorf("%s\nanswers %.300s\nto %s", line.Name, out, in)
		}
	}
}
