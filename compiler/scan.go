package compiler

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/mod/modfile"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// A folder is what discovery knows of a directory: the packages of its files.
type folder struct {
	packages []string                       // sorted
	clauses  map[string]provenance.Position // where the first clause of each package is
	broken   bool                           // some file has no readable package clause
	loose    string                         // a file without a package clause, "" if there is none
	text     []byte                         // of that file
}

// scan reads the package clauses of the files in dir.
func (d *discovery) scan(m *moduleSource, dir string) folder {
	f := folder{clauses: map[string]provenance.Position{}}
	entries, err := d.list(dir)
	if err != nil {
		return folder{broken: true}
	}
	for _, e := range entries {
		if e.dir || !isSource(e.name) {
			continue
		}
		name := filepath.Join(dir, e.name)
		shown := d.display(name)
		data, err := d.read(m.disk, m.dir, name)
		if err == nil {
			err = checkText(data)
		}
		if err != nil {
			f.broken = true
			d.found = append(d.found, unreadable(d.files.pattern(dir), shown, err))
			continue
		}
		syntax, err := parser.ParseFile(shown, data, parser.PackageClauseOnly)
		if err != nil {
			f.broken = true
			d.found = append(d.found, loadFindings(finding.Object{Kind: kindPackage, Name: d.files.pattern(dir), Package: d.files.pattern(dir)}, err)...)
			continue
		}
		switch clause := syntax.PackageName(); {
		case clause == "" || clause == "_":
			f.loose, f.text = shown, data
		case !slices.Contains(f.packages, clause):
			f.packages = append(f.packages, clause)
			f.clauses[clause] = clausePosition(shown, syntax)
		}
	}
	slices.Sort(f.packages)
	return f
}

// clausePosition returns where the name in a file's package clause is.
func clausePosition(shown string, f *ast.File) provenance.Position {
	for _, decl := range f.Decls {
		if p, ok := decl.(*ast.Package); ok {
			return provenance.Position{Filename: shown, Line: p.Name.Pos().Line(), Column: p.Name.Pos().Column()}
		}
	}
	return provenance.Position{Filename: shown}
}

// module returns the module in the folder root, nil if its module file is
// broken, which is a finding then.
func (d *discovery) module(root string) *moduleSource {
	if m, ok := d.modules[root]; ok {
		return m
	}
	m := &moduleSource{dir: root, root: d.display(root)}
	d.modules[root] = nil
	if disk, err := os.OpenRoot(root); err == nil {
		m.disk = disk
	}
	name := filepath.Join(root, "cue.mod", "module.cue")
	data, err := d.read(m.disk, root, name)
	object := finding.Object{Kind: kindModule, Name: m.root}
	if err != nil {
		d.found = append(d.found, unreadable("", d.display(name), err))
		return nil
	}
	mf, err := modfile.ParseNonStrict(data, d.display(name))
	if err != nil {
		d.found = append(d.found, moduleFindings(object, d.display(name), data, err)...)
		return nil
	}
	m.path = ast.ParseImportPath(mf.QualifiedModule()).Path
	for dep := range mf.Deps {
		m.deps = append(m.deps, ast.ParseImportPath(dep).Path)
	}
	d.modules[root] = m
	return m
}

// inModule returns the name of a file or folder of m as its import path has it:
// slash-separated and relative to the module's root.
func (m *moduleSource) inModule(name string) string {
	rel, err := filepath.Rel(m.dir, name)
	if err != nil {
		return filepath.ToSlash(name)
	}
	return filepath.ToSlash(rel)
}

// importPath returns how other packages of the module import p.
func (m *moduleSource) importPath(p *packageSource) string {
	ip := path.Join(m.path, m.inModule(p.dir))
	if path.Base(ip) != p.name {
		ip += ":" + p.name
	}
	return ip
}

// noClause says that the folder has files, and no package.
func (f folder) noClause(dir string) string {
	if looksLikeYAML.Match(f.text) {
		return f.loose + " is YAML, and no CUE: podcue import turns a manifest into CUE"
	}
	return fmt.Sprintf("%s has no package clause, so it is in no package: begin it with a line such as package %s", f.loose, packageName(dir))
}

var looksLikeYAML = regexp.MustCompile(`(?m)^(apiVersion|kind): *[A-Za-z]`)

// strayTemplates returns a warning if the folder has templates or tasks in a file
// that is in no package: nothing of it is checked.
func (f folder) strayTemplates(dir, pattern string) finding.List {
	syntax, err := parser.ParseFile(f.loose, f.text)
	if f.loose == "" || err != nil {
		return nil
	}
	for _, decl := range syntax.Decls {
		field, ok := decl.(*ast.Field)
		if !ok || !isLabel(field.Label, templatesField) && !isLabel(field.Label, tasksField) {
			continue
		}
		pos := field.Label.Pos()
		return finding.List{{
			ID: finding.IDCUE, Severity: finding.Warning,
			Object:  finding.Object{Kind: kindPackage, Name: pattern, Package: pattern},
			Message: "the file has no package clause, so nothing of it is checked",
			Help:    "begin it with a line such as package " + packageName(dir),
			Origins: []provenance.Origin{{Pos: provenance.Position{Filename: f.loose, Line: pos.Line(), Column: pos.Column()}}},
		}}
	}
	return nil
}

// packageName is the name that the package in dir would go by.
func packageName(dir string) string {
	name := strings.Map(func(r rune) rune {
		if r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(filepath.Base(dir)))
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		return "templates"
	}
	return name
}
