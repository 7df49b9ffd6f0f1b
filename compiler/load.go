package compiler

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/load"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/schema"
)

// schemaShown is what the files of the embedded schema are called in positions.
const schemaShown = "podcue/schema/"

// An instance is one package, parsed and with its imports resolved.
type instance struct {
	*build.Instance
	source *packageSource
}

// A loader loads the packages of one module.
type loader struct {
	*files
	src        *moduleSource
	own        map[string][]byte      // podcue's own files, by name in the module
	overlay    map[string]load.Source // all that CUE can read, by virtual name
	gathered   map[folderKey]bool
	embeds     map[string]string // the embedded files, by the names in CUE's positions
	broken     finding.List      // of files that cannot be read
	size       int               // bytes read
	schemaDirs []string          // of the module: where its schema is
	vendored   string            // the one of schemaDirs that is a copy in the module, or ""
	registry   *registry
}

// newLoader returns a loader of the packages of src. Where nothing else provides
// the schema, podcue's own does.
func newLoader(f *files, src *moduleSource) *loader {
	ld := &loader{
		files: f, src: src, own: map[string][]byte{}, overlay: map[string]load.Source{},
		gathered: map[folderKey]bool{}, embeds: map[string]string{}, registry: newRegistry(),
	}
	modulePath := path.Dir(schema.ImportPath)
	switch {
	case src.path == modulePath:
		ld.schemaDirs = []string{path.Base(schema.ImportPath)}
	case slices.Contains(src.deps, modulePath) || slices.Contains(src.deps, schema.ImportPath):
		ld.schemaDirs = []string{path.Join(depsFolder, podcueModule, path.Base(schema.ImportPath))}
		for name, data := range schemaFiles() {
			ld.own[path.Join(ld.schemaDirs[0], name)] = data
		}
		ld.registry.podcue = ld.virtual(path.Join(depsFolder, podcueModule))
	default:
		for _, kind := range vendorFolders {
			if dir := path.Join("cue.mod", kind, schema.ImportPath); f.isDir(ld.onDisk(dir)) {
				ld.vendored = dir
				ld.schemaDirs = append(ld.schemaDirs, dir)
			}
		}
		if ld.vendored == "" {
			dir := path.Join("cue.mod/gen", schema.ImportPath)
			ld.schemaDirs = []string{dir}
			for name, data := range schemaFiles() {
				ld.own[path.Join(dir, name)] = data
			}
		}
	}
	for _, p := range src.packages {
		ld.constrain(p)
	}
	ld.gather()
	return ld
}

// schemaFiles returns podcue's own schema by file name.
func schemaFiles() map[string][]byte {
	out := map[string][]byte{}
	entries, err := fs.ReadDir(schema.Files, ".")
	if err != nil {
		return out
	}
	for _, e := range entries {
		if data, err := fs.ReadFile(schema.Files, e.Name()); err == nil && isSource(e.Name()) {
			out[e.Name()] = data
		}
	}
	return out
}

// constraintFile begins the names of the files that constrain puts in packages.
// They come last, so that CUE speaks of the author's imports first.
const constraintFile = "zzz-podcue-constraints-"

// The text of those files. The alias cannot be in the way of a name of the
// author's.
const (
	constraintHead     = "\n\nimport podcueSchemaOfItsOwn \"" + schema.ImportPath + "\"\n\n"
	packageConstraint  = "templates?: [_]: podcueSchemaOfItsOwn.#PodTemplate\ntasks?: [_]: podcueSchemaOfItsOwn.#Task\n"
	platformConstraint = "podcueSchemaOfItsOwn.#Config\n"
)

// constrain unifies the package with the schema, by one more file in it: on the
// author's side, so that CUE speaks of the author's fields, and before it is
// evaluated, so that it is evaluated once. A package takes the files of the
// folders above it that have the same package clause; if one of them is
// constrained already, so is the package.
func (ld *loader) constrain(p *packageSource) {
	text := "package " + p.name + constraintHead + packageConstraint
	if p.name == platformPackage && p.dir == ld.src.dir {
		text = "package " + p.name + constraintHead + platformConstraint
	}
	dir := ld.src.inModule(p.dir)
	if slices.Contains(ld.schemaDirs, dir) {
		return // the schema does not import itself
	}
	for up := dir; up != "."; {
		up = path.Dir(up)
		if ld.own[path.Join(up, constraintFile+p.name+".cue")] != nil {
			return
		}
	}
	ld.own[path.Join(dir, constraintFile+p.name+".cue")] = []byte(text)
}

