package compiler

import (
	"context"
	"fmt"
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
	if mv.BasePath() != podcueModule {
		if cache, err := r.cached(); err == nil {
			if mf, err := cache.ModFile(ctx, mv); err == nil {
				return mf, nil
			}
		}
		// A module that is not there must not be in the way of the packages that
		// do without it: whoever imports from it hears so from Fetch.
	}
	return modfile.ParseNonStrict(schema.PublishedModuleFile(mv.Path()), "module.cue")
}

// Fetch implements [modconfig.Registry].
func (r *registry) Fetch(ctx context.Context, mv module.Version) (module.SourceLoc, error) {
	if mv.BasePath() == podcueModule {
		return module.SourceLoc{FS: schema.Published{Root: r.podcue, Module: mv.Path()}, Dir: "."}, nil
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
