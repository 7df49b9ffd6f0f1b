package flyte

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// IDConfig is the id of the findings that [LoadConfig] returns as its error:
// files that Flyte would refuse to start with.
const IDConfig = "merge-config"

// A ConfigFile is one file of Flyte's configuration, YAML or JSON.
type ConfigFile struct {
	Name string // in positions
	Data []byte
}

// A ConfigNote is something that Flyte's loader does to a configuration and does
// not tell.
type ConfigNote struct {
	Kind   ConfigNoteKind
	Key    string // where, from the root of the file: plugins.k8s.default-labels.MyLabel
	Became string // what it became: mylabel; "" for what is gone
	Pos    provenance.Position
}

// A ConfigNoteKind says what the loader did.
type ConfigNoteKind string

// What the loader does silently.
const (
	// NoteUnknownKey: there is no such key, so it is ignored.
	NoteUnknownKey ConfigNoteKind = "unknown-key"
	// NoteOtherVersion: the key is one of another version of Flyte, and ignored.
	NoteOtherVersion ConfigNoteKind = "other-version"
	// NoteLowerCased: the key of a map arrives in lower case. A list of maps with
	// one entry each keeps the case.
	NoteLowerCased ConfigNoteKind = "lower-cased"
	// NoteDoubled: the key arrives as written and in lower case.
	NoteDoubled ConfigNoteKind = "doubled"
	// NoteFieldLost: a field that Kubernetes' types inline (the source of a
	// volume, the handler of a probe) is not found by the loader.
	NoteFieldLost ConfigNoteKind = "field-lost"
	// NoteEmptyDropped: an empty map or null counts as not written.
	NoteEmptyDropped ConfigNoteKind = "empty-dropped"
	// NoteConverted: a boolean where a string belongs becomes 1 or 0, a number
	// loses its fraction.
	NoteConverted ConfigNoteKind = "converted"
	// NoteDefaultReplaced: a map replaces Flyte's default, all of it.
	NoteDefaultReplaced ConfigNoteKind = "default-replaced"
	// NoteNotMerged: a later file has no map where an earlier one has, or a list
	// where that has a single value, and is ignored there.
	NoteNotMerged ConfigNoteKind = "not-merged"
	// NoteDocumentIgnored: the file goes on after its first YAML document.
	NoteDocumentIgnored ConfigNoteKind = "document-ignored"
	// NoteNothingRead: no file has a section that decides a Pod. Key is the first
	// one of the first file, Became the one that was probably meant.
	NoteNothingRead ConfigNoteKind = "nothing-read"
)

// LoadConfig reads Flyte's configuration as Flyte's loader does, over Flyte's
// defaults: the sections plugins.k8s, storage, logger, executor (flyte@v2) and
// propeller (flyte@v1.16). Of several files later ones are merged into earlier
// ones. The loader's quirks are reproduced, and listed in [Config.Notes]:
//
//   - keys of maps arrive in lower case, unless they have a dot or the map is
//     part of a list (a list of single-entry maps stands for a map);
//   - types are converted where that is at all possible: true becomes "1" for a
//     string, a single value a list, "a,b" two strings;
//   - a map or list that is given replaces the default, a section is merged;
//   - fields that Kubernetes' Go types embed are lost;
//   - unknown keys are ignored, and so are empty maps in some places.
//
// Config.Fields has the position of every key. The error is a [finding.List], an
// entry for each value that the loader refuses.
func LoadConfig(p *Profile, files ...ConfigFile) (*Config, error) {
	l := &configLoader{p: p, cfg: DefaultConfig(p)}
	root := &setting{kind: mapSetting}
	for _, f := range files {
		s, more, err := parseSettings(f)
		if err != nil {
			return nil, err
		}
		if more {
			l.note(NoteDocumentIgnored, "", "", provenance.Position{Filename: f.Name})
		}
		l.merge(root, s, "")
	}
	l.noteNothingRead(root)
	tree := &provenance.Tree{}
	if s := l.section(root, "plugins", "k8s"); s != nil {
		d := &configDecoder{l: l, section: "plugins.k8s"}
		d.decodeRoot(l.cfg, d.survivors(s, defaultsOf(l.cfg), ""), tree)
	}
	l.decodeSection(root, []string{"storage"}, &l.cfg.Storage, tree.Field("storage"))
	l.decodeSection(root, []string{"logger"}, &struct {
		Level *int `json:"level"`
	}{&l.cfg.LoggerLevel}, tree.Field("logger"))
	l.decodeSection(root, []string{"executor"}, &struct {
		Account *string `json:"defaultK8sServiceAccount"`
	}{&l.cfg.ServiceAccount}, tree.Field("executor"))
	if p.offloadsLiterals {
		l.decodeSection(root, []string{"propeller"}, &struct {
			Offloading *LiteralOffloading `json:"literal-offloading-config"`
		}{&l.cfg.LiteralOffloading}, tree)
	}
	if len(l.found) > 0 {
		return nil, l.found
	}
	l.cfg.Fields = tree.Map(l.cfg.generic())
	l.cfg.Notes = l.notes
	return l.cfg, nil
}

