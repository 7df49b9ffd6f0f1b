package compiler

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/errors"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
	"github.com/podcue/podcue/schema"
)

// unreadable is the finding for a file that is not fit to be read.
func unreadable(pkg, shown string, err error) finding.Finding {
	f := finding.Finding{
		ID: finding.IDCUE, Severity: finding.Error,
		Object:  finding.Object{Kind: kindPackage, Name: pkg, Package: pkg},
		Message: path.Base(shown) + " " + plain(err.Error()),
		Help:    "mend the file, or take it out of the package",
		Origins: []provenance.Origin{{Pos: provenance.Position{Filename: shown}}},
	}
	var text *textError
	if errors.As(err, &text) {
		f.Origins[0].Pos.Line, f.Origins[0].Pos.Column = text.line, text.column
		f.Help = "save the file as UTF-8 text, or take it out of the package"
	}
	if pkg == "" {
		f.Object = finding.Object{Kind: kindModule, Name: path.Dir(path.Dir(shown))}
	}
	return f
}

// severalPackages is the finding for a folder with files of several packages,
// which plain cue refuses too.
func (d *discovery) severalPackages(dir string, names []string, clauses map[string]provenance.Position) finding.Finding {
	p := d.files.pattern(dir)
	f := finding.Finding{
		ID: finding.IDCUE, Severity: finding.Error,
		Object:  finding.Object{Kind: kindPackage, Name: p, Package: p},
		Message: "the folder has files of several packages: " + strings.Join(names, ", "),
		Help:    "give each package a folder of its own, or name one of them: " + p + ":" + names[0],
	}
	for _, name := range names {
		f.Origins = append(f.Origins, provenance.Origin{Pos: clauses[name]})
	}
	return f
}

// tokens are the parser's names of what it finds, in words.
var tokens = strings.NewReplacer(
	"'IDENT'", "a name", "'STRING'", "a string", "'INT'", "a number", "'FLOAT'", "a number", "'EOF'", "the end of the file", "newline", "the end of the line",
)

// loadFindings returns the findings of an error of the parser about one file.
func loadFindings(object finding.Object, err error) finding.List {
	var found finding.List
	for _, e := range errors.Errors(err) {
		message := tokens.Replace(plain(e.Error()))
		f := finding.Finding{ID: finding.IDCUE, Severity: finding.Error, Object: object, Message: message, Help: syntaxHelp(message, "")}
		if pos := e.Position(); pos.IsValid() {
			f.Origins = []provenance.Origin{{Pos: provenance.Position{Filename: pos.Filename(), Line: pos.Line(), Column: pos.Column()}}}
		}
		found = append(found, f)
	}
	return found
}

// moduleFindings returns the findings of an error about the module file called
// shown.
func moduleFindings(object finding.Object, shown string, data []byte, err error) finding.List {
	found := loadFindings(object, err)
	for i := range found {
		if len(found[i].Origins) == 0 {
			at := provenance.Position{Filename: shown, Line: 1, Column: 1}
			for n, line := range strings.Split(string(data), "\n") {
				if strings.HasPrefix(strings.TrimSpace(line), "language") {
					at.Line = n + 1
				}
			}
			found[i].Origins = []provenance.Origin{{Pos: at}}
		}
		found[i].Help = `a module file is such as: module: "example.com/team" and language: version: "v0.15.0"`
		if strings.Contains(found[i].Message, "too new") {
			found[i].Help = "lower language.version in the module file, or use a podcue that has a newer CUE"
		}
	}
	return found
}

var (
	importFailed = regexp.MustCompile(`^(import failed: |\S+:\d+:\d+: )+`)
	fileBefore   = regexp.MustCompile(`^/\S+\.cue: `)
	unfetched    = regexp.MustCompile(`module \S+ is not in the module cache, and podcue uses no network`)
	noPackage    = regexp.MustCompile(`^cannot find package "([^"]*)": (.*)$`)
)

// translateLoad returns the findings of an error of CUE's loader.
func (ld *loader) translateLoad(object finding.Object, err error) finding.List {
	var found finding.List
	broken := map[string]bool{}
	for _, e := range errors.Errors(err) {
		if isSyntax(e) {
			if broken[e.Position().Filename()] {
				continue // what the parser makes of the rest of a file follows from the first mistake in it
			}
			broken[e.Position().Filename()] = true
		}
		f := finding.Finding{ID: finding.IDCUE, Severity: finding.Error, Object: object}
		for _, pos := range append([]tokenPos{e.Position()}, e.InputPositions()...) {
			o := provenance.Origin{Pos: ld.position(pos)}
			if o.Pos.IsValid() && !ld.isSchema(o.Pos.Filename) && !slices.Contains(f.Origins, o) {
				f.Origins = append(f.Origins, o)
			}
		}
		if len(f.Origins) > 1 && importFailed.MatchString(e.Error()) && !strings.Contains(e.Error(), "import cycle") {
			slices.Reverse(f.Origins) // the mistake itself, then who imports it
			p := ld.pattern(filepath.Join(ld.dir, filepath.FromSlash(path.Dir(f.Origins[0].Pos.Filename))))
			f.Object = finding.Object{Kind: kindPackage, Name: p, Package: p}
		}
		f.Message = tokens.Replace(plain(fileBefore.ReplaceAllString(importFailed.ReplaceAllString(e.Error(), ""), "")))
		ld.sayLoad(&f)
		if len(f.Origins) == 0 {
			at := ld.display(ld.onDisk("cue.mod/module.cue"))
			f.Origins = []provenance.Origin{{Pos: provenance.Position{Filename: at, Line: 1, Column: 1}}}
		}
		found = append(found, f)
	}
	return found
}

