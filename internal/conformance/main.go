// Conformance puts podcue beside recorded answers: it reads one question a line
// from standard input and prints one answer a line, in order, both as JSON.
//
//	go run ./internal/conformance < cases.jsonl
//
// A question is an object with an "op" member, or a whole line of a case file, of
// which the "in" member is the question. The ops are those of the recorded Flyte
// cases (package flytecases; "profile" selects the Flyte version, flyte@v2 when
// absent), and those of the API server's verdict and of the policies. A line that
// is no question, or that makes podcue crash, is answered with {"error": …}.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(2)
	}
}

// run answers the questions of in on out.
func run(in io.Reader, out io.Writer) error {
	r := bufio.NewReaderSize(in, 1<<20)
	w := bufio.NewWriter(out)
	for {
		line, err := r.ReadBytes('\n')
		if line = bytes.TrimSpace(line); len(line) > 0 {
			if _, werr := w.Write(append(answerLine(line), '\n')); werr != nil {
				return werr
			}
		}
		if errors.Is(err, io.EOF) {
			return w.Flush()
		}
		if err != nil {
			return err
		}
	}
}

// answerLine answers one question, whatever happens.
func answerLine(line []byte) (out []byte) {
	defer func() {
		if r := recover(); r != nil {
			out = problem(fmt.Errorf("crashed: %v", r))
		}
	}()
	var whole struct {
		In json.RawMessage `json:"in"`
		Op string          `json:"op"`
	}
	if err := json.Unmarshal(line, &whole); err != nil {
		return problem(err)
	}
	if whole.Op == "" && whole.In != nil {
		line = whole.In
		if err := json.Unmarshal(line, &whole); err != nil {
			return problem(err)
		}
	}
	i := slices.IndexFunc(ops, func(o op) bool { return o.name == whole.Op })
	if i < 0 {
		return problem(fmt.Errorf("unknown op %q", whole.Op))
	}
	answer, err := ops[i].answer(line)
	if err != nil {
		return problem(err)
	}
	out, err = json.Marshal(answer)
	if err != nil {
		return problem(err)
	}
	return out
}

func problem(err error) []byte {
	out, merr := json.Marshal(map[string]string{"error": err.Error()})
	if merr != nil {
		return []byte(`{"error":"an error that cannot be printed"}`)
	}
	return out
}
