package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/podcue/podcue/cmd/podcue/internal/encode"
	"github.com/podcue/podcue/cmd/podcue/internal/report"
	"github.com/podcue/podcue/finding"
)

// exportOptions are export's own flags.
type exportOptions struct {
	options
	target     string
	namespaces []string
	format     string
	outFile    string
	outDir     string
	check      bool
	noValidate bool

	root string // of the module whose configuration has the target; "" for none
}

func exportCommand(e *env) *cobra.Command {
	o := &exportOptions{}
	cmd := &cobra.Command{
		Use:   "export [PACKAGES]",
		Short: "Print the final Pods of tasks and templates",
		Long: `Export prints the Pods that the cluster will run for the tasks of PACKAGES ("." by
default), and for the templates that no task uses. Other targets print the
templates themselves, for what reads them; a target that the configuration names is
written as it says there.

What the schema or the API server would refuse is not exported: the findings go
to standard error, the exit code is 1, and nothing is written.`,
		RunE: func(_ *cobra.Command, args []string) error {
			o.patterns = args
			return e.export(o)
		},
	}
	f := cmd.Flags()
	o.register(e, cmd)
	o.registerKubernetes(cmd)
	f.StringVar(&o.target, "target", "pod", "what to print: `TARGET` is "+joinNames(encode.Names())+", or one of the configuration's")
	f.StringArrayVarP(&o.namespaces, "namespace", "n", nil, "the `NAMESPACE` of PodTemplates; repeatable")
	f.StringVarP(&o.format, "output", "o", "yaml", "`FORMAT` is yaml or json")
	f.StringVar(&o.outFile, "out-file", "", "write to `FILE` in place of standard output")
	f.StringVar(&o.outDir, "out-dir", "", "write a file an object below `DIR`, which is the export's own")
	f.BoolVar(&o.check, "check", false, "write nothing; exit with 1 if a file is missing, out of date or left over")
	f.BoolVar(&o.noValidate, "no-validate", false, "export what the API server would refuse, too")
	offer(cmd, "target", encode.Names())
	offer(cmd, "output", []string{"json", "yaml"})
	return cmd
}

func (e *env) export(o *exportOptions) error {
	p, err := e.open(&o.options)
	if err != nil {
		return err
	}
	target, err := e.settle(o, p)
	if err != nil {
		if p.findings.AtLeast(finding.Error) {
			return e.refuse(p.findings) // the target may be in what is broken
		}
		return err
	}
	objects, found, err := e.exportObjects(p, o, target)
	if err != nil {
		return err
	}
	if found = append(p.findings, found...); found.AtLeast(finding.Error) {
		return e.refuse(found)
	}
	files, err := e.encode(o, target, objects)
	if err != nil {
		return err
	}
	return e.deliver(o, files)
}

// settle returns the target that --target names: one that podcue has, or one of
// the configuration's, whose settings then complete the flags.
func (e *env) settle(o *exportOptions, p *project) (encode.Target, error) {
	t, err := encode.Lookup(o.target)
	if err == nil {
		return t, o.validate(t)
	}
	m, err := p.ofTarget(o.target)
	if err != nil {
		return t, fmt.Errorf("--target: %w", err)
	}
	configured := m.config.Targets[o.target]
	if t, err = encode.Lookup(configured.Target); err != nil {
		return t, fmt.Errorf("target %s of the configuration: %w", o.target, err)
	}
	p.keep(m)
	if len(o.namespaces) == 0 {
		o.namespaces = configured.Namespaces
	}
	if o.outDir == "" && o.outFile == "" {
		o.root = m.root
		if configured.OutDir != "" {
			o.outDir = path.Join(m.root, configured.OutDir)
		}
		if configured.OutFile != "" {
			o.outFile = path.Join(m.root, configured.OutFile)
		}
	}
	if len(o.only) == 0 {
		only := make([]string, len(configured.Only))
		for i, name := range configured.Only {
			only[i] = m.fromRoot(e.dir, name)
		}
		if err := p.only(only); err != nil {
			return t, fmt.Errorf("target %s of the configuration: %w", o.target, err)
		}
	}
	return t, o.validate(t)
}

// ofTarget returns the module whose configuration has the target called name.
func (p *project) ofTarget(name string) (*module, error) {
	var with []*module
	names := encode.Names()
	for _, m := range p.modules {
		if _, ok := m.config.Targets[name]; ok {
			with = append(with, m)
		}
		names = slices.AppendSeq(names, maps.Keys(m.config.Targets))
	}
	slices.Sort(names)
	switch len(with) {
	case 0:
		return nil, fmt.Errorf("unknown target %q%s (targets: %s)", name, finding.DidYouMean(name, names), strings.Join(slices.Compact(names), ", "))
	case 1:
		return with[0], nil
	}
	return nil, fmt.Errorf("%d modules have a target %s\nhelp: name packages of one module", len(with), name)
}

