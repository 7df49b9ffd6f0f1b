package main

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
)

// An output is one --report: a format, and a file or "" for standard output.
type output[F any] struct {
	format F
	file   string
}

// parseOutputs reads FORMAT[=FILE] specifications; none stands for text on
// standard output.
func parseOutputs[F any](specs []string, lookup func(string) (F, error)) ([]output[F], error) {
	if len(specs) == 0 {
		specs = []string{"text"}
	}
	var outputs []output[F]
	stdout := ""
	for _, spec := range specs {
		name, file, toFile := strings.Cut(spec, "=")
		f, err := lookup(name)
		if err != nil {
			return nil, fmt.Errorf("--report: %w", err)
		}
		if toFile && file == "" {
			return nil, fmt.Errorf("--report %s: there is no file after the =", spec)
		}
		if !toFile {
			if stdout != "" {
				return nil, fmt.Errorf("--report: both %s and %s go to standard output; send one to a file: %s=FILE", stdout, name, name)
			}
			stdout = name
		}
		if i := slices.IndexFunc(outputs, func(o output[F]) bool {
			return toFile && o.file != "" && filepath.Clean(o.file) == filepath.Clean(file)
		}); i >= 0 {
			before, _, _ := strings.Cut(specs[i], "=")
			return nil, fmt.Errorf("--report: both %s and %s go to the file %s", before, name, filepath.Clean(file))
		}
		outputs = append(outputs, output[F]{f, file})
	}
	return outputs, nil
}

// writeOutputs writes every output, those for files first: one that cannot be
// written leaves standard output empty. Only standard output has colours.
func writeOutputs[F any](e *env, outputs []output[F], write func(w io.Writer, format F, color bool) error) error {
	var toStdout []byte
	for _, out := range outputs {
		var b bytes.Buffer
		if err := write(&b, out.format, out.file == "" && e.colored()); err != nil {
			return err
		}
		if out.file == "" {
			toStdout = b.Bytes()
		} else if err := e.writeResult(out.file, b.Bytes()); err != nil {
			return err
		}
	}
	_, err := e.stdout.Write(toStdout)
	return err
}
