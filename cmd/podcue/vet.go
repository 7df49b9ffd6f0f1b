package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/podcue/podcue/cmd/podcue/internal/report"
	"github.com/podcue/podcue/finding"
)

// vetOptions are vet's own flags.
type vetOptions struct {
	options
	manifests     []string
	reports       []string
	failOn        string
	standard      string
	enable        []string
	disable       []string
	baseline      string
	writeBaseline string
	today         string
}

func vetCommand(e *env) *cobra.Command {
	o := &vetOptions{}
	cmd := &cobra.Command{
		Use:   "vet [PACKAGES]",
		Short: "Check templates, tasks and manifests: schema, API server, merge hazards, policies, waivers",
		Long: `Vet checks every template and task of PACKAGES ("." by default), as authored and as
the final Pod, and the manifests given with -f. Each finding appears once, at its
source.

It exits with 1 if something is as bad as --fail-on, and with 2 if there is
nothing to check.`,
		RunE: func(_ *cobra.Command, args []string) error {
			o.patterns = args
			return e.vet(o)
		},
	}
	f := cmd.Flags()
	o.register(e, cmd)
	o.registerKubernetes(cmd)
	f.StringArrayVarP(&o.manifests, "filename", "f", nil, "check the manifests in `FILE`, a directory, or - for standard input; repeatable")
	f.StringArrayVar(&o.reports, "report", nil, "print findings as `FORMAT[=FILE]`: "+joinNames(report.Names())+"; repeatable (default text)")
	f.StringVar(&o.failOn, "fail-on", "error", "exit with 1 for findings of `SEVERITY` or worse: error, warning, info or never")
	f.StringVar(&o.standard, "pss", "", "hold the Pod Security Standard `LEVEL[:VERSION]`: baseline or restricted")
	f.StringArrayVar(&o.enable, "enable", nil, "switch the policy or profile `ID` on; repeatable")
	f.StringArrayVar(&o.disable, "disable", nil, "switch the policy or profile `ID` off; repeatable")
	f.StringVar(&o.baseline, "baseline", "", "only findings that are not in `FILE` can fail the run")
	f.StringVar(&o.writeBaseline, "write-baseline", "", "write the findings to `FILE`, as the baseline of later runs; one that exists only shrinks")
	f.StringVar(&o.today, "today", "", "judge the expiry of waivers as of `YYYY-MM-DD`")
	offer(cmd, "report", report.Names())
	offer(cmd, "fail-on", []string{"error", "warning", "info", "never"})
	offer(cmd, "pss", []string{"baseline", "restricted"})
	offerFrom(cmd, "enable", policyNames)
	offerFrom(cmd, "disable", policyNames)
	return cmd
}

// vet runs the command.
func (e *env) vet(o *vetOptions) error {
	threshold, err := parseFailOn(o.failOn)
	if err != nil {
		return err
	}
	outputs, err := parseOutputs(o.reports, report.Lookup)
	if err != nil {
		return err
	}
	checked, err := e.check(o)
	if err != nil {
		return err
	}
	fails := checked.report.Findings
	if b := checked.baseline; b != nil {
		if !b.shrunk {
			fails = b.left // the others are known from now on
		}
		if err := e.saveBaseline(o.writeBaseline, b, threshold); err != nil {
			return err
		}
	}
	if err := e.writeReports(outputs, checked); err != nil {
		return err
	}
	if fails.AtLeast(threshold) {
		return errFindings
	}
	return nil
}

// parseFailOn returns the severity called name, 0 for "never".
func parseFailOn(name string) (finding.Severity, error) {
	if name == "never" {
		return 0, nil
	}
	s, err := finding.ParseSeverity(name)
	if err != nil {
		return 0, fmt.Errorf("--fail-on: unknown severity %q: it is error, warning, info or never", name)
	}
	return s, nil
}

// writeReports prints every report.
func (e *env) writeReports(outputs []output[report.Format], c *checked) error {
	run := e.reportRun(c)
	return writeOutputs(e, outputs, func(w io.Writer, f report.Format, color bool) error {
		run.Color = color
		if err := f.Write(w, run); err != nil {
			return fmt.Errorf("report %s: %w", f.Name, err)
		}
		return nil
	})
}

// reportRun is what reports are made from.
func (e *env) reportRun(c *checked) *report.Run {
	return &report.Run{Report: &c.report, Rules: c.rules, Version: moduleVersion(modulePath), Source: e.source}
}
