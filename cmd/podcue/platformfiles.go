package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/provenance"
)

// readSettings reads Flyte's configuration files.
func (e *env) readSettings(p *platform, o *options) (finding.List, error) {
	if p.flyte == nil {
		return nil, nil
	}
	var files []flyte.ConfigFile
	for i, name := range p.config.FlyteConfig {
		at := provenance.Path("flyteConfig").Index(i)
		file, err := moduleFile(p.root, name)
		if err != nil {
			return finding.List{p.configFinding(at, err.Error(), helpModuleFile)}, nil
		}
		full := e.path(filepath.FromSlash(file))
		if fault := e.noModuleFile(p.root, full); fault != "" {
			return finding.List{p.configFinding(at, fmt.Sprintf("%s %s", name, fault), helpModuleFile)}, nil
		}
		data, err := os.ReadFile(full)
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
		at, before := provenance.Path("base").Index(i), len(p.bases)
		l, err := e.readBase(p, raw, at)
		if err != nil {
			return nil, err
		}
		found = append(append(found, l...), p.doubledBases(before, at)...)
	}
	for _, name := range o.base {
		l, err := e.readBaseFile(p, name)
		if err != nil {
			return nil, fmt.Errorf("--base: %w", err)
		}
		found = append(found, l...)
	}
	return found, nil
}

// doubledBases returns what is wrong with the base PodTemplates from index before
// on, which the configuration's entry at at brought: a name that is there already.
// Those of the command line may stand for others.
func (p *platform) doubledBases(before int, at provenance.Path) finding.List {
	var found finding.List
	for i := before; i < len(p.bases); i++ {
		new := p.bases[i].PodTemplate
		if slices.ContainsFunc(p.bases[:i], func(b flyte.BaseTemplate) bool {
			return b.PodTemplate.Name == new.Name && b.PodTemplate.Namespace == new.Namespace
		}) {
			found = append(found, p.configFinding(at, fmt.Sprintf("the base PodTemplate %s is there twice", path.Join(new.Namespace, new.Name)),
				"leave one of them out, or give it a name or namespace of its own: a cluster has one"))
		}
	}
	return found
}

// readBase reads one entry of the configuration's base: a glob, or a PodTemplate
// written in CUE.
func (e *env) readBase(p *platform, raw json.RawMessage, at provenance.Path) (finding.List, error) {
	var glob string
	if json.Unmarshal(raw, &glob) != nil {
		template := &corev1.PodTemplate{}
		if err := json.Unmarshal(raw, template); err != nil {
			return finding.List{p.configFinding(at, "the base PodTemplate cannot be read: "+err.Error(),
				"correct the field that the message is about")}, nil
		}
		p.bases = append(p.bases, flyte.BaseTemplate{PodTemplate: template, Fields: p.inlineBaseFields(at.Child("template"))})
		return nil, nil
	}
	pattern, err := moduleFile(p.root, glob)
	if err != nil {
		return finding.List{p.configFinding(at, err.Error(), helpModuleFile)}, nil
	}
	names, err := filepath.Glob(e.path(filepath.FromSlash(pattern)))
	if err != nil {
		return finding.List{p.configFinding(at, fmt.Sprintf("%q is not a pattern of file names", glob),
			"write a path with * and ?, such as platform/*.yaml; a [ must have its ]")}, nil
	}
	if len(names) == 0 {
		return finding.List{p.configFinding(at, fmt.Sprintf("no file matches %q", glob), helpModuleFile)}, nil
	}
	var found finding.List
	for _, name := range names {
		if fault := e.noModuleFile(p.root, name); fault != "" {
			found = append(found, p.configFinding(at, fmt.Sprintf("%s %s", e.display(name), fault), helpModuleFile))
			continue
		}
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
