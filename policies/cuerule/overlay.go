package cuerule

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	cueload "cuelang.org/go/cue/load"
	"cuelang.org/go/mod/modfile"

	"github.com/podcue/podcue/schema"
)

// vendorFolders are where plain cue looks for packages of other modules, below
// cue.mod.
var vendorFolders = []string{"gen", "pkg", "usr"}

// overlay returns the files that are in place of those on disk. Where the module
// neither has podcue's schema nor depends on it, the embedded one is among them,
// so that policies can be of #Policy without a network. Where it depends on it,
// deps is the folder, which does not exist, of podcue's module.
func (c *Config) overlay() (overlay map[string]cueload.Source, deps string, err error) {
	overlay = map[string]cueload.Source{}
	for name, data := range c.Overlay {
		overlay[filepath.Clean(name)] = cueload.FromBytes(data)
	}
	root := c.moduleRoot()
	if root == "" {
		return overlay, "", nil
	}
	dir := filepath.Join(root, "cue.mod", "gen", filepath.FromSlash(schema.ImportPath))
	switch has, depends := c.hasSchema(root); {
	case has:
		return overlay, "", nil
	case depends:
		deps = filepath.Join(root, "cue.deps", filepath.FromSlash(podcueModule))
		dir = filepath.Join(deps, path.Base(schema.ImportPath))
	}
	err = fs.WalkDir(schema.Files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := schema.Files.ReadFile(name)
		overlay[filepath.Join(dir, filepath.FromSlash(name))] = cueload.FromBytes(data)
		return err
	})
	return overlay, deps, err
}

// moduleRoot returns the root of the module that Dir is in, "" if it is in none.
func (c *Config) moduleRoot() string {
	for dir := c.Dir; ; dir = filepath.Dir(dir) {
		if c.exists(filepath.Join(dir, "cue.mod")) {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

// hasSchema reports whether the module at root has podcue's schema, being
// podcue's own or having a vendored copy, and whether it depends on it.
func (c *Config) hasSchema(root string) (has, depends bool) {
	for _, kind := range vendorFolders {
		if c.exists(filepath.Join(root, "cue.mod", kind, filepath.FromSlash(schema.ImportPath))) {
			return true, false
		}
	}
	name := filepath.Join(root, "cue.mod", "module.cue")
	data, ok := c.Overlay[name]
	if !ok {
		var err error
		if data, err = os.ReadFile(name); err != nil {
			return false, false
		}
	}
	mf, err := modfile.ParseNonStrict(data, name)
	if err != nil {
		return false, false
	}
	podcues := func(module string) bool {
		module, _, _ = strings.Cut(module, "@")
		return module == podcueModule || module == schema.ImportPath
	}
	for dep := range mf.Deps {
		depends = depends || podcues(dep)
	}
	return podcues(mf.Module), depends
}

// exists reports whether there is a file or folder called name, on disk or in
// the overlay.
func (c *Config) exists(name string) bool {
	for file := range c.Overlay {
		if file = filepath.Clean(file); file == name || strings.HasPrefix(file, name+string(filepath.Separator)) {
			return true
		}
	}
	_, err := os.Stat(name)
	return err == nil
}
