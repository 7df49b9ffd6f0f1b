package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// packagePaths are the Go packages that the closure is made of.
var packagePaths = []string{"k8s.io/api/core/v1", "k8s.io/apimachinery/pkg/apis/meta/v1"}

// source is what the Go source says and reflection does not.
type source struct {
	enums    map[string][]string // the constants of each string type, in their order
	marked   map[string]bool     // types with a +enum marker
	optional map[string]bool     // "Type.Field" with an +optional marker
	docs     map[string]string   // documentation of types and constants by name
}

// readSource reads the packages, which must be in this module's dependencies.
func readSource(paths ...string) (*source, error) {
	src := &source{
		enums: map[string][]string{}, marked: map[string]bool{}, optional: map[string]bool{}, docs: map[string]string{},
	}
	for _, path := range paths {
		out, err := exec.Command("go", "list", "-f", "{{.Dir}}", path).Output()
		if err != nil {
			return nil, fmt.Errorf("go list %s: %w", path, err)
		}
		dir := strings.TrimSpace(string(out))
		noTests := func(info fs.FileInfo) bool { return !strings.HasSuffix(info.Name(), "_test.go") }
		//lint:ignore SA1019 the files of one folder, with no build tags to obey
		pkgs, err := parser.ParseDir(token.NewFileSet(), dir, noTests, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, pkg := range pkgs {
			for _, f := range pkg.Files {
				for _, d := range f.Decls {
					if gen, ok := d.(*ast.GenDecl); ok {
						src.addDecl(gen)
					}
				}
			}
		}
	}
	return src, nil
}

func (s *source) addDecl(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch spec := spec.(type) {
		case *ast.ValueSpec:
			if d.Tok == token.CONST {
				s.addConst(spec)
			}
		case *ast.TypeSpec:
			doc := spec.Doc.Text()
			if doc == "" {
				doc = d.Doc.Text()
			}
			s.docs[spec.Name.Name] = withoutMarkers(doc)
			s.marked[spec.Name.Name] = hasMarker(spec.Doc, "+enum") || hasMarker(d.Doc, "+enum")
			if st, ok := spec.Type.(*ast.StructType); ok {
				s.addStruct(spec.Name.Name, st)
			}
		}
	}
}

func (s *source) addConst(spec *ast.ValueSpec) {
	typ, ok := spec.Type.(*ast.Ident)
	if !ok || len(spec.Values) != 1 {
		return
	}
	lit, ok := spec.Values[0].(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return
	}
	value, err := strconv.Unquote(lit.Value)
	if err != nil {
		return
	}
	s.enums[typ.Name] = append(s.enums[typ.Name], value)
	doc := spec.Doc.Text()
	if doc == "" {
		doc = spec.Comment.Text()
	}
	s.docs[typ.Name+"="+value] = doc
}

func (s *source) addStruct(name string, st *ast.StructType) {
	for _, f := range st.Fields.List {
		for _, id := range f.Names {
			if hasMarker(f.Doc, "+optional") {
				s.optional[name+"."+id.Name] = true
			}
		}
	}
}

// withoutMarkers returns doc without the lines that are for generators.
func withoutMarkers(doc string) string {
	lines := slices.DeleteFunc(strings.Split(doc, "\n"), func(l string) bool { return strings.HasPrefix(l, "+") })
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// hasMarker reports whether a line of the comment is the marker.
func hasMarker(doc *ast.CommentGroup, marker string) bool {
	if doc == nil {
		return false
	}
	for _, c := range doc.List {
		if strings.TrimSpace(strings.TrimPrefix(c.Text, "//")) == marker {
			return true
		}
	}
	return false
}
