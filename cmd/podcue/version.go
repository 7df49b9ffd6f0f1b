package main

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/validation"
)

func versionCommand(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, and the versions of what it reproduces",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			fmt.Fprintf(e.stdout, "podcue %s\n", moduleVersion(modulePath))
			for _, p := range flyte.Profiles() {
				fmt.Fprintf(e.stdout, "%s: %s\n", p.Name, p.Doc)
			}
			fmt.Fprintf(e.stdout, "kubernetes: %s (validation of k8s.io/kubernetes %s)\n",
				strings.Join(validation.Versions(), ", "), moduleVersion("k8s.io/kubernetes"))
			fmt.Fprintf(e.stdout, "cue: %s\n", moduleVersion("cuelang.org/go"))
			return nil
		},
	}
}

// modulePath is the path of podcue's own Go module.
const modulePath = "github.com/podcue/podcue"

// moduleVersion returns the version of a module that this binary was built from,
// "(devel)" where the build does not say.
func moduleVersion(module string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(devel)"
	}
	if info.Main.Path == module && info.Main.Version != "" {
		return info.Main.Version
	}
	for _, d := range info.Deps {
		if d.Path == module {
			return d.Version
		}
	}
	return "(devel)"
}
