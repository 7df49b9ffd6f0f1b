package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/podcue/podcue/cmd/podcue/internal/encode"
	"github.com/podcue/podcue/cmd/podcue/internal/explanation"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/provenance"
	"github.com/podcue/podcue/validation"
)

// explainOptions are explain's own flags.
type explainOptions struct {
	options
	format string
	limits bool
}

func explainCommand(e *env) *cobra.Command {
	o := &explainOptions{}
	cmd := &cobra.Command{
		Use:   "explain TEMPLATE|TASK [FIELD]",
		Short: "Say where a field of the final Pod came from, what lost, and by which rule",
		Long: `Explain prints the value of FIELD in the final Pod of TEMPLATE or TASK, the source
that decided it ("wins"), what has a share in it ("also": what it was merged with,
appended to or rendered from, and what says the same), the sources that lost, and the
rules. Without FIELD it prints the whole Pod, with the origin of every line.

FIELD is written as Kubernetes does, with keys or indices:
spec.containers[primary].env[PATH].value, spec.volumes[0].hostPath.path.
A name is looked up in the whole module; ./package:NAME names one of several.`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case o.limits && len(args) > 0:
				return errors.New("--limits takes no names")
			case !o.limits && (len(args) < 1 || len(args) > 2 || slices.Contains(args, "")):
				return errors.New("explain takes a template or task, and a field: podcue explain NAME [FIELD]")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if o.limits {
				return e.printLimits(o)
			}
			return e.explain(o, args)
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			return e.completeExplain(o, args), cobra.ShellCompDirectiveNoFileComp
		},
	}
	f := cmd.Flags()
	o.register(e, cmd)
	f.StringVarP(&o.format, "output", "o", "text", "`FORMAT` is text or json")
	f.BoolVar(&o.limits, "limits", false, "list what stands between this Pod and a cluster's, and is not modelled")
	offer(cmd, "output", []string{"json", "text"})
	return cmd
}

// printLimits lists what is not modelled.
func (e *env) printLimits(o *explainOptions) error {
	if err := checkOutput(o.format); err != nil {
		return err
	}
	if o.format == "json" {
		return e.printLimitsJSON()
	}
	for _, l := range flyte.Limits() {
		if _, err := fmt.Fprintf(e.stdout, "%s: %s\n", l.ID, l.Doc); err != nil {
			return err
		}
	}
	return nil
}

// printLimitsJSON is printLimits for machines: {"version":1,"limits":[{"id","doc"}]}.
func (e *env) printLimitsJSON() error {
	type limit struct {
		ID  string `json:"id"`
		Doc string `json:"doc"`
	}
	var out struct {
		Version int     `json:"version"`
		Limits  []limit `json:"limits"`
	}
	out.Version = 1
	for _, l := range flyte.Limits() {
		out.Limits = append(out.Limits, limit(l))
	}
	return writeJSON(e.stdout, out)
}

func (e *env) explain(o *explainOptions, args []string) error {
	if err := checkOutput(o.format); err != nil {
		return err
	}
	r, err := e.renderNamed(&o.options, args[0])
	if err != nil {
		return err
	}
	s, err := e.subject(r)
	if err != nil {
		return err
	}
	if len(args) == 1 {
		if o.format == "json" {
			return s.WriteJSON(e.stdout, s.All()...)
		}
		yaml, lines, err := encode.PodLines(r.pod)
		if err != nil {
			return err
		}
		return s.Annotate(e.stdout, yaml, lines, e.colored())
	}
	field, err := s.Explain(provenance.Path(args[1]))
	if err != nil {
		return err
	}
	if o.format == "json" {
		return s.WriteJSON(e.stdout, field)
	}
	return s.WriteText(e.stdout, field, e.colored())
}

