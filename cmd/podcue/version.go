package main

import (
	"fmt"
	"io"
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
			var b strings.Builder
			fmt.Fprintf(&b, "podcue %s\n", moduleVersion(modulePath))
			for _, p := range flyte.Profiles() {
				fmt.Fprintf(&b, "%s: %s\n", p.Name, p.Doc)
			}
			fmt.Fprintf(&b, "kubernetes: %s (validation of k8s.io/kubernetes %s)\n",
				strings.Join(validation.Versions(), ", "), moduleVersion("k8s.io/kubernetes"))
			fmt.Fprintf(&b, "cue: %s\n", moduleVersion("cuelang.org/go"))
			_, err := io.WriteString(e.stdout, b.String())
			return err
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
