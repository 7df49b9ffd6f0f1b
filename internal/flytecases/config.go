package flytecases

import (
	"bytes"
	"encoding/json"

	"github.com/podcue/podcue/merge/flyte"
)

// config reads the configuration of a question over Flyte's defaults.
func (q *podQuestion) config(p *flyte.Profile) (*flyte.Config, error) {
	c := flyte.DefaultConfig(p)
	sections := map[string]json.RawMessage{}
	if q.Config != nil {
		if err := json.Unmarshal(q.Config, &sections); err != nil {
			return nil, err
		}
	}
	for _, key := range stringMaps {
		if joined, ok := singleMaps(sections[key]); ok {
			sections[key] = joined
		}
	}
	// A map that is given replaces the default.
	if sections["accelerator-device-classes"] != nil {
		c.AcceleratorDeviceClasses = nil
	}
	if sections["default-annotations"] != nil {
		c.DefaultAnnotations = nil
	}
	whole, err := json.Marshal(sections)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(whole, c); err != nil {
		return nil, err
	}
	if q.Storage != nil {
		var s struct {
			Stow struct{ Config json.RawMessage }
		}
		if err := json.Unmarshal(q.Storage, &s); err != nil {
			return nil, err
		}
		if s.Stow.Config != nil {
			c.Storage.Stow.Config = nil
		}
		if err := json.Unmarshal(q.Storage, &c.Storage); err != nil {
			return nil, err
		}
	}
	if q.Propeller != nil {
		section := struct {
			LiteralOffloading *flyte.LiteralOffloading `json:"literal-offloading-config"`
		}{&c.LiteralOffloading}
		if err := json.Unmarshal(q.Propeller, &section); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// stringMaps are the keys whose values are maps of strings, which may be written
// as lists of single-entry maps.
var stringMaps = []string{
	"accelerator-devices", "default-annotations", "default-env-vars", "default-env-vars-from-env", "default-labels",
	"default-node-selector", "interruptible-node-selector",
}

// singleMaps turns a list of single-entry maps into one map; ok is false for
// anything else.
func singleMaps(raw json.RawMessage) (json.RawMessage, bool) {
	var list []map[string]string
	if !bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) || json.Unmarshal(raw, &list) != nil {
		return nil, false
	}
	out := map[string]string{}
	for _, m := range list {
		if len(m) != 1 {
			return nil, false
		}
		for k, v := range m {
			out[k] = v
		}
	}
	if len(out) == 0 {
		return nil, false
	}
	joined, err := json.Marshal(out)
	return joined, err == nil
}
