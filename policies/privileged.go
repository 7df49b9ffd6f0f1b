package policies

import (
	"slices"
	"strings"

	"github.com/podcue/podcue/finding"
)

type privilegedParams struct {
	ExceptContainers []string `json:"exceptContainers" doc:"names of containers that may be privileged"`
	ExceptImages     []string `json:"exceptImages" doc:"images that may be privileged; one that ends with * stands for all that start so"`
}

// Privileged forbids privileged containers.
var Privileged = &Policy{
	ID: "privileged",
	Doc: `Privileged container

The container gets every capability and every device of the node, and none of the runtime's protections: it is root on the node.`,
	Help:       "remove privileged, and add the one capability or device that is needed",
	Bad:        `podSpec: containers: [{name: "primary", securityContext: privileged: true}]`,
	Good:       `podSpec: containers: [{name: "primary", securityContext: privileged: false}]`,
	Group:      "securityContext",
	Severity:   finding.Error,
	Default:    true,
	Profiles:   []Profile{PSSBaseline, PSSRestricted},
	Frameworks: []string{"mitre", "nsa", "pss"},
	Controls:   []string{"privileged"},
	Params:     &privilegedParams{},
	Check: func(p *Pass) {
		params := ParamsOf[privilegedParams](p)
		for c := range Containers(&p.Pod.Spec) {
			sc := c.SecurityContext
			if sc == nil || sc.Privileged == nil || !*sc.Privileged ||
				slices.Contains(params.ExceptContainers, c.Name) || matchesAny(c.Image, params.ExceptImages) {
				continue
			}
			p.Report(c.securityPath("privileged"), "%s is privileged", c)
		}
	},
}

// matchesAny reports whether s is one of patterns, or starts like one that ends
// with a star.
func matchesAny(s string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
			return strings.HasPrefix(s, prefix)
		}
		return s == pattern
	})
}