// sayLoad rewrites a message of CUE's loader, and adds help.
func (ld *loader) sayLoad(f *finding.Finding) {
	ambiguous := strings.Contains(f.Message, "ambiguous import")
	switch m := noPackage.FindStringSubmatch(f.Message); {
	case ambiguous:
		f.Message = "an imported package is found twice: among the dependencies of the module file and in cue.mod"
		f.Help = "remove it from deps in cue.mod/module.cue, or the copy in cue.mod"
	case unfetched.MatchString(f.Message):
		f.Message = unfetched.FindString(f.Message)
		f.Help = "fetch it with plain cue once, for example with cue vet -c=false ./..., or vendor it into cue.mod/pkg"
	case m != nil:
		ld.sayNoPackage(m[1], f)
	case strings.Contains(f.Message, "import cycle"):
		f.Message = importCycle
		f.Help = "move what they share into a package of its own"
	case strings.Contains(f.Message, "relative import paths"):
		f.Message = "an import path is never relative"
		f.Help = fmt.Sprintf("write the whole path, which begins with the module's: %q", ld.src.path+"/…")
	case strings.Contains(f.Message, "no CUE files"), strings.Contains(f.Message, "build constraints exclude"):
		f.Message = "no file of the package is taken: their @if attributes leave all of them out"
		f.Help = "give the tag with -t, or remove the attribute"
	default:
		ld.saySyntax(f)
	}
}

const importCycle = "the packages import one another"

// isSameCycle reports whether two findings are about the same packages, which
// import one another: each of them has one.
func isSameCycle(a, b finding.Finding) bool {
	return a.Message == importCycle && b.Message == importCycle && len(a.Origins) == len(b.Origins) &&
		!slices.ContainsFunc(a.Origins, func(o provenance.Origin) bool { return !slices.Contains(b.Origins, o) })
}

// otherPackage returns the package of the first file in a folder of the module, ""
// if there is none.
func (ld *loader) otherPackage(dir string) string {
	entries, err := ld.list(ld.onDisk(dir))
	if err != nil {
		return ""
	}
	for _, e := range entries {
		if data, err := ld.read(ld.src.disk, ld.src.dir, ld.onDisk(path.Join(dir, e.name))); err == nil && isSource(e.name) {
			return packageClause(data)
		}
	}
	return ""
}

// sayNoPackage speaks of an import that leads nowhere.
func (ld *loader) sayNoPackage(importPath string, f *finding.Finding) {
	ip := ast.ParseImportPath(importPath)
	f.Message = fmt.Sprintf("there is no package %s", importPath)
	ours := strings.HasPrefix(ip.Path, path.Dir(podcueModule)+"/") || finding.Nearest(ip.Path, []string{schema.ImportPath}) != ""
	if ours && ld.src.path != podcueModule {
		f.Message += finding.DidYouMean(ip.Path, []string{schema.ImportPath})
		f.Help = fmt.Sprintf("write %q", schema.ImportPath)
		return
	}
	rest, inModule := strings.CutPrefix(ip.Path, ld.src.path+"/")
	if !inModule {
		f.Help = "add its module to deps in cue.mod/module.cue with cue mod get, or vendor the package into cue.mod/pkg; the module here is " + ld.src.path
		return
	}
	var siblings []string
	up := path.Dir(rest)
	if entries, err := ld.list(ld.onDisk(up)); err == nil {
		for _, e := range entries {
			if e.dir && !ignoredName(e.name) {
				siblings = append(siblings, path.Join(ld.src.path, up, e.name))
			}
		}
	}
	f.Message += finding.DidYouMean(ip.Path, siblings)
	f.Help = "there are no CUE files of the package in " + ld.display(ld.onDisk(rest))
	if other := ld.otherPackage(rest); other != "" && other != ip.Qualifier {
		f.Help = fmt.Sprintf("its files are of the package %s: write %q", other, ip.Path+":"+other)
	}
	if near := finding.Nearest(ip.Path, siblings); near != "" && near != ip.Path {
		f.Help = fmt.Sprintf("write %q", near)
	}
}
