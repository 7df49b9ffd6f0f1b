package main

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/podcue/podcue/cmd/podcue/internal/report"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/policies/cuerule"
	"github.com/podcue/podcue/policies/pss"
	"github.com/podcue/podcue/provenance"
)

// A policySet is what one platform's Pods are judged by.
type policySet struct {
	set      *policies.Set
	rules    []report.Rule // of every id that a finding can have, whether it is on or off
	findings finding.List  // of the team's own policies: what is wrong with them
	idle     []string      // ids that are off
	locked   []string      // ids that only the platform's configuration may waive
}

// policySet combines the built-in policies with those of p's packages, p's
// configuration and the command line. What is wrong with a policy is a finding
// of the set; an error is about what somebody asked for.
func (e *env) policySet(p *platform, o *vetOptions) (*policySet, error) {
	own, found, err := e.ownPolicies(p)
	if err != nil {
		return nil, err
	}
	sel := &policies.Selection{Enable: o.enable, Disable: o.disable, Config: p.config.Policies, Others: hazardIDs()}
	if own != nil {
		sel.Policies = own.Policies()
		sel.Others = append(sel.Others, own.Broken()...)
	}
	standard, wrong, err := standardOf(p, o.standard)
	if err != nil {
		return nil, err
	}
	sel.Standard = standard
	if err := switchable(slices.Concat(o.enable, o.disable)); err != nil {
		return nil, err
	}
	set, more, err := p.selectPolicies(sel)
	if err != nil {
		return nil, err
	}
	for _, note := range set.Notes() {
		fmt.Fprintf(e.stderr, "note: %s\n", note)
	}
	s := &policySet{set: set, findings: slices.Concat(found, wrong, more)}
	s.describe(slices.Concat(policies.All(), sel.Policies), sel.Standard)
	s.findings = append(s.findings, p.checkLocked(append(s.ids(), sel.Others...))...)
	return s, nil
}

// switchable refuses ids of findings that cannot be switched on or off.
func switchable(names []string) error {
	for _, r := range stageRules() {
		if slices.Contains(names, r.ID) {
			return fmt.Errorf("%s is no policy, and cannot be enabled or disabled\nhelp: podcue policy show %s", r.ID, r.ID)
		}
	}
	return nil
}

// ids returns the ids that a finding can have.
func (s *policySet) ids() []string {
	ids := make([]string, len(s.rules))
	for i, r := range s.rules {
		ids[i] = r.ID
	}
	return ids
}

// describe fills in what s says about each of all.
func (s *policySet) describe(all []*policies.Policy, standard *policies.Standard) {
	active := map[string]bool{}
	for _, p := range s.set.Policies() {
		active[p.ID] = true
	}
	for _, p := range all {
		s.rules = append(s.rules, report.Rule{
			ID: p.ID, Title: p.Title(), Doc: body(p.Doc), Help: p.Help, Severity: p.Severity,
			Tags: append([]string{p.Group}, p.Frameworks...),
		})
		if !active[p.ID] && (standard == nil || len(p.Controls) == 0) {
			s.idle = append(s.idle, p.ID)
		}
		if p.Locked {
			s.locked = append(s.locked, p.ID)
		}
	}
	for _, h := range flyte.Hazards() {
		s.rules = append(s.rules, report.Rule{ID: h.ID, Title: h.Title(), Doc: body(h.Doc), Help: h.Help, Severity: h.Severity, Tags: []string{"merge"}})
	}
	s.rules = append(s.rules, stageRules()...)
}

// ownPolicies returns the policies of p's packages, nil if it has none.
func (e *env) ownPolicies(p *platform) (*cuerule.Ruleset, finding.List, error) {
	if len(p.config.PolicyPkgs) == 0 {
		return nil, nil, nil
	}
	for i, pkg := range p.config.PolicyPkgs {
		if _, err := moduleFile(p.root, pkg); err != nil {
			return nil, finding.List{p.configFinding(provenance.Path("policyPackages").Index(i), err.Error(), helpPolicyPackages)}, nil
		}
	}
	rules, err := cuerule.Load(&cuerule.Config{Dir: e.path(filepath.FromSlash(p.root)), Base: e.dir}, p.config.PolicyPkgs...)
	var found finding.List
	switch {
	case errors.As(err, &found):
		return rules, found, nil
	case err != nil:
		return nil, finding.List{p.configFinding("policyPackages", err.Error(), helpPolicyPackages)}, nil
	}
	return rules, nil, nil
}

// helpPolicyPackages says what policyPackages can name.
const helpPolicyPackages = "name packages with policies below the module's root: \"./policies\""

// standardOf returns the Pod Security Standard that the flag asks for or else
// the configuration, nil for none. Where they name no version, it is that of the
// cluster. A version in the configuration that there is not is a finding.
func standardOf(p *platform, flag string) (*policies.Standard, finding.List, error) {
	level, version, _ := strings.Cut(flag, ":")
	if flag == "" {
		if p.config.PSS == nil {
			return nil, nil, nil
		}
		level, version = p.config.PSS.Level, p.config.PSS.Version
	}
	standard, err := pss.New(level, cmp.Or(version, p.kubernetes))
	switch {
	case err == nil:
		return standard, nil, nil
	case flag == "":
		return nil, finding.List{p.configFinding("pss.version", err.Error(), "name a version of the standard, or none for that of the cluster")}, nil
	}
	return nil, nil, fmt.Errorf("--pss: %w", err)
}

// hazardIDs returns the ids of the merge's hazards.
func hazardIDs() []string {
	var ids []string
	for _, h := range flyte.Hazards() {
		ids = append(ids, h.ID)
	}
	return ids
}

// stageRules are the rules of what is found before any policy runs.
func stageRules() []report.Rule {
	return []report.Rule{
		{ID: finding.IDCUE, Title: "CUE does not load or evaluate", Doc: "A package, or a policy written in CUE, cannot be used as it is.", Severity: finding.Error},
		{ID: finding.IDSchema, Title: "Value breaks podcue's schema", Doc: "A template, a task or the configuration is not of its type.", Severity: finding.Error},
		{ID: finding.IDAPI, Title: "Refused by the API server", Doc: "The API server of the cluster's version would refuse the Pod, or warn about it.", Severity: finding.Error},
		{ID: finding.IDManifest, Title: "Document cannot be decoded", Doc: "A document of a manifest is no Kubernetes object, so it was not checked.", Severity: finding.Error},
		{ID: finding.IDWaiver, Title: "Waiver expired, unused or wrong", Doc: "A waiver, or an entry of the baseline, does not do what it says.", Severity: finding.Warning},
		{ID: policies.IDPodSecurity, Title: "Refused by the Pod Security Standard", Doc: "A control of the standard refuses the pod, and no policy knows the field.", Severity: finding.Error},
		{ID: flyte.IDConfig, Title: "Flyte's configuration is not read as written", Doc: "Flyte's loader ignores a setting, or reads it as something else.", Severity: finding.Warning},
		{ID: flyte.IDRefused, Title: "Refused by Flyte", Doc: "Flyte creates no Pod for the task.", Severity: finding.Error},
	}
}

// body returns a documentation without its title.
func body(doc string) string {
	_, rest, _ := strings.Cut(doc, "\n\n")
	return rest
}
