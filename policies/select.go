package policies

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/podcue/podcue/finding"
)

// A Selection is what the command line and the platform configuration ask for.
// The zero value asks for the defaults.
type Selection struct {
	// Policies run beside the built-in ones; they are on unless disabled.
	Policies []*Policy
	// Enable and Disable hold ids of policies and names of profiles. Disable
	// goes before everything else.
	Enable, Disable []string
	// Config is a JSON object {ID: {enabled, severity, params}}, each member
	// optional. Naming a policy there switches it on, unless enabled is false.
	Config []byte
	// Standard is the Pod Security Standard to hold; nil for none. An id that is
	// disabled is not reported for the standard either, and its severity is the
	// configured one, but parameters do not weaken a standard.
	Standard *Standard
	// Others are the ids of other stages' findings, such as the merge's hazards,
	// that may be enabled, disabled and given a severity. See [Set.Override].
	Others []string
}

// A Set is a selection ready to run. It is immutable.
type Set struct {
	active     []active
	standard   *Standard
	disabled   map[string]bool
	severities map[string]finding.Severity
}

type active struct {
	policy   *Policy
	params   any
	severity finding.Severity // from the configuration; 0: the policy's own
}

type configEntry struct {
	Enabled  *bool             `json:"enabled"`
	Severity *finding.Severity `json:"severity"`
	Params   json.RawMessage   `json:"params"`
}

// Policies returns the policies of s that are on, sorted by id; those that only
// its standard asks for are not among them.
func (s *Set) Policies() []*Policy {
	ps := make([]*Policy, len(s.active))
	for i, a := range s.active {
		ps[i] = a.policy
	}
	return ps
}

// Standard returns the Pod Security Standard of s, nil if it has none.
func (s *Set) Standard() *Standard { return s.standard }

// Notes says, a line each, which policies of s are on but have nothing to check,
// because they only compare with parameters that nobody set.
func (s *Set) Notes() []string {
	var notes []string
	for _, a := range s.active {
		if i, ok := a.params.(interface{ idle() string }); ok && i.idle() != "" {
			notes = append(notes, fmt.Sprintf("policy %s has nothing to check: %s in its parameters", a.policy.ID, i.idle()))
		}
	}
	return notes
}

// Override applies what s says about ids to findings of other stages: those
// whose id is disabled are left out, and configured severities are set. The
// result is fresh.
func (s *Set) Override(l finding.List) finding.List {
	var out finding.List
	for _, f := range l {
		if s.disabled[f.ID] {
			continue
		}
		if severity := s.severities[f.ID]; severity != 0 {
			f.Severity = severity
		}
		out = append(out, f)
	}
	return out
}

// Select returns the Set that sel asks for; nil asks for the defaults. Its
// errors are about what the user wrote: an unknown id or parameter, with the
// nearest known name.
func Select(sel *Selection) (*Set, error) {
	if sel == nil {
		sel = &Selection{}
	}
	candidates := slices.Concat(All(), sel.Policies)
	slices.SortFunc(candidates, func(a, b *Policy) int { return strings.Compare(a.ID, b.ID) })
	if err := Validate(candidates); err != nil {
		return nil, err
	}
	c := &choice{sel: sel, candidates: candidates}
	if err := c.read(); err != nil {
		return nil, err
	}
	set := &Set{standard: sel.Standard, disabled: c.disabled, severities: map[string]finding.Severity{}}
	for id, e := range c.config {
		if e.Severity != nil {
			set.severities[id] = *e.Severity
		}
	}
	on := map[string]bool{}
	for _, p := range candidates {
		on[p.ID] = c.on(p)
	}
	for _, p := range candidates {
		if on[p.ID] && p.Replaces != "" && !c.named(p.Replaces) {
			on[p.Replaces] = false
		}
	}
	for _, p := range candidates {
		if !on[p.ID] {
			continue
		}
		a, err := c.activate(p)
		if err != nil {
			return nil, fmt.Errorf("policy %s: %w", p.ID, err)
		}
		set.active = append(set.active, a)
	}
	return set, nil
}

// choice is the state of one Select.
type choice struct {
	sel        *Selection
	candidates []*Policy
	config     map[string]*configEntry
	enabled    map[string]bool // by name on the command line; ids and profiles
	disabled   map[string]bool // ids, by whatever way
}

func (c *choice) read() error {
	c.enabled, c.disabled = map[string]bool{}, map[string]bool{}
	for _, name := range c.sel.Enable {
		if err := c.known(name, profiles); err != nil {
			return err
		}
		c.enabled[name] = true
	}
	for _, name := range c.sel.Disable {
		if err := c.known(name, profiles); err != nil {
			return err
		}
		if c.enabled[name] {
			return fmt.Errorf("%s is both enabled and disabled", name)
		}
		c.disabled[name] = true
	}
	if err := c.readConfig(); err != nil {
		return err
	}
	for id, e := range c.config {
		if e.Enabled != nil && !*e.Enabled && !c.enabled[id] {
			c.disabled[id] = true
		}
	}
	for _, p := range c.candidates {
		for _, profile := range p.Profiles {
			if c.disabled[string(profile)] && !c.enabled[p.ID] {
				c.disabled[p.ID] = true
			}
		}
	}
	return nil
}

func (c *choice) readConfig() error {
	if len(c.sel.Config) == 0 {
		return nil
	}
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(c.sel.Config, &entries); err != nil {
		return fmt.Errorf("the policies of the configuration are not an object: %w", err)
	}
	c.config = make(map[string]*configEntry, len(entries))
	for _, id := range sortedKeys(entries) {
		if err := c.known(id, nil); err != nil {
			return err
		}
		e := &configEntry{}
		dec := json.NewDecoder(bytes.NewReader(entries[id]))
		dec.DisallowUnknownFields()
		if err := dec.Decode(e); err != nil {
			return fmt.Errorf("policy %s: %w", id, err)
		}
		if string(e.Params) == "null" {
			e.Params = nil
		}
		c.config[id] = e
	}
	return nil
}

// known refuses a name that is neither an id nor one of the profiles.
func (c *choice) known(name string, profiles []Profile) error {
	var names []string
	for _, p := range c.candidates {
		names = append(names, p.ID)
	}
	names = append(names, c.sel.Others...)
	for _, p := range profiles {
		names = append(names, string(p))
	}
	if slices.Contains(names, name) {
		return nil
	}
	return fmt.Errorf("unknown policy %q%s", name, finding.DidYouMean(name, names))
}

// named reports whether somebody asked for the policy id by its name.
func (c *choice) named(id string) bool {
	e := c.config[id]
	return c.enabled[id] || e != nil && e.Enabled != nil && *e.Enabled
}

func (c *choice) on(p *Policy) bool {
	if c.disabled[p.ID] {
		return false
	}
	if p.Default || c.enabled[p.ID] || c.config[p.ID] != nil || slices.Contains(c.sel.Policies, p) {
		return true
	}
	return slices.ContainsFunc(p.Profiles, func(profile Profile) bool { return c.enabled[string(profile)] })
}

func (c *choice) activate(p *Policy) (active, error) {
	a := active{policy: p, params: p.Params}
	e := c.config[p.ID]
	if e == nil {
		return a, nil
	}
	if e.Severity != nil {
		a.severity = *e.Severity
	}
	if e.Params == nil {
		return a, nil
	}
	var err error
	if p.Configure != nil {
		a.policy, err = p.Configure(e.Params)
		if err == nil {
			a.params = a.policy.Params
		}
		return a, err
	}
	a.params, err = decodeParams(p.Params, e.Params)
	return a, err
}
