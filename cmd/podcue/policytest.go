package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies/cuerule"
)

func policyTestCommand(e *env) *cobra.Command {
	format := "text"
	cmd := &cobra.Command{
		Use:   "test [PACKAGES]",
		Short: "Run the test cases that stand beside policies written in CUE",
		Long: `Test runs the cases of the policies in PACKAGES ("./..." by default):

  tests: "hostpath-readonly": {
      pass: readOnly: spec: {…}              // no finding
      fail: writable: {
          spec: {…}
          expect: [{path: "…", message: "…"}]    // these findings, and no others
      }
  }

A case is the metadata and spec of a pod, or pod: "testdata/x.yaml", with params and
primary where they matter. A policy without a case that passes and one that fails is
not tested, and that is a failure too.`,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := checkOutput(format); err != nil {
				return err
			}
			return e.testPolicies(args, format)
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", format, "`FORMAT` is text or json")
	return cmd
}

// A policyTestRun is what policy test prints.
type policyTestRun struct {
	Problems finding.List       `json:"problems"` // with the policies themselves
	Policies []policyTestResult `json:"policies"`
}

type policyTestResult struct {
	ID       string             `json:"id"`
	Package  string             `json:"package"`
	Position string             `json:"position"`
	OK       bool               `json:"ok"`
	Lacks    []string           `json:"lacks,omitempty"`
	Untried  []string           `json:"untriedParams,omitempty"`
	Cases    []policyCaseResult `json:"cases"`
}

type policyCaseResult struct {
	Name     string   `json:"name"`
	Position string   `json:"position"`
	Problems []string `json:"problems,omitempty"`
}

func (e *env) testPolicies(patterns []string, format string) error {
	if len(patterns) == 0 {
		patterns = []string{"./..."}
	}
	run := &policyTestRun{Problems: finding.List{}, Policies: []policyTestResult{}}
	targets, err := e.policyTargets(patterns)
	if err != nil {
		return err
	}
	for _, t := range targets {
		rules, err := cuerule.Load(&cuerule.Config{Dir: t.root, Base: e.dir}, t.patterns...)
		var problems finding.List
		switch {
		case errors.As(err, &problems):
			run.Problems = append(run.Problems, problems...)
		case errors.Is(err, cuerule.ErrNoPolicies):
			continue
		case err != nil:
			return err
		}
		for _, test := range rules.Test() {
			run.add(&test)
		}
	}
	if len(run.Policies)+len(run.Problems) == 0 {
		return fmt.Errorf("nothing to test: no policies in %s", strings.Join(patterns, " "))
	}
	if format == "json" {
		err = writeJSON(e.stdout, run)
	} else {
		_, err = fmt.Fprint(e.stdout, run.text())
	}
	if err == nil && run.failed() > 0 {
		return errFindings
	}
	return err
}

func (r *policyTestRun) add(t *cuerule.PolicyTest) {
	p := policyTestResult{ID: t.ID, Package: t.Package, Position: t.Pos.String(), OK: !t.Failed(), Lacks: t.Lacks, Untried: t.Untried, Cases: []policyCaseResult{}}
	for _, c := range t.Cases {
		p.Cases = append(p.Cases, policyCaseResult{Name: c.Name, Position: c.Pos.String(), Problems: c.Problems})
	}
	r.Policies = append(r.Policies, p)
}

// failed counts what failed.
func (r *policyTestRun) failed() int {
	n := len(r.Problems)
	for _, p := range r.Policies {
		if !p.OK {
			n++
		}
	}
	return n
}

func (r *policyTestRun) text() string {
	var b strings.Builder
	for _, f := range r.Problems {
		fmt.Fprintf(&b, "%s: %s\n", f.Position(), f.Message)
		if f.Help != "" {
			fmt.Fprintf(&b, "  help: %s\n", f.Help)
		}
	}
	cases := 0
	for _, p := range r.Policies {
		cases += len(p.Cases)
		status := "ok  "
		if !p.OK {
			status = "FAIL"
		}
		fmt.Fprintf(&b, "%s  %s  %s  (%s)\n", status, p.Package, p.ID, count(len(p.Cases), "case"))
		for _, lack := range p.Lacks {
			fmt.Fprintf(&b, "      %s: %s\n", p.Position, lack)
		}
		for _, c := range p.Cases {
			for _, problem := range c.Problems {
				fmt.Fprintf(&b, "      %s: %s: %s\n", c.Position, c.Name, problem)
			}
		}
		if p.OK && len(p.Untried) > 0 {
			fmt.Fprintf(&b, "      note: no case sets %s\n", joinNames(p.Untried))
		}
	}
	fmt.Fprintf(&b, "%s, %s, %d failed\n", count(len(r.Policies), "policy"), count(cases, "case"), r.failed())
	return b.String()
}

// count returns "1 case" or "2 cases".
func count(n int, noun string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(noun, "y"):
		noun = strings.TrimSuffix(noun, "y") + "ies"
	default:
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// A policyTarget is the patterns of one module, relative to its root.
type policyTarget struct {
	root     string
	patterns []string
}

// policyTargets sorts patterns by the modules that they lead to: each package is
// loaded in its own.
func (e *env) policyTargets(patterns []string) ([]*policyTarget, error) {
	var targets []*policyTarget
	add := func(root, pattern string) {
		i := slices.IndexFunc(targets, func(t *policyTarget) bool { return t.root == root })
		if i < 0 {
			i, targets = len(targets), append(targets, &policyTarget{root: root})
		}
		targets[i].patterns = append(targets[i].patterns, pattern)
	}
	for _, pattern := range patterns {
		if !strings.HasPrefix(pattern, ".") && !filepath.IsAbs(pattern) {
			add(e.dir, pattern) // an import path
			continue
		}
		name, recursive := strings.CutSuffix(filepath.ToSlash(pattern), "...")
		dir := filepath.Clean(e.path(filepath.FromSlash(name)))
		if !isDir(dir) {
			return nil, fmt.Errorf("there is no directory %s", e.display(dir))
		}
		root := moduleRoot(dir)
		rel, err := filepath.Rel(root, dir)
		if err != nil {
			return nil, err
		}
		if !recursive {
			add(root, "./"+filepath.ToSlash(rel))
			continue
		}
		if isDir(filepath.Join(root, "cue.mod")) {
			add(root, strings.TrimSuffix("./"+filepath.ToSlash(rel), "/.")+"/...")
		}
		nested, err := nestedModules(dir)
		if err != nil {
			return nil, err
		}
		for _, root := range nested {
			add(root, "./...")
		}
	}
	return targets, nil
}

// nestedModules returns the roots of the CUE modules below dir.
func nestedModules(dir string) ([]string, error) {
	var roots []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || !d.IsDir() || path == dir:
			return err
		case d.Name() == "cue.mod", strings.HasPrefix(d.Name(), "."), strings.HasPrefix(d.Name(), "_"), d.Name() == "testdata":
			return fs.SkipDir
		case isDir(filepath.Join(path, "cue.mod")):
			roots = append(roots, path)
		}
		return nil
	})
	return roots, err
}
