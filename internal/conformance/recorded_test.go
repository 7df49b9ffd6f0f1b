package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/podcue/podcue/internal/flytecases"
)

// recordedFiles are the recorded answers of Flyte, by the profile that must give
// them.
var recordedFiles = map[string]string{
	"flyte@v2":    "../../merge/flyte/testdata/v2/*.jsonl.gz",
	"flyte@v1.16": "../../merge/flyte/testdata/v1/*.jsonl.gz",
}

// TestRecordedAnswers feeds whole case files to the program and compares what it
// prints, line by line.
func TestRecordedAnswers(t *testing.T) {
	t.Parallel()
	for profile, pattern := range recordedFiles {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("no files %s (%v)", pattern, err)
		}
		for _, file := range files {
			t.Run(profile+"/"+strings.TrimSuffix(filepath.Base(file), ".jsonl.gz"), func(t *testing.T) {
				testRecordedFile(t, profile, file)
			})
		}
	}
}

// A recordedLine is one line of a case file.
type recordedLine struct {
	Name string          `json:"name"`
	In   json.RawMessage `json:"in"`
	Out  json.RawMessage `json:"out"`
}

func testRecordedFile(t *testing.T, profile, file string) {
	cases := readRecorded(t, file)
	var in, out bytes.Buffer
	for _, c := range cases {
		// The profile goes before the members, whose order matters.
		in.WriteString(`{"in":{"profile":"` + profile + `",` + string(bytes.TrimPrefix(c.In, []byte("{"))) + "}\n")
	}
	if err := run(&in, &out); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewScanner(&out)
	answers.Buffer(nil, 64<<20)
	for _, c := range cases {
		if !answers.Scan() {
			t.Fatalf("%s: no answer (%v)", c.Name, answers.Err())
		}
		var op struct{ Op string }
		if err := json.Unmarshal(c.In, &op); err != nil {
			t.Fatal(err)
		}
		diff, err := flytecases.Difference(op.Op, c.Out, answers.Bytes())
		if err != nil || diff != "" {
			t.Errorf("%s: %s (%v)", c.Name, diff, err)
		}
	}
	if answers.Scan() {
		t.Errorf("an answer to no question: %s", answers.Text())
	}
}

func readRecorded(t *testing.T, file string) []recordedLine {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var lines []recordedLine
	for dec := json.NewDecoder(z); dec.More(); {
		var l recordedLine
		if err := dec.Decode(&l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	return lines
}

// TestHostileLines answers what no recorder wrote.
func TestHostileLines(t *testing.T) {
	deep := func(n int) string { return strings.Repeat(`{"a":`, n) + "1" + strings.Repeat("}", n) }
	for name, in := range map[string]string{
		"deep":                    deep(200_000),
		"deep config":             `{"op":"config","config":` + deep(5000) + `}`,
		"deep task":               `{"op":"pod","config":{},"meta":{},"task":{"custom":` + deep(5000) + `}}`,
		"deep pod spec":           `{"op":"serialize_pod_spec","podTemplate":{"podSpec":` + deep(5000) + `},"container":{}}`,
		"huge":                    `{"op":"merge_meta","templateMeta":{"name":"` + strings.Repeat("x", 8<<20) + `"},"baseMeta":7}`,
		"null in":                 `{"in":null}`,
		"null":                    `null`,
		"a string":                `"op"`,
		"op is a number":          `{"op":1}`,
		"no members":              `{}`,
		"no task":                 `{"op":"pod"}`,
		"no action":               `{"op":"action"}`,
		"no specs":                `{"op":"merge_base"}`,
		"null base":               `{"op":"merge_base_repeat","template":{},"bases":[null]}`,
		"null template":           `{"op":"merge_base_repeat","template":null,"bases":[{}]}`,
		"no base":                 `{"op":"sched","config":{}}`,
		"null podTemplates":       `{"op":"pod","podTemplates":[null],"config":{},"task":{"container":{}},"meta":{"overrides":{"resources":{}}}}`,
		"null step":               `{"op":"pod_seq","steps":[null]}`,
		"null config":             `{"op":"config","config":null}`,
		"json config":             `{"op":"config","configMode":"json"}`,
		"config is text":          `{"op":"config","config":"x"}`,
		"no container":            `{"op":"serialize_pod_spec"}`,
		"containers of no kind":   `{"op":"serialize_pod_spec","podTemplate":{"podSpec":{"containers":[null,7,{}]}},"container":{}}`,
		"containers no list":      `{"op":"serialize_pod_spec","podTemplate":{"podSpec":{"containers":{}}},"container":{}}`,
		"pod spec is text":        `{"op":"serialize_pod_spec","podTemplate":{"podSpec":"x"},"container":{}}`,
		"invalid UTF-8":           "{\"op\":\"config\",\"config\":{\"scheduler-name\":\"\xff\"}}",
		"quantity out of range":   `{"op":"merge_base","base":{"overhead":{"cpu":"1e999999999"}},"template":{}}`,
		"negative quantity":       `{"op":"pod","config":{},"task":{"container":{"resources":{"limits":[{"name":"CPU","value":"-1"}]}}},"meta":{"overrides":{"resources":{}}}}`,
		"accelerator of no class": `{"op":"pod","config":{"accelerator-device-classes":{"NVIDIA_GPU":null}},"task":{"container":{},"extendedResources":{"gpuAccelerator":{}}},"meta":{"overrides":{"resources":{}}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			out := answerLine([]byte(in))
			var answer map[string]json.RawMessage
			if err := json.Unmarshal(out, &answer); err != nil {
				t.Fatalf("%.300s: %v", out, err)
			}
			if strings.Contains(string(answer["error"]), "crashed") {
				t.Errorf("%s", answer["error"])
			}
		})
	}
}
