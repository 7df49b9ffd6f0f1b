package cuerule

import (
	"context"
	"fmt"
	"path"

	"cuelang.org/go/mod/modconfig"
	"cuelang.org/go/mod/modfile"
	"cuelang.org/go/mod/module"

	"github.com/podcue/podcue/schema"
)

// podcueModule is the module that the schema is published in.
var podcueModule = path.Dir(schema.ImportPath)

// A registry provides the modules that a module depends on without a network:
// podcue's own from what is embedded, where it is not in CUE's module cache, and
// others from the cache.
type registry struct {
	modconfig.Registry
	root string // the virtual folder of podcue's own module
}

func newRegistry(root string) modconfig.Registry {
	cached, err := modconfig.NewRegistry(&modconfig.Config{CUERegistry: "none"})
	if err != nil {
		return &registry{noCache{}, root} // there is no home directory, so no module cache
	}
	return &registry{cached, root}
}

// noCache is a module cache that has nothing.
type noCache struct{}

func (noCache) ModFile(_ context.Context, mv module.Version) (*modfile.File, error) {
	return nil, unavailable(mv)
}

func (noCache) Fetch(_ context.Context, mv module.Version) (module.SourceLoc, error) {
	return module.SourceLoc{}, unavailable(mv)
}

func (noCache) ModuleVersions(context.Context, string) ([]string, error) { return nil, nil }

// ModFile implements [modconfig.Registry].
func (r *registry) ModFile(ctx context.Context, mv module.Version) (*modfile.File, error) {
	mf, err := r.Registry.ModFile(ctx, mv)
	switch {
	case err == nil:
		return mf, nil
	case mv.BasePath() == podcueModule:
		return modfile.ParseNonStrict(schema.PublishedModuleFile(mv.Path()), "module.cue")
	}
	return nil, unavailable(mv)
}

// Fetch implements [modconfig.Registry].
func (r *registry) Fetch(ctx context.Context, mv module.Version) (module.SourceLoc, error) {
	loc, err := r.Registry.Fetch(ctx, mv)
	switch {
	case err == nil:
		return loc, nil
	case mv.BasePath() == podcueModule:
		return module.SourceLoc{FS: schema.Published{Root: r.root, Module: mv.Path()}, Dir: "."}, nil
	}
	return loc, unavailable(mv)
}

func unavailable(mv module.Version) error {
	return fmt.Errorf("module %v is not in the module cache, and podcue uses no network", mv)
}
