package compiler

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/podcue/podcue/finding"
)

// platformPackage is the name of the package at a module's root that configures
// the platform.
const platformPackage = "podcue"

// A moduleSource is a module whose packages are to be compiled.
type moduleSource struct {
	dir      string // absolute
	root     string // as Module.Root
	path     string // as Module.Path
	deps     []string
	disk     *os.Root // nil where only the overlay has the module
	packages []*packageSource
}

// A packageSource is one package to compile.
type packageSource struct {
	dir      string // absolute
	path     string // as Package.Path
	name     string // of the package clause
	named    bool   // by a pattern of its own, not by "..."
	platform bool
}

// discovery turns patterns into modules and packages.
type discovery struct {
	*files
	modules  map[string]*moduleSource // by dir; nil for a module that is broken
	found    finding.List
	outside  string // a folder with CUE files that is in no module
	loose    string // what to say of one with files that are in no package
	stray    finding.List
	packages int
}

// discover returns the modules that patterns lead to, sorted by root, each with
// its packages and its platform package. The modules are to be closed.
func discover(f *files, patterns []string) ([]*moduleSource, finding.List, error) {
	d := &discovery{files: f, modules: map[string]*moduleSource{}}
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	for _, p := range patterns {
		if err := d.pattern(p); err != nil {
			d.close()
			return nil, nil, err
		}
	}
	if d.packages == 0 && len(d.found) == 0 {
		d.close()
		if d.outside != "" {
			return nil, nil, d.noModule(d.outside)
		}
		return nil, nil, fmt.Errorf("%w %s%s", ErrNoPackages, strings.Join(patterns, " "), d.loose)
	}
	d.found = append(d.found, d.stray...)
	var modules []*moduleSource
	for _, m := range d.modules {
		if m == nil {
			continue
		}
		d.addPlatform(m)
		slices.SortFunc(m.packages, func(a, b *packageSource) int { return strings.Compare(a.path, b.path) })
		modules = append(modules, m)
	}
	slices.SortFunc(modules, func(a, b *moduleSource) int { return strings.Compare(a.root, b.root) })
	return modules, d.found, nil
}

func (d *discovery) close() {
	for _, m := range d.modules {
		if m != nil && m.disk != nil {
			m.disk.Close()
		}
	}
}

// pattern adds the packages that one pattern names.
func (d *discovery) pattern(pattern string) error {
	if pattern == "" {
		return fmt.Errorf(`an empty pattern names no package; "." is the package here`)
	}
	name, qualifier, _ := strings.Cut(pattern, ":")
	if filepath.VolumeName(pattern) != "" {
		name, qualifier = pattern, ""
	}
	name = filepath.ToSlash(name)
	below, recursive := strings.CutSuffix(name, "...")
	if recursive {
		name = strings.TrimSuffix(below, "/")
		if below == "" {
			name = "."
		}
		if below != "" && !strings.HasSuffix(below, "/") {
			return fmt.Errorf(`pattern %q: "..." is a path element of its own, as in %s/... with a slash before it`, pattern, below)
		}
	}
	if strings.Contains(name, "...") {
		return fmt.Errorf(`pattern %q: "..." may only stand at the end`, pattern)
	}
	dir, err := d.resolve(pattern, name)
	if err != nil {
		return err
	}
	if slices.Contains(strings.Split(filepath.ToSlash(dir), "/"), "cue.mod") {
		return fmt.Errorf("%s is inside a cue.mod folder, which holds dependencies", pattern)
	}
	if recursive {
		return d.walk(dir, qualifier, true)
	}
	return d.add(pattern, dir, qualifier)
}

// resolve returns the folder that a pattern without its dots means.
func (d *discovery) resolve(pattern, name string) (string, error) {
	dir := filepath.FromSlash(name)
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(d.dir, dir)
	}
	if d.isDir(dir) {
		return dir, nil
	}
	if d.isFile(dir) {
		return "", fmt.Errorf("%s is a file, and podcue works on packages: name its folder, %s", pattern, d.files.pattern(filepath.Dir(dir)))
	}
	if root, ok := d.moduleRoot(d.dir); ok {
		if m := d.module(root); m != nil && m.path != "" {
			if rel, ok := strings.CutPrefix(name, m.path); ok && (rel == "" || rel[0] == '/') {
				if byPath := filepath.Join(root, filepath.FromSlash(rel)); d.isDir(byPath) {
					return byPath, nil
				}
			}
		}
	}
	var siblings []string
	if entries, err := d.list(filepath.Dir(dir)); err == nil {
		for _, e := range entries {
			if e.dir && !ignoredName(e.name) && e.name != "cue.mod" {
				siblings = append(siblings, d.files.pattern(filepath.Join(filepath.Dir(dir), e.name)))
			}
		}
	}
	return "", fmt.Errorf("there is no directory %s%s", d.files.pattern(dir), finding.DidYouMean(d.files.pattern(dir), siblings))
}

