package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/podcue/podcue/finding"
)

func policyListCommand(e *env) *cobra.Command {
	format := "text"
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List what vet finds: the built-in policies, the merge's hazards, the project's own policies",
		Long: `List prints every id that vet can find: whether it is on by default and which
profiles switch it on (--enable ID, --enable PROFILE), its severity and its title.
The project's own policies are those of the module that the working directory is in.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := checkOutput(format); err != nil {
				return err
			}
			entries, err := e.policyEntries()
			if err != nil {
				return err
			}
			if format == "json" {
				return writeJSON(e.stdout, entries)
			}
			return e.printPolicies(entries)
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", format, "`FORMAT` is text or json")
	return cmd
}

func (e *env) printPolicies(entries []*policyEntry) error {
	w := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "GROUP\tID\tSEVERITY\tON\tTITLE")
	for _, p := range entries {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", p.Group, p.ID, p.Severity, p.on(), p.Title)
	}
	return w.Flush()
}

func policyShowCommand(e *env) *cobra.Command {
	format := "text"
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Explain a policy: why, how to mend what it finds, examples, parameters",
		Args:  exactlyOne("the id of a policy, or of anything else that vet finds"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := checkOutput(format); err != nil {
				return err
			}
			entries, err := e.policyEntries()
			if err != nil {
				return err
			}
			p, err := findPolicy(entries, args[0])
			if err != nil {
				return err
			}
			if format == "json" {
				return writeJSON(e.stdout, p)
			}
			_, err = fmt.Fprint(e.stdout, p.text())
			return err
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			return e.completePolicy(args), cobra.ShellCompDirectiveNoFileComp
		},
	}
	cmd.Flags().StringVarP(&format, "output", "o", format, "`FORMAT` is text or json")
	return cmd
}

func findPolicy(entries []*policyEntry, id string) (*policyEntry, error) {
	ids := make([]string, len(entries))
	for i, p := range entries {
		if p.ID == id {
			return p, nil
		}
		ids[i] = p.ID
	}
	return nil, fmt.Errorf("unknown policy %q%s\nhelp: podcue policy list", id, finding.DidYouMean(id, ids))
}

// completePolicy returns the ids for the shell.
func (e *env) completePolicy(args []string) []string {
	if len(args) > 0 || e.chdir() != nil {
		return nil
	}
	entries, err := e.policyEntries()
	if err != nil {
		return nil
	}
	var ids []string
	for _, p := range entries {
		ids = append(ids, p.ID+"\t"+p.Title)
	}
	return ids
}

// text returns the policy's page.
func (p *policyEntry) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n", p.ID, p.Title)
	if p.Doc != p.Title {
		fmt.Fprintf(&b, "%s\n\n", p.Doc)
	}
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%-11s %s\n", name+":", value)
		}
	}
	line("help", p.Help)
	line("group", p.Group)
	line("severity", p.Severity)
	switch {
	case p.hazard:
		line("exists in", strings.Join(p.Profiles, ", "))
	case p.on() == "-":
		line("on", "when asked for: --enable "+p.ID)
	default:
		line("on", p.on())
	}
	line("stage", p.Stage)
	line("replaces", p.Replaces)
	line("frameworks", strings.Join(p.Frameworks, ", "))
	line("controls", strings.Join(p.Controls, ", "))
	line("upstream", p.Issue)
	line("package", p.Package)
	line("written at", p.Position)
	if p.Locked {
		line("waivers", "only in the platform's configuration")
	}
	section := func(title, text string) {
		if text != "" {
			fmt.Fprintf(&b, "\n%s:\n%s\n", title, indent(strings.TrimSpace(text)))
		}
	}
	section("Found", p.Bad)
	section("Fine", p.Good)
	if p.Params != "" {
		section("Parameters, in the configuration", fmt.Sprintf("policies: %q: params: %s", p.ID, p.Params))
	}
	return b.String()
}

func indent(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if l != "" {
			lines[i] = "  " + l
		}
	}
	return strings.Join(lines, "\n")
}
