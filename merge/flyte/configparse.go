package flyte

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// Limits of a configuration file, aliases counted as often as they are used.
const (
	maxSettings     = 200_000
	maxSettingDepth = 500
)

// A settingsParser turns the first YAML document of a file into settings.
type settingsParser struct {
	file  string
	lines []string
	count int
}

var yamlLine = regexp.MustCompile(`line (\d+): `)

// parseSettings reads f. The root of the result is a map, empty for an empty
// file; more reports whether further documents follow, which Flyte ignores.
func parseSettings(f ConfigFile) (root *setting, more bool, err error) {
	p := &settingsParser{file: f.Name, lines: strings.Split(string(f.Data), "\n")}
	dec := yaml.NewDecoder(strings.NewReader(string(f.Data)))
	var doc, next yaml.Node
	switch err := dec.Decode(&doc); {
	case err != nil && err.Error() == "EOF":
		return &setting{kind: mapSetting, pos: provenance.Position{Filename: f.Name}}, false, nil
	case err != nil:
		return nil, false, p.syntaxError(err)
	}
	more = dec.Decode(&next) == nil
	if root, err = p.convert(&doc, 0); err != nil {
		return nil, false, err
	}
	switch root.kind {
	case nullSetting:
		root.kind = mapSetting
	case listSetting, scalarSetting:
		return nil, false, configError(root.pos, "", "the file is not a map but "+root.plain(),
			"While parsing config: cannot unmarshal into map[string]interface {}")
	}
	return root, more, nil
}

// syntaxError is the error of a file that is not YAML.
func (p *settingsParser) syntaxError(err error) error {
	pos := provenance.Position{Filename: p.file}
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		pos.Line, _ = strconv.Atoi(m[1]) // digits
		text = strings.Replace(text, m[0], "", 1)
	}
	return configError(pos, "", "not YAML: "+text, "While parsing config: "+err.Error())
}

func (p *settingsParser) errorAt(n *yaml.Node, format string, args ...any) error {
	text := fmt.Sprintf(format, args...)
	return configError(p.position(n), "", text, "While parsing config: yaml: "+text)
}

// position is where n starts. YAML counts characters, a Position bytes.
func (p *settingsParser) position(n *yaml.Node) provenance.Position {
	column := n.Column
	if n.Line >= 1 && n.Line <= len(p.lines) {
		line := p.lines[n.Line-1]
		column = 1
		for range n.Column - 1 {
			_, size := utf8.DecodeRuneInString(line[column-1:])
			column += size
		}
	}
	return provenance.Position{Filename: p.file, Line: n.Line, Column: column}
}

func (p *settingsParser) convert(n *yaml.Node, depth int) (*setting, error) {
	if p.count++; p.count > maxSettings {
		return nil, p.errorAt(n, "the file has more than %d values", maxSettings)
	}
	if depth > maxSettingDepth {
		return nil, p.errorAt(n, "values are nested more than %d deep", maxSettingDepth)
	}
	s := &setting{pos: p.position(n)}
	switch n.Kind {
	case yaml.DocumentNode:
		return p.convert(n.Content[0], depth)
	case yaml.AliasNode:
		return p.convert(n.Alias, depth+1)
	case yaml.SequenceNode:
		s.kind = listSetting
		for _, item := range n.Content {
			e, err := p.convert(item, depth+1)
			if err != nil {
				return nil, err
			}
			s.items = append(s.items, e)
		}
		return s, nil
	case yaml.MappingNode:
		s.kind = mapSetting
		return s, p.convertMap(s, n, depth)
	}
	s.kind = scalarSetting
	if err := n.Decode(&s.value); err != nil {
		return nil, p.errorAt(n, "%s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if s.value == nil {
		s.kind = nullSetting
	}
	return s, nil
}

func (p *settingsParser) convertMap(s *setting, n *yaml.Node, depth int) error {
	defined := map[string]int{} // line
	var merged []*setting
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		v, err := p.convert(value, depth+1)
		if err != nil {
			return err
		}
		if key.Tag == "!!merge" {
			if v.kind == listSetting {
				merged = append(merged, v.items...)
			} else {
				merged = append(merged, v)
			}
			continue
		}
		name, err := p.key(key)
		if err != nil {
			return err
		}
		if line, twice := defined[name]; twice {
			return p.errorAt(key, "mapping key %q already defined at line %d", name, line)
		}
		defined[name] = key.Line
		s.members = append(s.members, member{name, v, p.position(key)})
	}
	for _, m := range merged { // what is written here, and what comes first, wins
		for _, e := range m.members {
			if _, have := defined[e.key]; !have {
				defined[e.key] = n.Line
				s.members = append(s.members, e)
			}
		}
	}
	return nil
}

// key returns the text of a map's key.
func (p *settingsParser) key(n *yaml.Node) (string, error) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.ScalarNode {
		return "", p.errorAt(n, "invalid map key: only a scalar can be one")
	}
	var v any
	if err := n.Decode(&v); err != nil {
		return "", p.errorAt(n, "invalid map key: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if v == nil {
		return "", nil
	}
	return fmt.Sprint(v), nil
}

// configError is the one finding of a file that cannot be read.
func configError(pos provenance.Position, key, message, flyte string) error {
	return finding.List{configFinding(pos, key, message, flyte)}
}

func configFinding(pos provenance.Position, key, message, flyte string) finding.Finding {
	return finding.Finding{
		ID: IDConfig, Severity: finding.Error, Object: finding.Object{Kind: "FlyteConfig", Name: pos.Filename},
		Path: provenance.Path(key), Message: message, Detail: flyte,
		Help:    "correct it: Flyte does not start with a configuration that it cannot read",
		Origins: []provenance.Origin{{Layer: provenance.LayerConfig, Pos: pos}},
	}
}
