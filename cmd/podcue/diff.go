package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/podcue/podcue/cmd/podcue/internal/podiff"
	"github.com/podcue/podcue/cmd/podcue/internal/report"
	"github.com/podcue/podcue/finding"
)

// diffOptions are diff's own flags.
type diffOptions struct {
	options
	revisions string
	profiles  string
	reports   []string
}

func diffCommand(e *env) *cobra.Command {
	o := &diffOptions{}
	cmd := &cobra.Command{
		Use:   "diff A B | --rev R1..R2 | --profile P1..P2",
		Short: "Compare final Pods: of two revisions, profiles, directories, manifests, templates or tasks",
		Long: `Diff compares final Pods, list elements by their keys, and marks what weakens
security. A and B are directories of packages, manifests (YAML or JSON), or
templates and tasks by name. --rev compares two revisions of the git repository;
R1 alone is compared with the working directory. --profile compares what two
Flyte versions make of the same templates.

It exits with 1 if there are differences.`,
		RunE: func(_ *cobra.Command, args []string) error { return e.diff(o, args) },
	}
	f := cmd.Flags()
	o.register(e, cmd)
	profile := f.Lookup("profile")
	profile.Usage = "merge as `NAME` does, or compare two, P1..P2: " + joinNames(profileNames())
	f.StringVar(&o.revisions, "rev", "", "compare two git revisions, `R1..R2`, or R1 with the working directory")
	f.StringArrayVar(&o.reports, "report", nil, "print the differences as `FORMAT[=FILE]`: "+joinNames(report.Names())+"; repeatable (default text)")
	offer(cmd, "report", report.Names())
	return cmd
}

// diff runs the command.
func (e *env) diff(o *diffOptions, args []string) error {
	outputs, err := parseOutputs(o.reports, e.diffFormat)
	if err != nil {
		return err
	}
	if strings.Contains(o.profile, "..") {
		o.profiles, o.profile = o.profile, ""
	}
	from, to, err := e.sides(o, args)
	if err != nil {
		return err
	}
	r := compareSides(from, to)
	err = writeOutputs(e, outputs, func(w io.Writer, f podiff.Format, color bool) error { return f.Write(w, r, color) })
	if err != nil {
		return err
	}
	if len(r.Objects) > 0 {
		return errFindings
	}
	return nil
}

// sides settles what is compared.
func (e *env) sides(o *diffOptions, args []string) (from, to *side, err error) {
	switch {
	case o.revisions != "" && o.profiles != "":
		return nil, nil, errors.New("--rev and --profile P1..P2 exclude each other")
	case o.revisions != "":
		o.patterns = args
		return e.revisionSides(o)
	case o.profiles != "":
		o.patterns = args
		return e.profileSides(o)
	case len(args) == 2:
		return e.namedSides(o, args[0], args[1])
	}
	return nil, nil, errors.New("diff takes two directories, manifests, templates or tasks, or --rev R1..R2, or --profile P1..P2")
}

// split parts "A..B".
func split(flag, pair string) (a, b string, err error) {
	a, b, ok := strings.Cut(pair, "..")
	if !ok || a == "" || b == "" || strings.Contains(b, "..") {
		return "", "", fmt.Errorf("%s: %q is not of the form A..B", flag, pair)
	}
	return a, b, nil
}

// diffFormat returns the format called name: one of diff's own, or else one of
// vet's, where every difference is a finding.
func (e *env) diffFormat(name string) (podiff.Format, error) {
	if f, err := podiff.Lookup(name); err == nil {
		return f, nil
	}
	f, err := report.Lookup(name)
	if err != nil {
		return podiff.Format{}, err
	}
	return podiff.Format{Name: f.Name, Doc: f.Doc, Write: func(w io.Writer, r *podiff.Report, color bool) error {
		run := &report.Run{Version: moduleVersion(modulePath), Source: e.source, Color: color}
		run.Report = &finding.Report{Findings: r.Findings(), Checked: r.Compared}
		for _, rule := range podiff.Rules() {
			run.Rules = append(run.Rules, report.Rule{ID: rule.ID, Title: rule.Title, Severity: rule.Severity})
		}
		return f.Write(w, run)
	}}, nil
}
