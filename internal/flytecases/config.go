package flytecases

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/merge/flyte"
)

// configQuestion is the configuration of a question: sections of Flyte's file.
type configQuestion struct {
	Config     json.RawMessage
	ConfigMode string
	Storage    json.RawMessage
	Propeller  json.RawMessage
	Executor   json.RawMessage
}

// load reads the configuration with Flyte's loader, or (mode "json") with
// encoding/json over the defaults.
func (q *configQuestion) load(p *flyte.Profile) (*flyte.Config, error) {
	if q.ConfigMode == "json" {
		c := flyte.DefaultConfig(p)
		return c, json.Unmarshal(q.Config, c)
	}
	sections := map[string]any{}
	for name, raw := range map[string]json.RawMessage{
		"plugins": q.Config, "storage": q.Storage, "propeller": q.Propeller, "executor": q.Executor,
	} {
		if raw == nil {
			continue
		}
		v, err := forYAML(raw)
		if err != nil {
			return nil, err
		}
		if name == "plugins" {
			v = map[string]any{"k8s": v}
		}
		sections[name] = v
	}
	data, err := yaml.Marshal(sections)
	if err != nil {
		return nil, err
	}
	c, err := flyte.LoadConfig(p, flyte.ConfigFile{Name: "config.yaml", Data: data})
	var refused finding.List
	if errors.As(err, &refused) {
		return nil, loaderError(refused)
	}
	return c, err
}

// loaderError has the words of Flyte's loader.
func loaderError(refused finding.List) error {
	lines := make([]string, len(refused))
	for i, f := range refused {
		lines[i] = f.Detail
	}
	return errors.New("decoding failed due to the following error(s):\n\n" + strings.Join(lines, "\n"))
}

// forYAML returns the value of raw with Go's numbers, so that integers stay
// integers.
func forYAML(raw json.RawMessage) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	return goNumbers(v), nil
}

func goNumbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			v[k] = goNumbers(e)
		}
	case []any:
		for i, e := range v {
			v[i] = goNumbers(e)
		}
	case json.Number:
		var n any
		if yaml.Unmarshal([]byte(v), &n) == nil {
			return n
		}
	}
	return v
}

func answerConfig(p *flyte.Profile, in []byte) (any, error) {
	var q configQuestion
	if err := json.Unmarshal(in, &q); err != nil {
		return nil, err
	}
	cfg, err := q.load(p)
	if err != nil {
		return failed(flyte.StageConfig, err), nil
	}
	keys, err := cfg.Keys(p)
	return map[string]any{"config": keys}, err
}
