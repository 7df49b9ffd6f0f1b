package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/compiler"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/merge"
	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/provenance"
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
	if err := p.choose(); err != nil {
		return nil, nil, err
	}
	if len(c.Preview) > 0 {
		if p.preview, err = flyte.DecodeAuthored(c.Preview); err != nil {
			return nil, finding.List{p.configFinding("preview", "the preview task cannot be read: "+err.Error())}, nil
		}
	}
	var found finding.List
	for _, read := range []func(*platform, *options) (finding.List, error){e.readBases, e.readSettings} {
		l, err := read(p, o)
		if err != nil {
			return nil, nil, err
		}
		found = append(found, l...)
	}
	return p, found, nil
}

// choose settles the merge and the version of Kubernetes: the flag's, else the
// configuration's, else the default.
func (p *platform) choose() error {
	if p.profile == "" {
		p.profile = p.config.Profile
	}
	if p.profile == "" {
		p.profile = defaultProfile
	}
	if err := checkProfile(p.profile); err != nil {
		return err
	}
	var err error
	if strings.HasPrefix(p.profile, "flyte@") {
		p.flyte, err = flyte.Lookup(p.profile)
	} else {
		p.strategy, err = merge.LookupStrategy(p.profile)
	}
	if err != nil {
		return err
	}
	if p.kubernetes == "" {
		p.kubernetes = p.config.Kubernetes
	}
	p.kubernetes, err = validation.ParseVersion(p.kubernetes)
	return err
}

// configFinding is a mistake in the platform's configuration at path.
func (p *platform) configFinding(path provenance.Path, message string) finding.Finding {
	return finding.Finding{
		ID: finding.IDSchema, Severity: finding.Error, Object: finding.Object{Kind: "Config", Name: "podcue"},
		Path: path, Message: message, Origins: p.config.origins(path),
	}
}

// readSettings reads Flyte's configuration files.
func (e *env) readSettings(p *platform, o *options) (finding.List, error) {
	if p.flyte == nil {
		return nil, nil
	}
	var files []flyte.ConfigFile
	for i, name := range p.config.FlyteConfig {
		file, err := moduleFile(p.root, name)
		if err != nil {
			return finding.List{p.configFinding(provenance.Path("flyteConfig").Index(i), err.Error())}, nil
		}
		data, err := os.ReadFile(e.path(filepath.FromSlash(file)))
		if errors.Is(err, fs.ErrNotExist) {
			return finding.List{p.configFinding(provenance.Path("flyteConfig").Index(i), fmt.Sprintf("there is no file %s in the module", name))}, nil
		}
		if err != nil {
			return nil, err
		}
		files = append(files, flyte.ConfigFile{Name: file, Data: data})
	}
	for _, name := range o.flyteFiles {
		data, err := os.ReadFile(e.path(name))
		if err != nil {
			return nil, fmt.Errorf("--flyte-config: %w", err)
		}
		files = append(files, flyte.ConfigFile{Name: e.display(e.path(name)), Data: data})
	}
	settings, err := flyte.LoadConfig(p.flyte, files...)
	var found finding.List
	if err != nil && !errors.As(err, &found) {
		return nil, err
	}
	p.settings = settings
	return found, nil
}

// readBases reads the base PodTemplates: the configuration's, then those of the
// command line.
func (e *env) readBases(p *platform, o *options) (finding.List, error) {
	var found finding.List
	for i, raw := range p.config.Base {
		at := provenance.Path("base").Index(i)
		l, err := e.readBase(p, raw, at)
		if err != nil {
			return nil, err
		}
		found = append(found, l...)
	}
	for _, name := range o.base {
		if _, err := os.Stat(e.path(name)); err != nil {
			return nil, fmt.Errorf("--base: %w", err)
		}
		l, err := e.readBaseFile(p, name)
		if err != nil {
			return nil, err
		}
		found = append(found, l...)
	}
	return found, nil
}

// readBase reads one entry of the configuration's base: a glob, or a PodTemplate
// written in CUE.
func (e *env) readBase(p *platform, raw json.RawMessage, at provenance.Path) (finding.List, error) {
	var glob string
	if json.Unmarshal(raw, &glob) != nil {
		template := &corev1.PodTemplate{}
		if err := json.Unmarshal(raw, template); err != nil {
			return finding.List{p.configFinding(at, "the base PodTemplate cannot be read: "+err.Error())}, nil
		}
		p.bases = append(p.bases, flyte.BaseTemplate{PodTemplate: template, Fields: p.inlineBaseFields(at.Child("template"))})
		return nil, nil
	}
	pattern, err := moduleFile(p.root, glob)
	if err != nil {
		return finding.List{p.configFinding(at, err.Error())}, nil
	}
	names, err := filepath.Glob(e.path(filepath.FromSlash(pattern)))
	if err != nil {
		return finding.List{p.configFinding(at, fmt.Sprintf("%q is not a pattern of file names", glob))}, nil
	}
	if len(names) == 0 {
		return finding.List{p.configFinding(at, fmt.Sprintf("no file matches %q", glob))}, nil
	}
	var found finding.List
	for _, name := range names {
		l, err := e.readBaseFile(p, name)
		if err != nil {
			return nil, err
		}
		found = append(found, l...)
	}
	return found, nil
}

// inlineBaseFields are the origins of a base PodTemplate written in the
// configuration at at, keyed as in its template.
func (p *platform) inlineBaseFields(at provenance.Path) provenance.Map {
	fields := p.config.below(string(at))
	for _, origins := range fields {
		for i := range origins {
			origins[i].Layer = provenance.LayerBase
		}
	}
	return fields
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