// renderNamed renders the one item that name means in the module.
func (e *env) renderNamed(o *options, name string) (*rendered, error) {
	p, err := e.openNamed(o, name)
	if err != nil {
		return nil, err
	}
	found, err := p.find(name)
	if err != nil {
		if p.findings.AtLeast(finding.Error) {
			return nil, e.broken(p.findings)
		}
		return nil, err
	}
	if against := found[0].against(p.findings); against != nil {
		return nil, e.broken(against)
	}
	r, refused, err := found[0].render()
	if err == nil && refused != nil {
		err = e.broken(refused)
	}
	return r, err
}

// against returns the errors among found that make the Pod of i doubtful: those
// about itself, and those about the platform that it is merged with. What is
// wrong with other templates does not matter.
func (i *item) against(found finding.List) finding.List {
	var against finding.List
	for _, f := range found {
		other := f.Object.Kind == kindTask || f.Object.Kind == kindTemplate && f.Object.Stage != finding.StageManifest && f.Object.Name != ""
		self := f.Object.Name == i.name && f.Object.Package == i.object("").Package
		if f.Severity == finding.Error && f.ID != finding.IDCUE && (self || !other) {
			against = append(against, f)
		}
	}
	return against
}

// broken prints findings that keep a command other than vet and export from its
// work, and returns the error that ends it.
func (e *env) broken(found finding.List) error {
	return e.unusable(found, errors.New("the packages do not compile\nhelp: podcue vet ./... shows all that is wrong"))
}

// unusable prints findings and returns err, with which a command ends that cannot
// go on because of them.
func (e *env) unusable(found finding.List, err error) error {
	if printing := e.refuse(found); !errors.Is(printing, errFindings) {
		return printing
	}
	return err
}

// subject is what explanations are about.
func (e *env) subject(r *rendered) (*explanation.Subject, error) {
	pod, err := generic(r.pod)
	if err != nil {
		return nil, err
	}
	return &explanation.Subject{
		Object: r.item.object(finding.StageFinal), Profile: r.item.module.profile,
		Pod: pod, Fields: r.fields(), Hazards: r.hazards(), Source: e.source, Defaulted: r.defaulted,
	}, nil
}

// defaulted returns the Pod as the API server would store it, nil if it cannot
// be known.
func (r *rendered) defaulted() any {
	verdict, err := validation.Pod(r.item.module.kubernetes, r.pod)
	if err != nil {
		return nil
	}
	stored, err := verdict.Object()
	if err != nil || stored == nil {
		return nil
	}
	pod, err := generic(stored)
	if err != nil {
		return nil
	}
	return pod
}

// source returns the content of a file that a position names, nil if it cannot
// be read.
func (e *env) source(file string) []byte {
	if file == stdinName && e.input != nil {
		return *e.input
	}
	data, err := os.ReadFile(e.path(filepath.FromSlash(file)))
	if err != nil {
		return nil
	}
	return data
}

// completeNames returns the names of the templates and tasks below the working
// directory for the shell, with their packages where a name alone is ambiguous.
func (e *env) completeNames(o *options) []string {
	all := *o
	all.patterns = []string{"./..."}
	if e.chdir() != nil {
		return nil
	}
	p, err := e.open(&all)
	if err != nil {
		return nil
	}
	var names []string
	for _, i := range p.candidates() {
		name := i.name
		if !p.has(name) {
			name = i.qualified()
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// completeExplain returns what the shell offers: names, then fields.
func (e *env) completeExplain(o *explainOptions, args []string) []string {
	var offers []string
	switch len(args) {
	case 0:
		return e.completeNames(&o.options)
	case 1:
		if e.chdir() != nil {
			return nil
		}
		r, err := e.renderNamed(&o.options, args[0])
		if err != nil {
			return nil
		}
		pod, err := generic(r.pod)
		if err != nil {
			return nil
		}
		for path := range provenance.Walk(pod) {
			if !strings.HasPrefix(string(path), "status") {
				offers = append(offers, string(path))
			}
		}
	}
	return offers
}
