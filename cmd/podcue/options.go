package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/podcue/podcue/compiler"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/merge"
	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/validation"
)

// options are the flags that say what is compiled, and into what. The commands
// that compile share them; each adds its own.
type options struct {
	patterns   []string // packages; "." when none are named
	tags       []string
	profile    string // "" for the config's
	base       []string
	flyteFiles []string
	taskFiles  []string
	only       []string
	kubernetes string // "" for the config's
}

// register adds the flags to cmd.
func (o *options) register(e *env, cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVarP(&o.tags, "inject", "t", nil, "set the value of a CUE tagged field: `KEY=VALUE`; repeatable")
	f.StringVar(&o.profile, "profile", "", "merge as `NAME` does: "+joinNames(profileNames()))
	f.StringArrayVar(&o.base, "base", nil, "a base PodTemplate in `FILE` (YAML), beside the config's; repeatable")
	f.StringArrayVar(&o.flyteFiles, "flyte-config", nil, "Flyte's configuration in `FILE` (YAML), over the config's; repeatable")
	f.StringArrayVar(&o.taskFiles, "task", nil, "a flyteidl TaskTemplate in `FILE` (JSON or YAML), beside the packages' tasks; repeatable")
	f.StringArrayVar(&o.only, "only", nil, "only the template or task `NAME`, or ./package:NAME; repeatable")
	offer(cmd, "profile", profileNames())
	offerFrom(cmd, "only", func() []string { return e.completeNames(&options{tags: o.tags}) })
}

// registerKubernetes adds the flag of the cluster's version to cmd.
func (o *options) registerKubernetes(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.kubernetes, "kubernetes", "", "the cluster's minor `VERSION`: "+joinNames(validation.Versions()))
	offer(cmd, "kubernetes", validation.Versions())
}

// offer makes the shell complete the flag of cmd with values.
func offer(cmd *cobra.Command, flag string, values []string) {
	offerFrom(cmd, flag, func() []string { return values })
}

// offerFrom is offer with values that are known when they are asked for.
func offerFrom(cmd *cobra.Command, flag string, values func() []string) {
	err := cmd.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return values(), cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err) // the flag is not registered: a mistake in the command itself
	}
}

// packages returns the patterns of the packages to compile.
func (o *options) packages() []string {
	if len(o.patterns) == 0 {
		return []string{"."}
	}
	return o.patterns
}

// compilerConfig says how packages are compiled.
func (o *options) compilerConfig(e *env) *compiler.Config {
	return &compiler.Config{Dir: e.dir, Tags: o.tags, Timeout: e.timeout}
}

// profileNames returns the names that --profile takes, sorted: Flyte's pinned
// versions and the merge strategies.
func profileNames() []string {
	var names []string
	for _, p := range flyte.Profiles() {
		names = append(names, p.Name)
	}
	for _, s := range merge.Strategies() {
		names = append(names, s.Name)
	}
	slices.Sort(names)
	return names
}

// defaultProfile is the profile of a project that names none.
const defaultProfile = "flyte@v2"

// checkProfile refuses a profile that does not exist.
func checkProfile(name string) error {
	if names := profileNames(); !slices.Contains(names, name) {
		return fmt.Errorf("unknown profile %q: there are %s%s", name, joinNames(names), finding.DidYouMean(name, names))
	}
	return nil
}
