package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/policies/cuerule"
)

func policyCommand(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "List and explain the policies, and test the team's own",
		Long: `Policies judge authored templates, final Pods and manifests; podcue vet runs them.

A team's own are CUE, in the packages that the configuration's policyPackages name:

  policies: "hostpath-readonly": {
      severity: "warning"                      // error when it is left out
      docs:     "the node's data is shared"
      each:     "mounts"                       // a view, below
      when: volume: hostPath!: _               // which items; all when it is left out
      require: mount: readOnly!: true          // or forbid: what an item must not have
      message: "\(it.container.name) mounts \(it.volume.hostPath.path) writable"
      it: _                                    // the failing item
  }

A field in when, require and forbid stands under ! (it must be there) or ? (if it
is there). Views: ` + strings.Join(cuerule.Views(), ", ") + `.
In place of each and require, deny is a list of {path, message} made from input,
which holds all views, and constraint is a definition that the pod must fit.
params are values with defaults that the configuration may change; stage: "final"
leaves authored templates alone, which tasks and the platform complete.`,
		Args: subcommandsOnly,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(policyListCommand(e), policyShowCommand(e), policyTestCommand(e))
	return cmd
}

// A policyEntry is what policy list and show say about one id that a finding can
// have.
type policyEntry struct {
	ID         string   `json:"id"`
	Title      string   `json:"title"`
	Group      string   `json:"group"`
	Severity   string   `json:"severity"`
	Default    bool     `json:"default"`            // on when nobody asks for it
	Profiles   []string `json:"profiles,omitempty"` // that switch it on; for a hazard, where it exists
	Stage      string   `json:"stage,omitempty"`
	Doc        string   `json:"doc"`
	Help       string   `json:"help,omitempty"`
	Params     string   `json:"params,omitempty"` // CUE
	Bad        string   `json:"bad,omitempty"`    // an example that is found
	Good       string   `json:"good,omitempty"`
	Replaces   string   `json:"replaces,omitempty"`
	Frameworks []string `json:"frameworks,omitempty"`
	Controls   []string `json:"controls,omitempty"` // of the Pod Security Standards
	Issue      string   `json:"issue,omitempty"`
	Package    string   `json:"package,omitempty"` // of the team's own
	Position   string   `json:"position,omitempty"`
	Locked     bool     `json:"locked,omitempty"`

	hazard bool // of the merge: there is no switching it on
}

// on says when the policy is on, in words.
func (p *policyEntry) on() string {
	var on []string
	if p.Default {
		on = append(on, "default")
	}
	if !p.hazard {
		on = append(on, p.Profiles...)
	}
	if len(on) == 0 {
		return "-"
	}
	return strings.Join(on, ", ")
}

// The groups of what no policy reports: the merge, and the stages around it.
const (
	hazardGroup = "merge"
	stageGroup  = "stages"
)

// policyEntries returns what there is: the built-in policies in the order of the
// documentation, the merge's hazards, and the policies of the project that the
// working directory is in. What is wrong with those is said on stderr.
func (e *env) policyEntries() ([]*policyEntry, error) {
	var entries []*policyEntry
	for _, group := range policies.Groups() {
		for _, p := range policies.All() {
			if p.Group == group {
				entries = append(entries, builtinEntry(p))
			}
		}
	}
	for _, h := range flyte.Hazards() {
		entries = append(entries, &policyEntry{
			ID: h.ID, Title: h.Title(), Group: hazardGroup, Severity: h.Severity.String(), Default: true, Profiles: h.Profiles,
			Stage: policies.Final.String(), Doc: body(h.Doc), Help: h.Help, Bad: h.Bad(), Good: h.Good(), Issue: h.Issue, hazard: true,
		})
	}
	for _, r := range stageRules() {
		entries = append(entries, &policyEntry{
			ID: r.ID, Title: r.Title, Group: stageGroup, Severity: r.Severity.String(), Default: true, Doc: r.Doc, Help: r.Help,
		})
	}
	own, err := e.projectEntries()
	return append(entries, own...), err
}

func builtinEntry(p *policies.Policy) *policyEntry {
	entry := &policyEntry{
		ID: p.ID, Title: p.Title(), Group: p.Group, Severity: p.Severity.String(), Default: p.Default, Stage: p.Stage.String(),
		Doc: body(p.Doc), Help: p.Help, Params: p.ParamsCUE(), Bad: p.Bad, Good: p.Good, Replaces: p.Replaces,
		Frameworks: p.Frameworks, Controls: p.Controls, Locked: p.Locked, Position: p.Pos.String(),
	}
	if !p.Pos.IsValid() {
		entry.Position = ""
	}
	for _, profile := range p.Profiles {
		entry.Profiles = append(entry.Profiles, string(profile))
	}
	return entry
}

// projectEntries returns the policies of the project's own packages.
func (e *env) projectEntries() ([]*policyEntry, error) {
	p, err := e.openPlatformOnly(&options{})
	if err != nil {
		return nil, err
	}
	e.complain(p.findings)
	var entries []*policyEntry
	for _, m := range p.modules {
		rules, found, err := e.ownPolicies(m.platform)
		if err != nil {
			return nil, err
		}
		e.complain(found)
		if rules == nil {
			continue
		}
		facts := rules.Rules()
		for i, own := range rules.Policies() {
			entry := builtinEntry(own)
			entry.Default, entry.Params, entry.Package = true, facts[i].Params, facts[i].Package
			entries = append(entries, entry)
		}
	}
	return entries, nil
}

// complain prints findings on stderr: they do not keep a command from its work.
func (e *env) complain(found finding.List) {
	for _, f := range found {
		fmt.Fprintln(e.stderr, f.String())
	}
}

// checkOutput refuses a format that is neither text nor json.
func checkOutput(format string) error {
	if format != "text" && format != "json" {
		return fmt.Errorf("-o: unknown format %q: it is text or json", format)
	}
	return nil
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
