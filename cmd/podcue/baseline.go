package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/provenance"
)

// A pendingBaseline is the file of --write-baseline before it is written.
type pendingBaseline struct {
	data   []byte
	shrunk bool // it existed: what is new is not in it
}

// settleBaseline takes what --baseline knows off c's findings, and prepares what
// --write-baseline writes. A baseline that exists only shrinks: it is read as
// --baseline would be, so that what is new stands.
func (j *judge) settleBaseline(c *checked, scope *policies.Scope) error {
	found := slices.DeleteFunc(slices.Clone(c.report.Findings), func(f finding.Finding) bool { return f.ID == finding.IDWaiver })
	read := j.o.baseline
	if j.o.writeBaseline != "" {
		old, err := j.readBaseline(j.o.writeBaseline)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			c.baseline = &pendingBaseline{}
			c.baseline.data, err = policies.NewBaseline(found, scope.Locked).Encode()
		case err == nil:
			c.baseline = &pendingBaseline{shrunk: true}
			c.baseline.data, err = old.Shrink(found, scope).Encode()
			if read == "" {
				read = j.o.writeBaseline
			}
		}
		if err != nil {
			return fmt.Errorf("--write-baseline: %w", err)
		}
	}
	if read == "" {
		return nil
	}
	b, err := j.readBaseline(read)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("--baseline: there is no file %s\nhelp: --write-baseline %s begins one", read, read)
	}
	if err != nil {
		return fmt.Errorf("--baseline: %w", err)
	}
	rest, known, gone := b.Apply(c.report.Findings, scope)
	if c.baseline != nil && read == j.o.writeBaseline {
		gone = nil // this very run removes them
	}
	for i := range gone {
		gone[i].Origins = []provenance.Origin{{Pos: provenance.Position{Filename: j.env.display(j.env.path(read))}}}
	}
	c.report.Findings = append(rest, gone...)
	c.report.Waived = append(c.report.Waived, known...)
	return nil
}

func (j *judge) readBaseline(name string) (*policies.Baseline, error) {
	data, err := os.ReadFile(j.env.path(name))
	if fault := (*fs.PathError)(nil); errors.As(err, &fault) {
		return nil, fmt.Errorf("%s: %w", name, fault.Err) // without the working directory
	}
	if err != nil {
		return nil, err
	}
	b, err := policies.ReadBaseline(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b, nil
}

// saveBaseline writes the baseline of the run.
func (e *env) saveBaseline(name string, b *pendingBaseline) error {
	if err := e.writeResult(name, b.data); err != nil {
		return fmt.Errorf("--write-baseline: %w", err)
	}
	note := ""
	if b.shrunk {
		note = ", which only shrinks: remove the file to begin anew"
	}
	fmt.Fprintf(e.stderr, "wrote %s%s\n", e.display(e.path(name)), note)
	return nil
}
