package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/podcue/podcue/finding"
)

// The exit codes are an interface; run decides them and nobody else does.
const (
	exitClean    = 0 // nothing at or above --fail-on, no difference
	exitFindings = 1 // findings, or differences
	exitFailed   = 2 // could not run
)

// errFindings says that a command did its work and found something: exit 1. What
// it found is printed already.
var errFindings = errors.New("there are findings")

// commands lists the commands in alphabetical order. To add one, write its file
// and put its constructor here.
var commands = []func(*env) *cobra.Command{
	diffCommand,
	explainCommand,
	exportCommand,
	importCommand,
	initCommand,
	policyCommand,
	versionCommand,
	vetCommand,
}

// env is what a command may touch of the world outside.
type env struct {
	dir            string // the working directory, absolute; -C changes it
	stdin          io.Reader
	input          *[]byte   // what was read of stdin; nil before
	stdout, stderr io.Writer // stdout carries the result and nothing else
	getenv         func(string) string
	exit           func(int) // ends the process at once: only for the deadline and the memory bound
	frugal         func()    // gives time for memory from now on; nil changes nothing
	terminal       bool      // stdout is a terminal
	now            func() time.Time
	scratch        *scratch      // made by run
	done           chan struct{} // made by run, and closed when it returns

	chdirTo string // -C
	color   string // auto, always, never
	timeout time.Duration
	memory  string
}

// run runs one command line and returns the exit code.
func run(e *env, args []string) (code int) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Fprintf(e.stderr, "podcue: internal error: %v\nhelp: this is a bug in podcue; please report it with the input that shows it\n", r)
			code = exitFailed
		}
	}()
	e.done = make(chan struct{})
	defer close(e.done)
	e.scratch = &scratch{}
	defer e.scratch.remove()
	root := rootCommand(e)
	root.SetArgs(args)
	switch err := root.Execute(); {
	case err == nil:
		return exitClean
	case errors.Is(err, errFindings):
		return exitFindings
	default:
		// The system names files by their whole path, messages as they are called
		// from here.
		message := strings.ReplaceAll(err.Error(), e.dir+string(filepath.Separator), "")
		fmt.Fprintf(e.stderr, "podcue: %s\n", strings.TrimSpace(message))
		return exitFailed
	}
}

func rootCommand(e *env) *cobra.Command {
	root := &cobra.Command{
		Use:   "podcue",
		Short: "Compile PodTemplates authored in CUE into the Pods a cluster will run",
		Long: `Podcue compiles PodTemplates authored in CUE into the exact Kubernetes Pods that a
cluster will run, says where every field came from, and refuses what the API
server or a policy would refuse: offline, before anything is deployed.

Exit codes: 0 nothing found, 1 findings or differences, 2 could not run.`,
		Version:       moduleVersion(modulePath),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          subcommandsOnly,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetVersionTemplate("podcue {{.Version}}\n")
	root.SetIn(e.stdin)
	root.SetOut(e.stdout)
	root.SetErr(e.stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w\nhelp: run \"%s --help\"", err, cmd.CommandPath())
	})
	flags := root.PersistentFlags()
	flags.StringVarP(&e.chdirTo, "chdir", "C", "", "run in `DIR`")
	flags.StringVar(&e.color, "color", "auto", "colour the output: `WHEN` is auto, always or never (NO_COLOR is obeyed)")
	flags.DurationVar(&e.timeout, "timeout", 2*time.Minute, "give up after `DURATION`")
	flags.StringVar(&e.memory, "memory", "4Gi", "give up when more than `QUANTITY` of memory is in use")
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error {
		if err := e.chdir(); err != nil {
			return err
		}
		if e.color != "auto" && e.color != "always" && e.color != "never" {
			return fmt.Errorf("unknown --color %q: it is auto, always or never", e.color)
		}
		return e.guard()
	}
	for _, c := range commands {
		root.AddCommand(c(e))
	}
	root.SetHelpCommand(helpCommand())
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.Args, c.RunE = subcommandsOnly, root.RunE // without one, cobra looks at no arguments
		}
	}
	return root
}

// subcommandsOnly refuses the arguments of a command that has none of its own: a
// word there is meant to be one of its commands.
func subcommandsOnly(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() || c.Name() == "help" {
			names = append(names, c.Name())
		}
	}
	return fmt.Errorf("unknown command %q for %q%s\nhelp: run \"%s --help\"",
		args[0], cmd.CommandPath(), finding.DidYouMean(args[0], names), cmd.CommandPath())
}

// atLeastOne refuses to run without an argument; what says what it would be.
func atLeastOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return fmt.Errorf("%s takes %s\nhelp: run \"%s --help\"", cmd.Name(), what, cmd.CommandPath())
		}
		return nil
	}
}

// exactlyOne refuses to run without one argument; what says what it is.
func exactlyOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return fmt.Errorf("%s takes one argument, %s\nhelp: run \"%s --help\"", cmd.Name(), what, cmd.CommandPath())
		}
		return nil
	}
}

// helpCommand is cobra's, except that an unknown command is an error.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Print the help of a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil {
				return err
			}
			if len(rest) > 0 {
				return subcommandsOnly(about, rest)
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			if about, rest, err := cmd.Root().Find(args); err == nil && len(rest) == 0 {
				for _, c := range about.Commands() {
					if c.IsAvailableCommand() {
						names = append(names, c.Name()+"\t"+c.Short)
					}
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// chdir does what -C asks for, once. The shell's completion calls it too, since
// no command runs then.
func (e *env) chdir() error {
	dir := e.chdirTo
	if e.chdirTo = ""; dir == "" {
		return nil
	}
	if !isDir(e.path(dir)) {
		return fmt.Errorf("-C: %s is not a directory", e.display(e.path(dir)))
	}
	e.dir = e.path(dir)
	return nil
}

// colored reports whether the text output has colours.
func (e *env) colored() bool {
	switch e.color {
	case "always":
		return true
	case "never":
		return false
	}
	return e.terminal && e.getenv("NO_COLOR") == "" && e.getenv("TERM") != "dumb"
}

// path returns the file called name on the command line as a path to open.
func (e *env) path(name string) string {
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(e.dir, name)
}

// display returns how messages name the file at path: relative to the working
// directory, with slashes, unless the two have nothing in common but the file
// system.
func (e *env) display(path string) string {
	if rel, err := filepath.Rel(e.dir, path); err == nil {
		top := filepath.Join(e.dir, upOf(rel)) // what the two have in common
		if top == e.dir || top != filepath.VolumeName(top)+string(filepath.Separator) {
			path = rel
		}
	}
	return filepath.ToSlash(path)
}

// upOf returns the part of a relative path that leads upwards.
func upOf(rel string) string {
	up := ""
	for rest := rel; ; {
		first, below, _ := strings.Cut(rest, string(filepath.Separator))
		if first != ".." {
			return up
		}
		up, rest = filepath.Join(up, first), below
	}
}
