// Package explanation says of a final Pod where its values came from: of one
// field the winner, the losers and the rule, or of the whole Pod an origin for
// every line.
package explanation

import (
	"slices"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// A Subject is a finished object with its provenance.
type Subject struct {
	Object  finding.Object
	Profile string // the merge that made it
	Pod     map[string]any
	Fields  provenance.Map
	Hazards finding.List // of the merge; those about a field are told with it
	// Source returns the content of a file, nil if it cannot be read. May be nil.
	Source func(file string) []byte
	// Defaulted returns the Pod as the API server stores it; what it has beyond Pod
	// can be explained, too. May be nil.
	Defaulted func() any
}

// A Field is the explanation of one node of a Pod.
type Field struct {
	Path    provenance.Path
	Value   any
	Origins []provenance.Origin // the winner first, then those below it, the strongest first
	// Shares reports for each of Origins whether it has a share in the value, as the
	// winner has; the others lost.
	Shares []bool
	// Parts says that the node has no origin of its own: Origins are those of what
	// is in it, and none of them lost.
	Parts   bool
	Hazards finding.List
	// Hidden is the element that counts in place of the one that Path leads
	// through, because a container's last variable of a name wins; "" for none.
	Hidden provenance.Path
}

// Explain returns the explanation of the node that path addresses, which may be
// written with indices or keys. The error is an [*UnknownFieldError].
func (s *Subject) Explain(path provenance.Path) (*Field, error) {
	at, value, ok := provenance.Resolve(s.Pod, path)
	if !ok {
		if f := s.byDefault(path); f != nil {
			return f, nil
		}
		return nil, s.unknown(path, at, value)
	}
	f := &Field{Path: at, Value: value, Origins: slices.Clone(s.Fields[at]), Hidden: s.hiddenBy(at)}
	if len(f.Origins) == 0 {
		f.Origins = s.below(at, value)
		f.Parts = len(f.Origins) > 0
	}
	if len(f.Origins) == 0 {
		f.Origins = slices.Clone(s.Fields.Nearest(at))
	}
	f.Shares = provenance.Shares(f.Origins)
	slices.Reverse(f.Origins)
	slices.Reverse(f.Shares)
	for _, h := range s.Hazards {
		if h.Path.Under(at) || h.Path != "" && at.Under(h.Path) {
			f.Hazards = append(f.Hazards, h)
		}
	}
	return f, nil
}

// RuleAPIDefault is the rule of what the API server puts into the Pod.
const RuleAPIDefault = "api-server-default"

// byDefault explains a node that only the API server's defaults have; nil if they
// have none at path.
func (s *Subject) byDefault(path provenance.Path) *Field {
	if s.Defaulted == nil {
		return nil
	}
	at, value, ok := provenance.Resolve(s.Defaulted(), path)
	if !ok || at.Under("status") {
		return nil
	}
	o := provenance.Origin{Layer: provenance.LayerKubernetes, Rule: RuleAPIDefault}
	if provenance.IsLeaf(value) {
		o.Value = provenance.JSON(value)
	}
	return &Field{Path: at, Value: value, Origins: []provenance.Origin{o}, Shares: []bool{true}}
}

// hiddenBy returns the last variable of the name that the one on the way to at
// has, if that is another one.
func (s *Subject) hiddenBy(at provenance.Path) provenance.Path {
	for p := at; p != ""; p = p.Parent() {
		segs := p.Segments()
		if len(segs) < 2 || segs[len(segs)-2].Name != "env" || segs[len(segs)-1].Kind == provenance.Field {
			continue
		}
		_, element, _ := provenance.Resolve(s.Pod, p)
		_, list, _ := provenance.Resolve(s.Pod, p.Parent())
		elements, _ := list.([]any)
		paths := provenance.ElementPaths(p.Parent(), "env", elements)
		for i := len(elements) - 1; i >= 0; i-- {
			if name(elements[i]) == name(element) {
				if paths[i] == p {
					return ""
				}
				return paths[i]
			}
		}
	}
	return ""
}

// name is the name of a list's element.
func name(element any) any {
	m, _ := element.(map[string]any)
	return m["name"]
}

// below returns the origins of the leaves under a node that has none of its own,
// each source once.
func (s *Subject) below(at provenance.Path, value any) []provenance.Origin {
	var origins []provenance.Origin
	for p := range provenance.LeavesBelow(at, value) {
		if o, ok := s.Fields.Winner(p); ok {
			o.Value = ""
			if !slices.Contains(origins, o) {
				origins = append(origins, o)
			}
		}
	}
	slices.Reverse(origins)
	return origins
}
