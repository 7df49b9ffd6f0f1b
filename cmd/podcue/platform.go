package main

import (
	"fmt"
	"strings"

	"github.com/podcue/podcue/compiler"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/merge"
	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/validation"
)

// A platform is what the templates of one CUE module are merged with and judged
// by: its configuration, completed by the command line.
type platform struct {
	config     *config
	root       string // of the module, relative to the working directory
	profile    string
	flyte      *flyte.Profile  // nil for a merge strategy
	strategy   *merge.Strategy // nil for a Flyte profile
	kubernetes string
	bases      []flyte.BaseTemplate // in the order in which they are named
	templates  *flyte.Store         // of the bases, as Flyte looks them up
	settings   *flyte.Config        // what Flyte reads; nil for a merge strategy
	preview    *flyte.Authored      // nil: podcue's placeholders
}

// openPlatform reads the platform of a module. Mistakes in its files are
// findings; an error means that podcue could not run.
func (e *env) openPlatform(o *options, m *compiler.Module) (*platform, finding.List, error) {
	c, err := decodeConfig(m.Platform)
	if err != nil {
		return nil, nil, err
	}
	p := &platform{config: c, root: m.Root, profile: o.profile, kubernetes: o.kubernetes}
	found, err := p.choose()
	if err != nil {
		return nil, nil, err
	}
	found = append(found, p.checkTargets()...)
	if len(c.Preview) > 0 {
		if p.preview, err = flyte.DecodeAuthored(c.Preview); err != nil {
			return nil, append(found, p.configFinding("preview", "the preview task cannot be read: "+err.Error(),
				"correct the preview; its fields are those of a task")), nil
		}
	}
	for _, read := range []func(*platform, *options) (finding.List, error){e.readBases, e.readSettings} {
		l, err := read(p, o)
		if err != nil {
			return nil, nil, err
		}
		found = append(found, l...)
	}
	p.templates = flyte.NewStore(p.bases...)
	return p, found, nil
}

// choose settles the merge and the version of Kubernetes: the flag's, else the
// configuration's, else the default. A version that the configuration names and
// podcue does not have is a finding.
func (p *platform) choose() (finding.List, error) {
	if p.profile == "" {
		p.profile = p.config.Profile
	}
	if p.profile == "" {
		p.profile = defaultProfile
	}
	if err := checkProfile(p.profile); err != nil {
		return nil, err
	}
	var err error
	if strings.HasPrefix(p.profile, "flyte@") {
		p.flyte, err = flyte.Lookup(p.profile)
	} else {
		p.strategy, err = merge.LookupStrategy(p.profile)
	}
	if err != nil {
		return nil, err
	}
	if p.kubernetes != "" {
		if p.kubernetes, err = validation.ParseVersion(p.kubernetes); err != nil {
			return nil, fmt.Errorf("--kubernetes: %w", err)
		}
		return nil, nil
	}
	if p.kubernetes, err = validation.ParseVersion(p.config.Kubernetes); err != nil {
		p.kubernetes = validation.Newest()
		return finding.List{p.configFinding("kubernetes", err.Error(), "name the minor version of the cluster, or the one nearest to it")}, nil
	}
	return nil, nil
}

// refusal is the finding for what Flyte refuses to build.
func refusal(err *flyte.Error, object finding.Object, profile string) finding.Finding {
	return finding.Finding{
		ID: flyte.IDRefused, Severity: finding.Error, Object: object, Message: lowerFirst(oneLine(err.Message)),
		Detail:  fmt.Sprintf("%s answers %q and creates no Pod.", profile, err.Error()),
		Help:    "correct the field that the message is about; podcue explain --limits says what Flyte's own answer depends on besides",
		Origins: err.Origins,
	}
}
