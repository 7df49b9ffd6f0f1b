package flyte

import (
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/podcue/podcue/finding"
)

// A Hazard is a surprise of Flyte's: something that its merge, its defaults or
// its configuration loader do to a Pod that whoever wrote the inputs does not
// expect. It is reproduced in the Pod, and a finding says so. Hazards are shared
// and must not be changed.
type Hazard struct {
	// ID begins with "merge-", is kebab-case and never changes.
	ID string
	// Doc documents the hazard: its title (one line, no final period), an empty
	// line, and what Flyte does and why that surprises. The first paragraph is the
	// detail of every finding.
	Doc string
	// Help says in one line how to mend it. It goes with every finding.
	Help string
	// Issue is the address of the upstream issue about it, "" where there is none.
	Issue string
	// Severity is that of the findings; a finding that does less harm than usual may
	// have a lower one. It is an error only where the API server will refuse the
	// Pod, or where a setting that protects something silently does not hold.
	Severity finding.Severity
	// Profiles are the names of the profiles that it exists in.
	Profiles []string

	check func(*hazardPass)
	// refused: the hazard makes Flyte refuse the task, so that there is no Pod.
	refused bool
}

// Title returns the first line of Doc.
func (h *Hazard) Title() string {
	title, _, _ := strings.Cut(h.Doc, "\n")
	return title
}

// Detail returns the first paragraph of Doc after the title, on one line.
func (h *Hazard) Detail() string {
	_, body, _ := strings.Cut(h.Doc, "\n\n")
	first, _, _ := strings.Cut(body, "\n\n")
	return strings.ReplaceAll(first, "\n", " ")
}

// examples has a file for each hazard that shows it, <id>.bad.yaml, and one that
// shows how to avoid it, <id>.good.yaml.
//
//go:embed hazards/*.yaml
var examples embed.FS

// Bad returns a minimal example of the hazard: a YAML mapping with the members
//
//	base       the cluster's default PodTemplate: metadata and spec
//	pod        the task's own pod template: metadata and spec
//	task       the rest of flyteidl's TaskTemplate
//	config     the plugins.k8s section of Flyte's configuration
//	execution  the Execution
//
// of which any but task or pod may be missing.
func (h *Hazard) Bad() string { return h.example("bad") }

// Good returns the example changed so that the hazard is gone, in the form of Bad.
func (h *Hazard) Good() string { return h.example("good") }

func (h *Hazard) example(which string) string {
	data, err := examples.ReadFile("hazards/" + strings.TrimPrefix(h.ID, "merge-") + "." + which + ".yaml")
	if err != nil {
		return "" // a test finds every hazard without examples
	}
	return string(data)
}

// both and only2, only1 are the profiles that a hazard exists in.
var (
	inBoth = []string{"flyte@v1.16", "flyte@v2"}
	inV1   = []string{"flyte@v1.16"}
	inV2   = []string{"flyte@v2"}
)

// upstream is the address of an issue of Flyte's.
func upstream(number int) string {
	return fmt.Sprintf("https://github.com/flyteorg/flyte/issues/%d", number)
}

// Hazards returns all hazards, sorted by ID. The slice is fresh.
func Hazards() []*Hazard { return slices.Clone(hazards) }

// LookupHazard returns the hazard with the given id. The error names the nearest
// one.
func LookupHazard(id string) (*Hazard, error) {
	ids := make([]string, len(hazards))
	for i, h := range hazards {
		if h.ID == id {
			return h, nil
		}
		ids[i] = h.ID
	}
	return nil, fmt.Errorf("unknown hazard %q%s", id, finding.DidYouMean(id, ids))
}

// Hazards returns what is surprising about the Pod that p builds of in, which is
// out: a finding for each hazard that has an effect on this Pod, or that Flyte
// leaves behind for the next one. Paths are those of the final Pod; Origins are
// both sides, the deciding one first, with positions as far as in.Sources, the
// Store and the Config have them. Object is left to the caller. With a nil out,
// because Build refused the task, there are findings only where a hazard is the
// reason.
//
// It costs less than a Build with provenance. in is not changed, not even a shared Store.
func (p *Profile) Hazards(in *Input, out *Output) finding.List {
	pass := p.examine(in, out)
	if pass == nil {
		return nil
	}
	for _, h := range hazards {
		if h.refused == (out == nil) && slices.Contains(h.Profiles, p.Name) {
			pass.hazard = h
			h.check(pass)
		}
	}
	return pass.found
}