// A configLoader is one run of LoadConfig.
type configLoader struct {
	p     *Profile
	cfg   *Config
	notes []ConfigNote
	found finding.List
}

func (l *configLoader) note(kind ConfigNoteKind, key, became string, pos provenance.Position) {
	l.notes = append(l.notes, ConfigNote{Kind: kind, Key: key, Became: became, Pos: pos})
}

// sections are the sections of a configuration that decide a Pod, in any version
// of Flyte.
var sections = []string{"executor", "logger", "plugins", "propeller", "storage"}

// noteNothingRead notes that root, of all files, has no section that decides a
// Pod. A file with other sections may be one of several.
func (l *configLoader) noteNothingRead(root *setting) {
	if len(root.members) == 0 || slices.ContainsFunc(sections, func(name string) bool { return root.member(name) != nil }) {
		return
	}
	first := root.members[0]
	meant := finding.Nearest(first.key, sections)
	l.note(NoteNothingRead, first.key, meant, first.pos)
}

// refuse records a value that Flyte's loader refuses. key is the place in the
// section, flyte the loader's own words.
func (l *configLoader) refuse(s *setting, section, key, want, flyte string) {
	l.found = append(l.found, configFinding(s.pos, joinKey(section, key), "expected "+want+", got "+s.plain(), "'"+key+"' "+flyte))
}

func joinKey(at, key string) string {
	if at == "" || key == "" {
		return at + key
	}
	return at + "." + key
}

// merge merges the map src, of a later file, into dst. Maps are merged and
// anything else is replaced, but nothing replaces a map, and a list no scalar.
func (l *configLoader) merge(dst, src *setting, at string) {
	for _, m := range src.members {
		i := len(dst.members) - 1
		for i >= 0 && !sameKey(dst.members[i].key, m.key) {
			i--
		}
		if i < 0 {
			dst.members = append(dst.members, m)
			continue
		}
		switch have := dst.members[i].value; {
		case have.kind == mapSetting && m.value.kind == mapSetting:
			l.merge(have, m.value, joinKey(at, m.key))
		case have.kind == mapSetting, have.kind == scalarSetting && m.value.kind == listSetting:
			l.note(NoteNotMerged, joinKey(at, m.key), "", m.value.pos)
		default:
			dst.members[i].value = m.value
		}
	}
}

// section returns the section at path, nil if there is none.
func (l *configLoader) section(root *setting, path ...string) *setting {
	s := root
	for i, key := range path {
		if s = s.member(key); s == nil || s.kind == nullSetting {
			return nil
		}
		if s.kind != mapSetting {
			l.found = append(l.found, configFinding(s.pos, strings.Join(path[:i+1], "."), "expected a map, got "+s.plain(),
				"'' expected a map or struct, got \""+s.goKind()+"\""))
			return nil
		}
	}
	return s
}

// decodeSection decodes a section of which only some keys matter here.
func (l *configLoader) decodeSection(root *setting, path []string, into any, t *provenance.Tree) {
	if s := l.section(root, path...); s != nil {
		d := &configDecoder{l: l, section: strings.Join(path, "."), quiet: true}
		d.decodeRoot(into, d.survivors(s, defaultsOf(into), ""), t)
	}
}

// defaultsOf is the JSON form of the defaults, keys in lower case.
func defaultsOf(v any) map[string]any {
	m, _ := lowered(generic(v)).(map[string]any)
	return m
}

func lowered(v any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	out := make(map[string]any, len(m))
	for k, e := range m {
		out[strings.ToLower(k)] = lowered(e)
	}
	return out
}

// generic is the configuration in the form that provenance works on, with the
// other sections beside the keys of plugins.k8s.
func (c *Config) generic() any {
	m, ok := generic(c).(map[string]any)
	if !ok {
		return nil
	}
	m["storage"], m["literal-offloading-config"] = generic(c.Storage), generic(c.LiteralOffloading)
	m["logger"] = map[string]any{"level": generic(c.LoggerLevel)}
	m["executor"] = map[string]any{"defaultK8sServiceAccount": c.ServiceAccount}
	return m
}

// Keys returns the effective plugins.k8s section: the value of every key that the
// profile knows.
func (c *Config) Keys(p *Profile) (map[string]json.RawMessage, error) {
	data, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(data, &keys); err != nil {
		return nil, err
	}
	return keys, removeKeys(keys, p.otherKeys)
}

// removeKeys removes keys, those of a section written section.key.
func removeKeys(keys map[string]json.RawMessage, remove []string) error {
	for _, k := range remove {
		section, key, below := strings.Cut(k, ".")
		if !below {
			delete(keys, k)
			continue
		}
		var inner map[string]json.RawMessage
		if err := json.Unmarshal(keys[section], &inner); err != nil {
			return err
		}
		delete(inner, key)
		var err error
		if keys[section], err = json.Marshal(inner); err != nil {
			return err
		}
	}
	return nil
}
