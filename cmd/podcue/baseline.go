package main

import (
	"fmt"
	"os"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
)

// applyBaseline parts found into what the baseline knows and the rest, with
// warnings about what it knows and is gone.
func (j *judge) applyBaseline(found finding.List) (known []finding.Waived, gone, rest finding.List, err error) {
	data, err := os.ReadFile(j.env.path(j.o.baseline))
	if err != nil {
		return nil, nil, nil, fmt.Errorf("--baseline: %w", err)
	}
	b, err := policies.ReadBaseline(data)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("--baseline %s: %w", j.o.baseline, err)
	}
	rest, known, gone = b.Apply(found, &j.scope)
	return known, gone, rest, nil
}

// saveBaseline writes the baseline of the run. One that exists may only shrink:
// what it does not know stays a finding.
func (e *env) saveBaseline(name string, c *checked) error {
	found := c.report.Findings
	for _, w := range c.report.Waived {
		if w.By == "baseline" {
			found = append(found, w.Finding)
		}
	}
	data, err := policies.NewBaseline(found, c.locked).Encode()
	if err != nil {
		return err
	}
	if err := e.writeResult(name, data); err != nil {
		return fmt.Errorf("--write-baseline: %w", err)
	}
	fmt.Fprintf(e.stderr, "wrote %s\n", e.display(e.path(name)))
	return nil
}
