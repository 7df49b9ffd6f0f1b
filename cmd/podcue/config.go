package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/podcue/podcue/compiler"
	"github.com/podcue/podcue/provenance"
)

// config is the platform configuration of one CUE module: the package podcue at
// its root, decoded. The zero value is that of a module without one.
type config struct {
	Profile     string            `json:"profile"`
	Kubernetes  string            `json:"kubernetes"`
	Base        []json.RawMessage `json:"base"` // a file glob, or a PodTemplate
	FlyteConfig []string          `json:"flyteConfig"`
	Preview     json.RawMessage   `json:"preview"`
	Policies    json.RawMessage   `json:"policies"`
	PolicyPkgs  []string          `json:"policyPackages"`
	PSS         *pssConfig        `json:"pss"`
	Waivers     json.RawMessage   `json:"waivers"`
	Locked      []string          `json:"locked"`
	Targets     map[string]target `json:"targets"`

	fields func() provenance.Map // keyed by the config's own paths; nil when there is no config
}

type pssConfig struct {
	Level   string `json:"level"`
	Version string `json:"version"`
}

// target is one thing that a project exports, by the name it has in the config.
type target struct {
	Target     string   `json:"target"`
	Namespaces []string `json:"namespaces"`
	OutDir     string   `json:"outDir"`
	OutFile    string   `json:"outFile"`
	Only       []string `json:"only"`
}

// decodeConfig decodes what the compiler evaluated against #Config, so nothing
// in it can be of a wrong type or unknown.
func decodeConfig(p *compiler.Platform) (*config, error) {
	c := &config{}
	if p == nil {
		return c, nil
	}
	dec := json.NewDecoder(bytes.NewReader(p.JSON))
	dec.DisallowUnknownFields()
	if err := dec.Decode(c); err != nil {
		return nil, fmt.Errorf("platform configuration: %w", err)
	}
	c.fields = p.Fields
	return c, nil
}

// exportsPodTemplates reports whether one of the targets is PodTemplates.
func (c *config) exportsPodTemplates() bool {
	for _, t := range c.Targets {
		if t.Target == "podtemplate" {
			return true
		}
	}
	return false
}

// origins returns where the config's value at p was written.
func (c *config) origins(p provenance.Path) []provenance.Origin {
	if c.fields == nil {
		return nil
	}
	origins := c.fields().Deciding(p)
	for i := range origins {
		origins[i].Layer = provenance.LayerConfig
	}
	return origins
}

// below returns the origins of what stands below the config's member name, keyed
// by the rest of their paths. The result is fresh.
func (c *config) below(name string) provenance.Map {
	below := provenance.Map{}
	if c.fields == nil {
		return below
	}
	at := provenance.Path(name)
	for path, origins := range c.fields() {
		if path != at && path.Under(at) {
			below.Add(provenance.Path(strings.TrimPrefix(string(path[len(at):]), ".")), slices.Clone(origins)...)
		}
	}
	return below
}

// moduleFile returns the file that the config of the module at root calls name.
func moduleFile(root, name string) (string, error) {
	if clean := path.Clean(name); path.IsAbs(name) || clean == ".." || strings.HasPrefix(clean, "../") {
		return "", fmt.Errorf("%q leads out of the module", name)
	}
	return path.Join(root, name), nil
}

// fromRoot returns the name of a template or task as the configuration of m has
// it, ./package:NAME from the module's root, as a run in dir has it.
func (m *module) fromRoot(dir, name string) string {
	pkg, local, ok := strings.Cut(name, ":")
	if !ok {
		return name
	}
	rel, err := filepath.Rel(dir, filepath.Join(dir, filepath.FromSlash(m.root), filepath.FromSlash(pkg)))
	if err != nil {
		return name
	}
	if pkg = filepath.ToSlash(rel); pkg != "." && pkg != ".." && !strings.HasPrefix(pkg, "../") {
		pkg = "./" + pkg
	}
	return pkg + ":" + local
}
