package merge

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// A Strategy is a way to put one pod template over another. Strategies are
// shared and must not be changed.
type Strategy struct {
	Name string // "strategic"
	Doc  string // one line, lower case, without a period

	// merge returns the layers, of which there is at least one, as one template,
	// and if trace is set the origins of its fields.
	merge func(layers []Layer, trace bool) (*corev1.PodTemplateSpec, provenance.Map, error)
}

// strategies is sorted by name.
var strategies = []*Strategy{
	{
		Name:  "append",
		Doc:   "deep merge as by mergo: zero values never win, lists are concatenated",
		merge: mergeAppending,
	},
	{
		Name:  "strategic",
		Doc:   "Kubernetes strategic merge patch: lists are merged by key, an explicit false wins",
		merge: mergeStrategically,
	},
}

// Strategies returns all strategies, sorted by name. The slice is fresh.
func Strategies() []*Strategy { return append([]*Strategy(nil), strategies...) }

// LookupStrategy returns the strategy called name. The error lists the names
// there are, and the nearest one.
func LookupStrategy(name string) (*Strategy, error) {
	names := make([]string, len(strategies))
	for i, s := range strategies {
		if s.Name == name {
			return s, nil
		}
		names[i] = s.Name
	}
	return nil, fmt.Errorf("unknown merge strategy %q: there are %s%s", name, strings.Join(names, ", "), finding.DidYouMean(name, names))
}
