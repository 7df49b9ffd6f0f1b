package flyte

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// A TypedInterface is core.TypedInterface: the inputs and outputs of a task. It
// decodes from protojson. Copilot gets its wire form on the command line.
type TypedInterface struct {
	Inputs  *VariableMap `json:"inputs,omitempty"`
	Outputs *VariableMap `json:"outputs,omitempty"`
}

// A VariableMap lists variables in the order in which they are declared.
type VariableMap struct {
	Variables []Variable `json:"variables,omitempty"`
}

// A Variable is one input or output.
type Variable struct {
	Key string `json:"key,omitempty"`
	// Value is the JSON form of core.Variable: {"type": {"simple": "INTEGER"}}.
	Value json.RawMessage `json:"value,omitempty"`

	wire []byte // the wire form of Value
}

// UnmarshalJSON reads protojson of one variable and its type.
func (v *Variable) UnmarshalJSON(data []byte) error {
	type plain Variable
	if err := json.Unmarshal(data, (*plain)(v)); err != nil || v.Value == nil {
		return err
	}
	wire, err := wireBytes("Variable", v.Value)
	if err != nil {
		return fmt.Errorf("variable %q: %w", v.Key, err)
	}
	v.wire = wire
	return nil
}

// Has reports whether m lists any variable. A nil m has none.
func (m *VariableMap) Has() bool { return m != nil && len(m.Variables) > 0 }

// entryList is the list form of a map of variables, sorted by name.
func entryList(vars map[string]json.RawMessage) json.RawMessage {
	type entry struct {
		Key   string          `json:"key"`
		Value json.RawMessage `json:"value"`
	}
	list := []entry{}
	for _, k := range slices.Sorted(maps.Keys(vars)) {
		list = append(list, entry{k, vars[k]})
	}
	out, err := json.Marshal(list)
	if err != nil {
		return nil
	}
	return out
}

// The wire form of an interface differs between the versions of flyteidl only
// in how variables are listed: version 2 has a list of entries, in declared
// order; version 1 a map, whose order on the wire is random, so it is sorted by
// name here (a name occurs once, with its last value).

// wire returns the wire form of the interface.
func (t *TypedInterface) wire(sorted bool) []byte {
	var b []byte
	for i, m := range []*VariableMap{t.Inputs, t.Outputs} {
		if m != nil {
			b = protowire.AppendTag(b, protowire.Number(i+1), protowire.BytesType)
			b = protowire.AppendBytes(b, m.wire(sorted))
		}
	}
	return b
}

// wire returns the wire form of the variables.
func (m *VariableMap) wire(sorted bool) []byte {
	vars := m.Variables
	if sorted {
		vars = sortedVariables(vars)
	}
	var b []byte
	for _, v := range vars {
		var entry []byte
		if v.Key != "" || sorted {
			entry = protowire.AppendTag(entry, 1, protowire.BytesType)
			entry = protowire.AppendString(entry, v.Key)
		}
		if v.Value != nil || sorted {
			entry = protowire.AppendTag(entry, 2, protowire.BytesType)
			entry = protowire.AppendBytes(entry, v.wire)
		}
		b = protowire.AppendTag(b, 1, protowire.BytesType)
		b = protowire.AppendBytes(b, entry)
	}
	return b
}

func sortedVariables(vars []Variable) []Variable {
	byName := make(map[string]Variable, len(vars))
	for _, v := range vars {
		byName[v.Key] = v
	}
	return slices.SortedFunc(maps.Values(byName), func(a, b Variable) int { return cmp.Compare(a.Key, b.Key) })
}
