package flytecases

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

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
	sections := map[string]json.RawMessage{}
	for name, raw := range map[string]json.RawMessage{"storage": q.Storage, "propeller": q.Propeller, "executor": q.Executor} {
		if raw != nil {
			sections[name] = raw
		}
	}
	if q.Config != nil {
		sections["plugins"] = append(append(json.RawMessage(`{"k8s":`), q.Config...), '}')
	}
	data, err := json.Marshal(sections)
	if err != nil {
		return nil, err
	}
	c, err := flyte.LoadConfig(p, flyte.ConfigFile{Name: "config.yaml", Data: asYAML(data)})
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

// asYAML escapes the characters that JSON may have in strings as they are, and
// YAML may not.
func asYAML(data []byte) []byte {
	out := make([]byte, 0, len(data))
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		switch {
		case r == 0x7f, r >= 0x80 && r < 0xa0, r >= 0xfffe && r <= 0xffff:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			out = append(out, data[:size]...)
		}
		data = data[size:]
	}
	return out
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
