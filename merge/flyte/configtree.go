package flyte

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// A setting is one value of a configuration file, as written, with its place.
type setting struct {
	kind    settingKind
	value   any        // of a scalar: string, bool, a number, time.Time
	items   []*setting // of a list
	members []member   // of a map, in order; keys as written
	pos     provenance.Position
	// atomic: Flyte's loader takes the value as a whole. Otherwise it takes it
	// apart into its leaves, and what has none is lost.
	atomic bool
}

type member struct {
	key   string
	value *setting
}

type settingKind int

const (
	nullSetting settingKind = iota
	scalarSetting
	listSetting
	mapSetting
)

// dotted reports whether the loader keeps the case of a key: it does for keys
// with a dot.
func dotted(key string) bool { return strings.Contains(key, ".") }

// sameKey reports whether two keys are one to the loader.
func sameKey(a, b string) bool {
	return a == b || !dotted(a) && !dotted(b) && strings.EqualFold(a, b)
}

// member returns the value of key, nil if there is none. Of several spellings
// one with capitals counts, the last one; in Flyte it is a random one of those.
func (s *setting) member(key string) *setting {
	var found *setting
	for _, m := range distinct(s.members) {
		if sameKey(m.key, key) {
			found = m.value
		}
	}
	return found
}

// distinct returns the members that count where keys are spelled twice.
func distinct(members []member) []member {
	out := make([]member, 0, len(members))
	for _, m := range members {
		i := slices.IndexFunc(out, func(o member) bool { return sameKey(o.key, m.key) })
		switch {
		case i < 0:
			out = append(out, m)
		case m.key != strings.ToLower(m.key):
			out[i] = m
		}
	}
	return out
}

// generic is the value that a decoder sees: keys in lower case, unless they have
// a dot or belong to a list.
func (s *setting) generic(inList bool) any {
	switch s.kind {
	case scalarSetting:
		return s.value
	case listSetting:
		list := make([]any, len(s.items))
		for i, item := range s.items {
			list[i] = item.generic(true)
		}
		return list
	case mapSetting:
		m := make(map[string]any, len(s.members))
		for _, e := range distinctUnless(inList, s.members) {
			m[loadedKey(e.key, inList)] = e.value.generic(inList)
		}
		return m
	}
	return nil
}

// distinctUnless is distinct, but in a list, where the loader leaves keys alone.
func distinctUnless(inList bool, members []member) []member {
	if inList {
		return members
	}
	return distinct(members)
}

func loadedKey(key string, inList bool) string {
	if inList || dotted(key) {
		return key
	}
	return strings.ToLower(key)
}

// goType and goKind name the value in Flyte's error texts.
func (s *setting) goType() string {
	switch s.kind {
	case listSetting:
		return "[]interface {}"
	case mapSetting:
		return "map[string]interface {}"
	}
	return fmt.Sprintf("%T", s.value)
}

func (s *setting) goKind() string {
	switch s.kind {
	case listSetting:
		return "slice"
	case mapSetting:
		return "map"
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", s.value), "time.")
}

// plain names the value for people.
func (s *setting) plain() string {
	switch s.kind {
	case nullSetting:
		return "null"
	case listSetting:
		return "a list"
	case mapSetting:
		return "a map"
	}
	switch v := s.value.(type) {
	case string:
		return strconv.Quote(v)
	case bool:
		return fmt.Sprintf("the boolean %v", v)
	case int, int64, uint64, float64:
		return fmt.Sprintf("the number %v", v)
	}
	return "a date"
}

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
		s.members = append(s.members, member{name, v})
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
		Origins: []provenance.Origin{{Layer: provenance.LayerConfig, Pos: pos}},
	}
}
