package policies

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// A Profile is a named selection of policies beside those that are on by
// default. It may be enabled by its name, like a policy by its id.
type Profile string

// The profiles. The first two hold the policies that correspond to a control of
// the Pod Security Standard of that level; to be judged by the standard itself,
// select it with [Selection.Standard].
const (
	PSSBaseline   Profile = "pss-baseline"
	PSSRestricted Profile = "pss-restricted"
	Tasks         Profile = "tasks" // hygiene of run-to-completion pods
)

var profiles = []Profile{PSSBaseline, PSSRestricted, Tasks}

// A Stage says on which form of a pod a policy makes sense.
type Stage int

// The stages. A manifest is a finished object, so policies of the stage Final
// run on it; one of kind PodTemplate is also what somebody authored.
const (
	Both     Stage = iota // the authored template and the final Pod
	Authored              // only what an author wrote: what the merge does with it
	Final                 // only the finished Pod: the rest of it comes from elsewhere
)

// String returns "both", "authored" or "final".
func (s Stage) String() string {
	switch s {
	case Authored:
		return "authored"
	case Final:
		return "final"
	}
	return "both"
}

// A Policy is one rule about pods. Policies are shared and must not be changed
// once they are made; [Policy.Check] may be called by several goroutines.
type Policy struct {
	// ID is unique and kebab-case; it never changes.
	ID string
	// Doc documents the policy: its title (one line, no final period), an empty
	// line, a paragraph that says what the cluster does with such a pod and why
	// that is bad, and possibly more paragraphs. The first paragraph is the
	// detail of every finding.
	Doc string
	// Help says in one line how to mend it. It goes with every finding.
	Help string
	// Bad and Good are examples: the body of a #PodTemplate in CUE, without
	// braces. ExampleParams are the parameters they need, as JSON; "" for none.
	Bad, Good, ExampleParams string

	// Group is one of [Groups].
	Group string
	// Severity is that of the findings, unless the check or the configuration
	// says otherwise.
	Severity finding.Severity
	// Default is whether the policy is on when nobody asks for it.
	Default bool
	// Profiles are those that switch it on.
	Profiles []Profile
	// Stage is where the check makes sense.
	Stage Stage
	// Frameworks are the tags of control catalogues, such as "nsa", "cis-1.12",
	// "mitre", sorted.
	Frameworks []string
	// Controls are the ids of the checks of the Pod Security Standards that ask
	// for the same: "hostPathVolumes".
	Controls []string
	// Replaces is the id of a policy that is off while this one is on, unless
	// somebody enables it by name; "" for none.
	Replaces string

	// Params is a pointer to a struct with the default parameters, nil for none.
	// See [Policy.ParamsCUE] for the types it can have.
	Params any
	// Configure, if set, is called with the parameters from the configuration in
	// place of decoding them into Params, and returns the policy to run.
	Configure func(params []byte) (*Policy, error)
	// Pos is where the policy is written, for one that its user wrote; findings
	// point there too.
	Pos provenance.Position
	// Locked says that only the platform's configuration may waive it.
	Locked bool

	// Check reports what is wrong with the pass's pod.
	Check func(*Pass)
}

// Title returns the first line of Doc.
func (p *Policy) Title() string {
	title, _, _ := strings.Cut(p.Doc, "\n")
	return title
}

// Detail returns the first paragraph of Doc after the title, on one line.
func (p *Policy) Detail() string {
	_, body, _ := strings.Cut(p.Doc, "\n\n")
	first, _, _ := strings.Cut(body, "\n\n")
	return strings.ReplaceAll(first, "\n", " ")
}

// Groups returns the groups of policies in the order of the documentation.
func Groups() []string {
	return []string{
		"hostpath", "host", "securityContext", "volumes", "images", "resources", "identity", "env",
		"probes", "ports", "scheduling", "metadata", "ml", "flyte", "merge",
	}
}

var kebab = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// reserved are the ids that other stages use.
var reserved = []string{finding.IDCUE, finding.IDSchema, finding.IDAPI, finding.IDWaiver, finding.IDManifest, IDPodSecurity}

// Validate returns an error that says which of ps cannot be run: ids must be
// unique, kebab-case and not those of another stage; there must be a check, a
// severity, a title and a detail.
func Validate(ps []*Policy) error {
	seen := make(map[string]bool, len(ps))
	for _, p := range ps {
		if !kebab.MatchString(p.ID) {
			return fmt.Errorf("policy id %q is not kebab-case", p.ID)
		}
		if seen[p.ID] {
			return fmt.Errorf("two policies have the id %s", p.ID)
		}
		seen[p.ID] = true
		if err := validate(p); err != nil {
			return fmt.Errorf("policy %s: %w", p.ID, err)
		}
	}
	return nil
}

func validate(p *Policy) error {
	for _, id := range reserved {
		if p.ID == id {
			return fmt.Errorf("the id is used by another stage")
		}
	}
	if _, err := p.Severity.MarshalText(); err != nil {
		return err
	}
	switch {
	case p.Check == nil:
		return fmt.Errorf("it has no check")
	case p.Title() == "" || p.Detail() == "":
		return fmt.Errorf("its documentation has no title or no detail")
	case strings.HasSuffix(p.Title(), "."):
		return fmt.Errorf("its title ends with a period")
	}
	return validateParams(p.Params)
}
