package compiler

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"

	"cuelang.org/go/mod/modconfig"
	"cuelang.org/go/mod/modfile"
	"cuelang.org/go/mod/module"

	"github.com/podcue/podcue/schema"
)

// depsFolder is the folder of the module, as CUE sees it, that podcue's own
// module is in when the module file lists it among its dependencies.
const depsFolder = "cue.deps"

// podcueModule is the module that the schema is published in.
var podcueModule = path.Dir(schema.ImportPath)

// A registry provides the modules that a module depends on, without the network:
// podcue's own from what is embedded, others from CUE's module cache.
type registry struct {
	podcue  string                             // the virtual folder of podcue's own module
	cached  func() (modconfig.Registry, error) // CUE's module cache, with no registry behind it
	fetched map[string]string                  // the modules used, by their folder
}

func newRegistry() *registry {
	return &registry{
		fetched: map[string]string{},
		cached: sync.OnceValues(func() (modconfig.Registry, error) {
			return modconfig.NewRegistry(&modconfig.Config{CUERegistry: "none"})
		}),
	}
}

// ModFile implements [modconfig.Registry].
func (r *registry) ModFile(ctx context.Context, mv module.Version) (*modfile.File, error) {
	if mv.BasePath() == podcueModule {
		data := fmt.Appendf(nil, "module: %q\nlanguage: version: \"v0.15.0\"\n", mv.Path())
		return modfile.ParseNonStrict(data, "module.cue")
	}
	cache, err := r.cached()
	if err != nil {
		return nil, err
	}
	mf, err := cache.ModFile(ctx, mv)
	return mf, unavailable(mv, err)
}

// Fetch implements [modconfig.Registry].
func (r *registry) Fetch(ctx context.Context, mv module.Version) (module.SourceLoc, error) {
	if mv.BasePath() == podcueModule {
		return module.SourceLoc{FS: publishedSchema{r.podcue}, Dir: "."}, nil
	}
	cache, err := r.cached()
	if err != nil {
		return module.SourceLoc{}, err
	}
	loc, err := cache.Fetch(ctx, mv)
	if err != nil {
		return module.SourceLoc{}, unavailable(mv, err)
	}
	if root, ok := loc.FS.(module.OSRootFS); ok {
		r.fetched[root.OSRoot()] = mv.String()
	}
	return loc, nil
}

// ModuleVersions implements [modconfig.Registry].
func (r *registry) ModuleVersions(ctx context.Context, mpath string) ([]string, error) {
	cache, err := r.cached()
	if err != nil {
		return nil, err
	}
	return cache.ModuleVersions(ctx, mpath)
}

func unavailable(mv module.Version, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("module %v is not in the module cache, and podcue uses no network", mv)
}

// shown returns how positions name a file of a dependency: by its module rather
// than by where the cache is.
func (r *registry) shown(name string) string {
	for root, mv := range r.fetched {
		if rest, ok := strings.CutPrefix(name, root+string(os.PathSeparator)); ok {
			return mv + "/" + rest
		}
	}
	return name
}

// publishedSchema is the file system of podcue's published module, as far as the
// schema goes. CUE's loader insists on a folder that it would be in: root.
type publishedSchema struct{ root string }

// OSRoot implements [module.OSRootFS].
func (p publishedSchema) OSRoot() string { return p.root }

// Open implements [fs.FS].
func (p publishedSchema) Open(name string) (fs.File, error) {
	base := path.Base(schema.ImportPath)
	if name == base {
		return schema.Files.Open(".")
	}
	rest, ok := strings.CutPrefix(name, base+"/")
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return schema.Files.Open(rest)
}
