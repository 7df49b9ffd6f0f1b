package compiler

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/load"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/mod/module"
)

// moduleFolder is where CUE's loader finds the module: a folder that is not on
// disk. All that is in it is in the loader's overlay, so CUE reads nothing that
// gather did not: no file behind a link out of the module, no pipe, no file of a
// monstrous size.
const moduleFolder = "podcue.module"

// virtual returns the absolute name that CUE knows the file or folder of the
// module by.
func (ld *loader) virtual(name string) string {
	return filepath.Join(filepath.VolumeName(ld.src.dir)+string(filepath.Separator), moduleFolder, filepath.FromSlash(name))
}

// real returns the name in the module of what CUE calls name, and whether it is
// in the module.
func (ld *loader) real(name string) (string, bool) {
	rel, ok := strings.CutPrefix(name, ld.virtual(".")+string(filepath.Separator))
	return filepath.ToSlash(rel), ok
}

// A folderKey is one package of a folder; every package where the name is "".
type folderKey struct{ dir, name string }

// gather reads what the module's packages are made of: their files, those of the
// folders above them, and those of all that they import.
func (ld *loader) gather() {
	for name, data := range ld.own {
		ld.provide(name, data)
	}
	for _, name := range []string{"cue.mod/module.cue", "cue.mod/local-module.cue"} {
		if data, err := ld.read(ld.src.disk, ld.src.dir, ld.onDisk(name)); err == nil {
			ld.provide(name, data)
		}
	}
	for _, p := range ld.src.packages {
		ld.folder(ld.src.inModule(p.dir), p.name)
	}
	for name := range ld.own {
		ld.imports(name, ld.own[name])
	}
}

// provide lets CUE see a file. The documentation of the schema, which is most of
// it, is for editors.
func (ld *loader) provide(name string, data []byte) {
	if ld.inSchema(name) {
		data = withoutComments(data)
	}
	ld.overlay[ld.virtual(name)] = load.FromBytes(data)
}

// folder reads the files in dir, and those of its package in the folders above
// it: CUE makes them part of the package.
func (ld *loader) folder(dir, pkg string) {
	if ld.gathered[folderKey{dir, pkg}] {
		return
	}
	ld.gathered[folderKey{dir, pkg}] = true
	ld.readFolder(dir, "")
	if strings.HasPrefix(dir, "cue.mod/") {
		return
	}
	for up := dir; up != "."; {
		up = path.Dir(up)
		ld.readFolder(up, pkg)
	}
}

// readFolder reads the files in dir whose package clause is pkg, all where it is
// "".
func (ld *loader) readFolder(dir, pkg string) {
	if ld.gathered[folderKey{dir, ":" + pkg}] {
		return
	}
	ld.gathered[folderKey{dir, ":" + pkg}] = true
	entries, err := ld.list(ld.onDisk(dir))
	if err != nil {
		return // CUE says that the package is not there
	}
	for _, e := range entries {
		name := path.Join(dir, e.name)
		if _, done := ld.overlay[ld.virtual(name)]; done || e.dir || !isSource(e.name) {
			continue
		}
		data, err := ld.read(ld.src.disk, ld.src.dir, ld.onDisk(name))
		if err == nil {
			err = checkText(data)
		}
		if ld.size += len(data); ld.size > maxTotalSize && err == nil {
			err = fmt.Errorf("is one too many: what the packages are made of is larger than %d MiB", maxTotalSize>>20)
		}
		if err != nil {
			ld.broken = append(ld.broken, unreadable(ld.pattern(ld.onDisk(dir)), ld.shown(name), err))
			continue
		}
		if pkg != "" && packageClause(data) != pkg {
			continue
		}
		ld.provide(name, data)
		ld.embedded(name, data)
		ld.imports(name, data)
	}
}

func packageClause(data []byte) string {
	f, err := parser.ParseFile("", data, parser.PackageClauseOnly)
	if err != nil {
		return ""
	}
	return f.PackageName()
}

// imports gathers what the file imports, as far as the module itself has it.
// What does not parse is for CUE to say.
func (ld *loader) imports(name string, data []byte) {
	f, err := parser.ParseFile(name, data, parser.ImportsOnly)
	if err != nil {
		return
	}
	for spec := range f.ImportSpecs() {
		ip := ast.ParseImportPath(unquoted(spec.Path.Value))
		if module.CheckImportPath(ip.Unqualified().String()) != nil {
			continue
		}
		if ld.src.path != "" {
			if rest, ok := strings.CutPrefix(ip.Path, ld.src.path); ok && (rest == "" || rest[0] == '/') {
				ld.folder(path.Clean("."+rest), ip.Qualifier)
				continue
			}
		}
		for _, kind := range vendorFolders {
			if dir := path.Join("cue.mod", kind, ip.Path); ld.isDir(ld.onDisk(dir)) {
				ld.folder(dir, ip.Qualifier)
			}
		}
	}
}

// vendorFolders are the folders of cue.mod that hold copies of packages.
var vendorFolders = []string{"gen", "pkg", "usr"}

// onDisk returns the absolute file name of a name in the module.
func (ld *loader) onDisk(name string) string {
	return filepath.Join(ld.src.dir, filepath.FromSlash(name))
}

// close releases the module's folder.
func (ld *loader) close() {
	if ld.src.disk != nil {
		ld.src.disk.Close()
	}
}