// keep leaves only the packages of m in p.
func (p *project) keep(m *module) {
	p.modules = []*module{m}
	p.items = slices.DeleteFunc(p.items, func(i *item) bool { return i.module != m })
}

// validate refuses flags that do not fit each other.
func (o *exportOptions) validate(target encode.Target) error {
	switch {
	case o.format != "yaml" && o.format != "json":
		return fmt.Errorf("-o: unknown format %q: it is yaml or json", o.format)
	case o.outFile != "" && o.outDir != "":
		return errors.New("--out-file and --out-dir exclude each other")
	case o.check && o.outFile == "" && o.outDir == "":
		return errors.New("--check compares with files: name them with --out-file or --out-dir")
	case len(o.namespaces) > 0 && !target.Namespaced:
		return fmt.Errorf("-n goes with --target podtemplate, not with %s", target.Name)
	}
	for _, ns := range o.namespaces {
		if faults := validation.IsDNS1123Label(ns); len(faults) > 0 {
			return fmt.Errorf("-n %q is no name of a namespace: %s", ns, faults[0])
		}
	}
	slices.Sort(o.namespaces)
	o.namespaces = slices.Compact(o.namespaces)
	return nil
}

// refuse prints what stands against the export.
func (e *env) refuse(found finding.List) error {
	text, err := report.Lookup("text")
	if err != nil {
		return err
	}
	run := e.reportRun(&checked{report: finding.Report{Findings: found.Unique()}})
	run.Brief = true
	run.Color = false
	if err := text.Write(e.stderr, run); err != nil {
		return err
	}
	return errFindings
}

// encode makes the files: one, or with --out-dir one an object.
func (e *env) encode(o *exportOptions, target encode.Target, objects []*encode.Object) ([]resultFile, error) {
	if o.outDir == "" {
		var b bytes.Buffer
		if err := target.Write(&b, objects, o.format); err != nil {
			return nil, err
		}
		return []resultFile{{o.outFile, b.Bytes()}}, nil
	}
	var files []resultFile
	for _, object := range objects {
		var b bytes.Buffer
		if err := target.Write(&b, []*encode.Object{object}, o.format); err != nil {
			return nil, err
		}
		files = append(files, resultFile{e.fileName(o, object, target), b.Bytes()})
	}
	slices.SortFunc(files, func(a, b resultFile) int { return strings.Compare(a.name, b.name) })
	for i := 1; i < len(files); i++ {
		if files[i].name == files[i-1].name {
			return nil, fmt.Errorf("two objects would be written to %s\nhelp: export them apart with --only", path.Join(o.outDir, files[i].name))
		}
	}
	return files, nil
}

// fileName is where --out-dir puts an object: below its namespace or package.
// That is relative to the working directory, so that modules do not meet; for a
// target of a configuration, and for packages beside the working directory, it
// is relative to the module.
func (e *env) fileName(o *exportOptions, object *encode.Object, target encode.Target) string {
	dir := object.Package
	switch {
	case target.Namespaced && object.Namespace != "":
		dir = object.Namespace
	case o.root != "" || dir == ".." || strings.HasPrefix(dir, "../"):
		at := e.path(filepath.FromSlash(dir))
		if rel, err := filepath.Rel(moduleRoot(at), at); err == nil {
			dir = filepath.ToSlash(rel)
		}
	}
	// A name may have any letters; a file's must not lead elsewhere.
	name := strings.ReplaceAll(object.Name, "/", "_")
	return path.Join(dir, name+"."+target.Extension(o.format))
}

// deliver writes the files, compares them, or prints the only one.
func (e *env) deliver(o *exportOptions, files []resultFile) error {
	if o.outFile == "" && o.outDir == "" {
		_, err := e.stdout.Write(files[0].data)
		return err
	}
	dir := o.outDir
	if o.outFile != "" {
		dir, files[0].name = path.Split(o.outFile)
		if dir == "" {
			dir = "."
		}
	}
	if !o.check {
		return e.writeFiles(dir, files)
	}
	lines, err := e.checkFiles(dir, files, o.outDir != "")
	if err != nil || len(lines) == 0 {
		return err
	}
	for _, line := range lines {
		fmt.Fprintln(e.stdout, line)
	}
	help := "run the same podcue export without --check"
	if slices.ContainsFunc(lines, func(line string) bool { return strings.HasSuffix(line, leftOverMark) }) {
		help += ", and remove what is left over"
	}
	fmt.Fprintln(e.stderr, "help: "+help)
	return errFindings
}
