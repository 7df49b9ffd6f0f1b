package explanation

import (
	"encoding/json"
	"io"
	"maps"
	"slices"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

type jsonField struct {
	Path    string            `json:"path"`
	Value   any               `json:"value"`
	Origins []jsonOrigin      `json:"origins"`
	Hazards []finding.Finding `json:"hazards,omitempty"`
	Hidden  string            `json:"hidden,omitempty"`
}

type jsonOrigin struct {
	Layer  string          `json:"layer"`
	Wins   bool            `json:"wins"`
	Shares bool            `json:"shares"`
	File   string          `json:"file,omitempty"`
	Line   int             `json:"line,omitempty"`
	Column int             `json:"column,omitempty"`
	Rule   string          `json:"rule,omitempty"`
	Value  json.RawMessage `json:"value,omitempty"`
}

// WriteJSON prints fields for machines: {"version":1,"object":…,"profile":…,
// "fields":[{"path","value","origins":[{"layer","wins","shares","file","line",
// "column","rule","value"}],"hazards","hidden"}]}, the winner of each field first.
// What has no share in the value lost.
func (s *Subject) WriteJSON(w io.Writer, fields ...*Field) error {
	out := struct {
		Version int            `json:"version"`
		Object  finding.Object `json:"object"`
		Profile string         `json:"profile"`
		Fields  []jsonField    `json:"fields"`
	}{Version: 1, Object: s.Object, Profile: s.Profile, Fields: []jsonField{}}
	for _, f := range fields {
		j := jsonField{Path: string(f.Path), Value: f.Value, Origins: []jsonOrigin{}, Hazards: f.Hazards, Hidden: string(f.Hidden)}
		for i, o := range f.Origins {
			origin := jsonOrigin{Layer: o.Layer, Wins: i == 0 || f.Parts, Shares: f.Parts || f.Shares[i], File: o.Pos.Filename, Line: o.Pos.Line, Column: o.Pos.Column, Rule: o.Rule}
			if json.Valid([]byte(o.Value)) {
				origin.Value = json.RawMessage(o.Value)
			}
			j.Origins = append(j.Origins, origin)
		}
		out.Fields = append(out.Fields, j)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}

// All returns the explanation of every leaf, in the order of the paths.
func (s *Subject) All() []*Field {
	leaves := maps.Collect(provenance.Leaves(s.Pod))
	var fields []*Field
	for _, p := range slices.Sorted(maps.Keys(leaves)) {
		if f, err := s.Explain(p); err == nil {
			fields = append(fields, f)
		}
	}
	return fields
}
