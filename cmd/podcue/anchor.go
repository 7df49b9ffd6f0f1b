package main

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/podcue/podcue/compiler"
	"github.com/podcue/podcue/finding"
)

// Findings name what they are about from the root of its module, and name the
// module by its path: "./train" of example.com/acme. So they, the waivers in the
// module's configuration and the baseline are the same wherever podcue is run.
// Only files, which people open from where they are, are relative to the working
// directory, as everything is that the command line names.

// An anchor makes names in a run names in a module.
type anchor struct {
	dir  string // the working directory
	top  string // the module's root, absolute
	path string // the module's path; "" where its module file has none
}

func (e *env) anchorOf(m *compiler.Module) anchor {
	return anchor{dir: e.dir, top: e.path(filepath.FromSlash(m.Root)), path: m.Path}
}

// contains reports whether the file or folder, relative to the working directory,
// is in the module's folder.
func (a *anchor) contains(name string) bool {
	rel := a.relative(name)
	return rel != ".." && !strings.HasPrefix(rel, "../")
}

// relative returns the name relative to the module's root.
func (a *anchor) relative(name string) string {
	full := filepath.FromSlash(name)
	if !filepath.IsAbs(full) {
		full = filepath.Join(a.dir, full)
	}
	rel, err := filepath.Rel(a.top, full)
	if err != nil {
		return name
	}
	return filepath.ToSlash(rel)
}

// pkg returns the package, which is a pattern in the working directory, as one in
// the module's root.
func (a *anchor) pkg(pattern string) string {
	dir, name, qualified := strings.Cut(pattern, ":")
	if rest, ok := strings.CutPrefix(dir, a.path+"/"); ok && a.path != "" {
		rest, _, _ = strings.Cut(rest, "@")
		dir = "./" + rest // policies outside of the working directory go by their import path
	} else if dir = a.relative(dir); dir != "." && dir != ".." && !strings.HasPrefix(dir, "../") {
		dir = "./" + dir
	}
	if qualified {
		dir += ":" + name
	}
	return dir
}

// The kinds of objects that are called by where they are.
const (
	kindPackage = "Package"
	kindModule  = "Module"
	kindFlyte   = "FlyteConfig"
)

// object returns what a finding of the module is about, as the module names it.
func (a *anchor) object(o finding.Object) finding.Object {
	o.Module = a.path
	if o.Package != "" {
		o.Package = a.pkg(o.Package)
	}
	switch o.Kind {
	case kindPackage:
		o.Name = o.Package
	case kindModule, kindFlyte:
		o.Name = path.Clean(a.relative(o.Name))
	}
	return o
}

// objects does that for the objects of all findings.
func (a *anchor) objects(found finding.List) finding.List {
	for i := range found {
		found[i].Object = a.object(found[i].Object)
	}
	return found
}

// innermost returns the index of the anchor, of those of a run, whose module the
// finding of the compiler is of: its package is there, or the file that it points
// at. It is -1 where no module is.
func innermost(anchors []anchor, f finding.Finding) int {
	where, _, _ := strings.Cut(f.Object.Package, ":")
	if where == "" {
		where = f.Position().Filename
	}
	at := -1
	for i := range anchors {
		if where != "" && anchors[i].contains(where) && (at < 0 || len(anchors[i].top) > len(anchors[at].top)) {
			at = i
		}
	}
	return at
}

// wholly reports whether the patterns name every package of the module.
func (a *anchor) wholly(patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		below, ok := strings.CutSuffix(filepath.ToSlash(pattern), "...")
		below = strings.TrimSuffix(below, "/")
		if below == "" {
			below = "."
		}
		if !ok {
			return false
		}
		above := anchor{dir: a.dir, top: filepath.Join(a.dir, filepath.FromSlash(below))}
		if filepath.IsAbs(filepath.FromSlash(below)) {
			above.top = filepath.FromSlash(below)
		}
		return below == a.path || above.contains(a.top)
	})
}