// walk adds the packages of dir and of the folders below it. Like the cue
// command it passes by names that begin with a dot or an underscore, and
// testdata; unlike it, it goes into other modules.
func (d *discovery) walk(dir, qualifier string, top bool) error {
	if !top {
		if name := filepath.Base(dir); ignoredName(name) || name == "testdata" || name == "cue.mod" {
			return nil
		}
	}
	entries, err := d.list(dir)
	if err != nil {
		return fmt.Errorf("%s cannot be read: %w", d.files.pattern(dir), err)
	}
	if slices.ContainsFunc(entries, func(e entry) bool { return !e.dir && isSource(e.name) }) {
		if err := d.addFolder(dir, qualifier, false); err != nil {
			return err
		}
	}
	for _, e := range entries {
		if e.dir {
			if err := d.walk(filepath.Join(dir, e.name), qualifier, false); err != nil {
				return err
			}
		}
	}
	return nil
}

func ignoredName(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")
}

// isSource reports whether a file is one that CUE takes into a package.
func isSource(name string) bool {
	return strings.HasSuffix(name, ".cue") && !ignoredName(name) &&
		!strings.HasSuffix(name, "_tool.cue") && !strings.HasSuffix(name, "_test.cue")
}

// add adds the package that a pattern names itself.
func (d *discovery) add(pattern, dir, qualifier string) error {
	entries, err := d.list(dir)
	if err != nil {
		return fmt.Errorf("%s cannot be read: %w", pattern, err)
	}
	if !slices.ContainsFunc(entries, func(e entry) bool { return !e.dir && isSource(e.name) }) {
		return fmt.Errorf("there are no CUE files in %s; %s/... names the packages below it", pattern, strings.TrimSuffix(pattern, "/"))
	}
	if _, ok := d.moduleRoot(dir); !ok {
		return d.noModule(dir)
	}
	return d.addFolder(dir, qualifier, true)
}

func (d *discovery) noModule(dir string) error {
	return fmt.Errorf(`%s is in no CUE module: make one in its top folder with "podcue init" or "cue mod init"`, d.files.pattern(dir))
}

// addFolder adds the package in dir, which has CUE files.
func (d *discovery) addFolder(dir, qualifier string, named bool) error {
	root, ok := d.moduleRoot(dir)
	if !ok {
		d.outside = dir
		return nil
	}
	m := d.module(root)
	if m == nil {
		return nil
	}
	f := d.scan(m, dir)
	names := f.packages
	if qualifier != "" {
		if !slices.Contains(names, qualifier) {
			if named && !f.broken {
				return fmt.Errorf("there is no package %s in %s: its files are of %s", qualifier, d.files.pattern(dir), strings.Join(names, ", "))
			}
			return nil
		}
		names = []string{qualifier}
	}
	if dir == m.dir && qualifier == "" {
		names = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return n == platformPackage })
		if len(names) == 0 && len(f.packages) > 0 {
			d.packages++
			return nil // the platform alone
		}
	}
	switch {
	case len(names) == 1:
		d.addPackage(m, dir, names[0], named, len(f.packages) > 1)
	case len(names) > 1:
		d.found = append(d.found, d.severalPackages(dir, names, f.clauses))
	case f.broken:
		// The files' own findings say why.
	case named:
		return errors.New(f.noClause(dir))
	case d.loose == "" && f.loose != "":
		d.loose = ": " + f.noClause(dir)
	}
	if !named {
		d.stray = append(d.stray, f.strayTemplates(dir, d.files.pattern(dir))...)
	}
	return nil
}

func (d *discovery) addPackage(m *moduleSource, dir, name string, named, qualified bool) {
	d.packages++
	p := d.files.pattern(dir)
	if qualified && !(dir == m.dir) {
		p += ":" + name
	}
	for _, old := range m.packages {
		if old.path == p {
			old.named = old.named || named
			return
		}
	}
	m.packages = append(m.packages, &packageSource{dir: dir, path: p, name: name, named: named})
}

// addPlatform adds the package podcue at the root of m, if there is one.
func (d *discovery) addPlatform(m *moduleSource) {
	entries, err := d.list(m.dir)
	if err != nil || !slices.ContainsFunc(entries, func(e entry) bool { return !e.dir && isSource(e.name) }) {
		return
	}
	if slices.Contains(d.scan(m, m.dir).packages, platformPackage) {
		m.packages = append(m.packages, &packageSource{
			dir: m.dir, path: d.files.pattern(m.dir), name: platformPackage, platform: true,
		})
	}
}
