package main

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/podcue/podcue/cmd/podcue/internal/importing"
	"github.com/podcue/podcue/finding"
)

func importCommand(e *env) *cobra.Command {
	var o importing.Options
	cmd := &cobra.Command{
		Use:   "import FILE|DIR|-...",
		Short: "Turn YAML or JSON into templates and tasks in CUE",
		Long: `Import prints the CUE of the pods in YAML or JSON files, in the files below
directories, or in standard input: Pods, PodTemplates, every workload that has a pod
template, Lists, and Flyte's K8sPod and TaskTemplate. Comments are kept, and what
Kubernetes would set by default is left out.`,
		Args: atLeastOne("files, directories, or - for standard input"),
		RunE: func(_ *cobra.Command, args []string) error {
			if !packageName.MatchString(o.Package) {
				return fmt.Errorf("--package: %q is no name of a package: it is letters, digits and _, and begins with a letter", o.Package)
			}
			text, err := e.importFiles(args, o)
			if err != nil {
				return err
			}
			_, err = e.stdout.Write(text)
			return err
		},
	}
	cmd.Flags().StringVarP(&o.Package, "package", "p", "templates", "the `NAME` of the CUE package")
	cmd.Flags().BoolVar(&o.Factor, "factor", false, "write what all templates have in common once")
	return cmd
}

var packageName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// importFiles returns the CUE of the manifests that names stand for. What is wrong
// with them is printed, and is errFindings.
func (e *env) importFiles(names []string, o importing.Options) ([]byte, error) {
	files, err := e.manifestFiles(names)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("nothing to import: there are no YAML and no JSON files in %s", strings.Join(names, " "))
	}
	var sources []importing.Source
	for _, file := range files {
		src, err := e.manifestSource(file)
		if err != nil {
			return nil, err
		}
		sources = append(sources, importing.Source(src))
	}
	o.LeftOut = func(source string, documents int) {
		fmt.Fprintf(e.stderr, "%s: left out, without a pod template: %d of the documents\n", source, documents)
	}
	text, err := importing.Import(sources, o)
	var found finding.List
	if errors.As(err, &found) {
		return nil, e.refuse(found)
	}
	return text, err
}
