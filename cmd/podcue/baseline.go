package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/provenance"
)

// A pendingBaseline is the file of --write-baseline before it is written.
type pendingBaseline struct {
	data   []byte
	shrunk bool         // it existed: what is new is not in it
	left   finding.List // of a new one: what is not in it
}

// neverKnown are the ids that no baseline covers: where a package, a template or a
// document has such a mistake, it is not checked, and whoever knew of the one would
// hear of nothing else in it. A waiver that is wrong is to be mended.
var neverKnown = []string{finding.IDCUE, finding.IDSchema, finding.IDManifest, flyte.IDRefused, finding.IDWaiver}

// settleBaseline takes what --baseline knows off c's findings, and prepares what
// --write-baseline writes. A baseline that exists only shrinks: it is read as
// --baseline would be, so that what is new stands.
func (j *judge) settleBaseline(c *checked, scope *policies.Scope) error {
	var found, never finding.List
	for _, f := range c.report.Findings {
		if slices.Contains(neverKnown, f.ID) {
			never = append(never, f)
		} else {
			found = append(found, f)
		}
	}
	read := j.o.baseline
	if j.o.writeBaseline != "" {
		old, err := j.readBaseline(j.o.writeBaseline)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			c.baseline = &pendingBaseline{left: never}
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
	rest, known, gone := b.Apply(found, scope)
	if c.baseline != nil && read == j.o.writeBaseline {
		gone = nil // this very run removes them
	}
	for i := range gone {
		gone[i].Origins = []provenance.Origin{{Pos: provenance.Position{Filename: j.env.display(j.env.path(read))}}}
	}
	c.report.Findings = slices.Concat(rest, gone, never)
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

// saveBaseline writes the baseline of the run, and says what of severity threshold
// or worse is not in it.
func (e *env) saveBaseline(name string, b *pendingBaseline, threshold finding.Severity) error {
	if err := e.writeResult(name, b.data); err != nil {
		return fmt.Errorf("--write-baseline: %w", err)
	}
	note := ""
	switch {
	case b.left.AtLeast(threshold):
		note = ", without what no baseline covers: what cannot be checked, mistakes in waivers, findings of locked policies"
	case b.shrunk:
		note = ", which only shrinks: remove the file to begin anew"
	}
	fmt.Fprintf(e.stderr, "wrote %s%s\n", e.display(e.path(name)), note)
	return nil
}
