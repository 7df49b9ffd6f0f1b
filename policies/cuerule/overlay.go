package cuerule

import (
	cueload "cuelang.org/go/cue/load"
)

// overlay returns the files that are in place of those on disk, with podcue's
// schema among them.
func (c *Config) overlay() (map[string]cueload.Source, error) {
	overlay := map[string]cueload.Source{}
	for name, data := range c.Overlay {
		overlay[name] = cueload.FromBytes(data)
	}
	return overlay, nil
}
