package main

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// openNamed opens what is needed to find the item called name in the module
// that the working directory is in: the package that a qualified name names,
// else the packages whose files have the name in them, and where that is not
// enough, all.
func (e *env) openNamed(o *options, name string) (*project, error) {
	each := *o
	if len(o.taskFiles) > 0 {
		if p, err := e.open(&each); err != nil || p.has(name) || !hasCUE(moduleRoot(e.dir), true) {
			return p, err
		}
	}
	root := moduleRoot(e.dir)
	if pkg, _, ok := strings.Cut(name, ":"); ok {
		each.patterns = []string{"./" + strings.TrimPrefix(pkg, "./")}
		if rel, err := filepath.Rel(e.dir, filepath.Join(root, filepath.FromSlash(pkg))); err == nil && !isDir(e.path(pkg)) && isDir(e.path(rel)) {
			each.patterns = []string{filepath.ToSlash(rel)} // as findings call it, from the module's root
		}
		return e.open(&each)
	}
	all := "./..."
	if root != e.dir {
		rel, err := filepath.Rel(e.dir, root)
		if err != nil {
			return nil, err
		}
		all = filepath.ToSlash(rel) + "/..."
	}
	if each.patterns = packagesWith(e.dir, root, name); len(each.patterns) > 0 {
		p, err := e.open(&each)
		if err == nil {
			if p.has(name) {
				return p, nil
			}
		} else if !errors.Is(err, errNothing) {
			return nil, err
		}
	}
	each.patterns = []string{all}
	return e.open(&each)
}

// moduleRoot returns the nearest directory at or above dir that is a CUE
// module's root, dir itself if there is none.
func moduleRoot(dir string) string {
	for at := dir; ; at = filepath.Dir(at) {
		if isDir(filepath.Join(at, "cue.mod")) {
			return at
		}
		if filepath.Dir(at) == at {
			return dir
		}
	}
}

// packagesWith returns the directories below root with a CUE file that has the
// text name in it, as patterns relative to dir.
func packagesWith(dir, root, name string) []string {
	var patterns []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (d.Name() == "cue.mod" || strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_") || isDir(filepath.Join(path, "cue.mod"))):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".cue":
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(data, []byte(name)) {
			return err
		}
		rel, err := filepath.Rel(dir, filepath.Dir(path))
		if err != nil {
			return err
		}
		pattern := filepath.ToSlash(rel)
		if !strings.HasPrefix(pattern, ".") {
			pattern = "./" + pattern
		}
		if !slices.Contains(patterns, pattern) {
			patterns = append(patterns, pattern)
		}
		return nil
	})
	if err != nil {
		return nil
	}
	return patterns
}
