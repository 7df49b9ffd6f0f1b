package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/podcue/podcue/cmd/podcue/internal/importing"
	"github.com/podcue/podcue/cmd/podcue/internal/scaffold"
	"github.com/podcue/podcue/schema"
)

func initCommand(e *env) *cobra.Command {
	var from []string
	var schemaOnly bool
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a project that runs: configuration, template, policy, CI workflow",
		Long: `Init writes a new project into DIR, the working directory by default: a CUE
module with podcue's schema vendored for editors and plain cue, the platform
configuration, one template with a task, one team policy with its cases, a CI
workflow and a pre-commit hook. It overwrites nothing.

With --from, the templates are those of existing YAML or JSON in place of the
example. With --schema, only podcue's schema is vendored, into a CUE module that
is there, and takes the place of the schema of another podcue.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			if schemaOnly && len(from) > 0 {
				return errors.New("--schema and --from exclude each other")
			}
			if schemaOnly {
				return e.vendorSchema(dir)
			}
			return e.initProject(dir, from)
		},
	}
	cmd.Flags().StringArrayVar(&from, "from", nil, "start from the templates in `FILE`, YAML or JSON; repeatable")
	cmd.Flags().BoolVar(&schemaOnly, "schema", false, "only vendor podcue's schema, in place of that of another version")
	return cmd
}

func (e *env) initProject(dir string, from []string) error {
	root := e.path(dir)
	name := projectName(root)
	var files []resultFile
	for _, f := range scaffold.Files("example.com/"+name, name, len(from) > 0) {
		files = append(files, resultFile{f.Name, f.Data})
	}
	if len(from) > 0 {
		imported, err := e.importFiles(from, importing.Options{Package: "templates"})
		if err != nil {
			return err
		}
		files = append(files, resultFile{"templates/imported.cue", imported})
	}
	files = append(files, vendoredSchema()...)
	slices.SortFunc(files, func(a, b resultFile) int { return strings.Compare(a.name, b.name) })
	if err := e.checkVacant(root, files); err != nil {
		return err
	}
	if err := e.writeFiles(dir, files); err != nil {
		return err
	}
	fmt.Fprintf(e.stderr, "next: podcue -C %s vet ./...\n", e.display(root))
	return nil
}

// checkVacant returns an error if something is in the place of one of the files
// below root.
func (e *env) checkVacant(root string, files []resultFile) error {
	if info, err := os.Stat(root); err == nil && !info.IsDir() {
		return fmt.Errorf("%s is a file\nhelp: name an empty directory: podcue init DIR", e.display(root))
	}
	for _, f := range files {
		path := filepath.Join(root, filepath.FromSlash(f.name))
		switch _, err := os.Lstat(path); {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return err
		case f.name == "cue.mod/module.cue":
			return fmt.Errorf("%s exists already, and init overwrites nothing\nhelp: podcue init --schema vendors the schema into a module that is there; podcue init DIR makes another one", e.display(path))
		}
		return fmt.Errorf("%s exists already, and init overwrites nothing\nhelp: name an empty directory: podcue init DIR", e.display(path))
	}
	return nil
}

// vendorSchema puts the schema into the CUE module at dir, in place of the copy of
// another podcue. What is no such copy is not touched.
func (e *env) vendorSchema(dir string) error {
	root := e.path(dir)
	if !isDir(filepath.Join(root, "cue.mod")) {
		return fmt.Errorf("%s is not the root of a CUE module\nhelp: podcue init without --schema makes one", e.display(root))
	}
	wanted := vendoredSchema()
	var gone []string
	there, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(schema.VendorDir), "*.cue"))
	if err != nil {
		return err
	}
	for _, path := range there {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if schema.VendoredVersion(data) == "" {
			return fmt.Errorf("podcue did not write %s, and does not overwrite it\nhelp: remove it first", e.display(path))
		}
		if !slices.ContainsFunc(wanted, func(f resultFile) bool { return filepath.Base(f.name) == filepath.Base(path) }) {
			gone = append(gone, path)
		}
	}
	slices.SortFunc(wanted, func(a, b resultFile) int { return strings.Compare(a.name, b.name) })
	if err := e.writeFiles(dir, wanted); err != nil {
		return err
	}
	for _, path := range gone {
		if err := os.Remove(path); err != nil {
			return err
		}
		fmt.Fprintf(e.stderr, "removed %s\n", e.display(path))
	}
	return nil
}

// vendoredSchema returns the schema's files where CUE looks for vendored
// packages.
func vendoredSchema() []resultFile {
	var files []resultFile
	for name, data := range schema.Vendored() {
		files = append(files, resultFile{name, data})
	}
	return files
}

var notInName = regexp.MustCompile(`[^a-z0-9]+`)

// projectName makes a DNS label of the directory's name.
func projectName(root string) string {
	name := strings.Trim(notInName.ReplaceAllString(strings.ToLower(filepath.Base(root)), "-"), "-")
	if name == "" {
		return "podcue-project"
	}
	return strings.TrimRight(name[:min(len(name), 40)], "-")
}
