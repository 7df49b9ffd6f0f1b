package cuerule

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/format"
	utiljson "k8s.io/apimachinery/pkg/util/json"

	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/provenance"
)

// Policies returns the policies of s, sorted by id, to be selected and run like
// those written in Go. They are the same values at every call.
func (s *Ruleset) Policies() []*policies.Policy { return slices.Clone(s.policies) }

// Broken returns the ids of the policies that Load refused, sorted. What the
// configuration says about them is about something that exists.
func (s *Ruleset) Broken() []string { return slices.Clone(s.broken) }

// A Rule is what a policy is beside its [policies.Policy].
type Rule struct {
	ID      string
	Package string // "./policies", or an import path
	Pos     provenance.Position
	Form    string // "require", "forbid", "deny" or "constraint"
	Each    string // the view; "" for deny and constraint
	Params  string // CUE: the parameters with their types and defaults; "" for none
}

// Rules returns what the policies of s are, sorted by id.
func (s *Ruleset) Rules() []Rule {
	rules := make([]Rule, len(s.rules))
	for i, r := range s.rules {
		rules[i] = Rule{ID: r.id, Package: r.pkg.path, Pos: r.pos, Each: r.each, Params: r.paramsCUE()}
		for _, form := range []string{fieldRequire, fieldForbid, fieldDeny, fieldConstraint} {
			if r.has(form) {
				rules[i].Form = form
			}
		}
	}
	return rules
}

// paramsCUE returns the parameters as CUE.
func (r *rule) paramsCUE() string {
	params := r.field(fieldParams)
	if !params.Exists() {
		return ""
	}
	data, err := format.Node(params.Syntax(cue.Raw(), cue.Docs(true)))
	if err != nil {
		return ""
	}
	return strings.Replace(string(data), "\n\t...\n}", "\n}", 1) // the type has that, not the author
}

// configure returns the policy with params, a JSON object, unified with its
// parameters.
func (r *rule) configure(params []byte) (*policies.Policy, error) {
	c, err := r.with(params)
	if err != nil {
		return nil, err
	}
	return c.policy(c.configure), nil
}

func (r *rule) with(params []byte) (*rule, error) {
	var given map[string]any
	if err := utiljson.Unmarshal(params, &given); err != nil {
		return nil, fmt.Errorf("params: %s is not an object", params)
	}
	if at, hint, found := unknownParam(fieldParams, r.field(fieldParams), given); found {
		return nil, fmt.Errorf("%s: unknown parameter%s", at, hint)
	}
	var c *rule
	var err error
	failed := within(r.pkg.eval.timeout, func() {
		v := r.value.FillPath(cue.MakePath(cue.Str(fieldParams)), r.pkg.eval.value(given))
		if perr := v.LookupPath(cue.MakePath(cue.Str(fieldParams))).Validate(cue.Concrete(true), cue.Final()); perr != nil {
			err = r.misfit(given, perr)
			return
		}
		c, err = readRule(r.pkg, r.id, r.pos, v)
	})
	if failed != nil {
		return nil, failed
	}
	if err != nil {
		var p *problem
		if errors.As(err, &p) && p.path != "" {
			return nil, fmt.Errorf("with these parameters, its %s: %w", p.path, err)
		}
		return nil, err
	}
	if c.has(fieldDeny) {
		return c, r.denyWith(c, given)
	}
	return c, nil
}

// misfit says which of the parameters given does not fit its type, if it is one,
// or else what err says.
func (r *rule) misfit(given map[string]any, err error) error {
	for _, name := range slices.Sorted(maps.Keys(given)) {
		declared := r.field(fieldParams).LookupPath(cue.MakePath(cue.Str(name)))
		if declared.Unify(r.pkg.eval.value(given[name])).Validate(cue.Concrete(true), cue.Final()) == nil {
			continue
		}
		value, jerr := json.Marshal(given[name])
		typ, ferr := format.Node(declared.Syntax(cue.Raw()))
		if jerr == nil && ferr == nil {
			return fmt.Errorf("params.%s: %s does not fit %s", name, value, oneLine(string(typ)))
		}
	}
	return fmt.Errorf("%s", policyText(r.id, err))
}

// denyWith gives c, which is r with the parameters given, a unit of its own.
func (r *rule) denyWith(c *rule, given map[string]any) error {
	root, err := r.pkg.buildPart(pruning{keep: only(r.id)})
	if err != nil {
		root = r.pkg.root // it cannot stand alone
	}
	at := cue.MakePath(cue.Str(fieldPolicies), cue.Str(r.id), cue.Str(fieldParams))
	c.unit = &unit{pkg: r.pkg, ids: []string{r.id}, root: root.FillPath(at, r.pkg.eval.value(given))}
	c.program = newProgram(c)
	return nil
}