// load loads the packages of the module. A package with mistakes is left out of
// the result and has findings.
func (ld *loader) load(t *tags) ([]*instance, finding.List) {
	if len(ld.src.packages) == 0 {
		return nil, nil
	}
	args := make([]string, len(ld.src.packages))
	for i, p := range ld.src.packages {
		args[i] = "./" + ld.src.inModule(p.dir) + ":" + p.name
		if p.dir == ld.src.dir {
			args[i] = ".:" + p.name
		}
	}
	tags, loaded := t.all, []*build.Instance(nil)
	for {
		loaded = load.Instances(args, &load.Config{
			Overlay: ld.overlay, Dir: ld.virtual("."), ModuleRoot: ld.virtual("."), Tags: tags,
			Registry: ld.registry, ParseFile: ld.parse,
		})
		kept, refused := tags, false
		for _, inst := range loaded {
			for _, err := range errors.Errors(inst.Err) {
				if kept, refused = without(tags, err.Error()); refused {
					break
				}
				t.note(err.Error())
			}
		}
		if !refused {
			t.use(tags)
			break
		}
		tags = kept
	}
	if len(tags) > 0 {
		for _, inst := range loaded {
			t.check(inst.Files)
		}
	}
	instances, found := ld.sound(loaded)
	return instances, append(ld.broken, found...)
}

// sound splits what was loaded into the packages that can be evaluated and the
// findings of the others.
func (ld *loader) sound(loaded []*build.Instance) ([]*instance, finding.List) {
	var out []*instance
	var found finding.List
	for i, inst := range loaded {
		object := finding.Object{Kind: kindModule, Name: ld.src.root}
		if len(loaded) == len(ld.src.packages) {
			object = ld.src.packages[i].object()
		}
		if list := ld.loadFindings(object, inst); len(list) > 0 {
			for _, f := range list {
				if !slices.ContainsFunc(found, func(old finding.Finding) bool { return isSameCycle(old, f) }) {
					found = append(found, f)
				}
			}
			continue
		}
		if len(loaded) == len(ld.src.packages) {
			out = append(out, &instance{inst, ld.src.packages[i]})
		}
	}
	return out, found
}

// object returns what findings about the package are about.
func (p *packageSource) object() finding.Object {
	if p.platform {
		return finding.Object{Kind: kindConfig, Name: platformPackage, Package: p.path}
	}
	return finding.Object{Kind: kindPackage, Name: p.path, Package: p.path}
}

// loadFindings returns the mistakes of inst and of all that it imports.
func (ld *loader) loadFindings(object finding.Object, inst *build.Instance) finding.List {
	var found finding.List
	seen := map[*build.Instance]bool{}
	var visit func(*build.Instance)
	visit = func(inst *build.Instance) {
		if inst == nil || seen[inst] {
			return
		}
		seen[inst] = true
		if inst.Err != nil {
			found = append(found, ld.translateLoad(object, inst.Err)...)
		}
		for _, dep := range inst.Imports {
			visit(dep)
		}
	}
	visit(inst)
	return found.Unique()
}

// shown returns how positions name the file of the module called name.
func (ld *loader) shown(name string) string {
	if ld.own[name] != nil && ld.inSchema(name) {
		return schemaShown + path.Base(name)
	}
	return ld.display(ld.onDisk(name))
}

// inSchema reports whether the file called name in the tree is one of the schema
// or of podcue's constraints, and so not the author's.
func (ld *loader) inSchema(name string) bool {
	if strings.HasPrefix(path.Base(name), constraintFile) {
		return true
	}
	return slices.ContainsFunc(ld.schemaDirs, func(dir string) bool { return strings.HasPrefix(name, dir+"/") })
}

// isSchema is inSchema for a name as positions have it.
func (ld *loader) isSchema(shown string) bool {
	if strings.HasPrefix(shown, schemaShown) || strings.HasPrefix(path.Base(shown), constraintFile) {
		return true
	}
	return slices.ContainsFunc(ld.schemaDirs, func(dir string) bool {
		return strings.HasPrefix(shown, ld.display(ld.onDisk(dir))+"/")
	})
}
