package compiler

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
	"github.com/podcue/podcue/schema"
)

// sayNoReference speaks of a name that nothing has.
func (tr *translator) sayNoReference(p problem, f *finding.Finding) {
	missing := arg(p, 0)
	all := tr.known()
	f.Message = fmt.Sprintf("nothing is called %s here", missing)
	f.Help = fmt.Sprintf("define %s, or put quotes around it if it is a string: %q", missing, missing)
	own := otherWords[missing]
	switch {
	case own == "null":
		f.Help = "leave the field out: what is not set needs no " + missing
	case own != "":
		f.Message += "; did you mean " + own + "?"
		f.Help = fmt.Sprintf("write %s, or %q if it is a string", own, missing)
	case missing == path.Base(schema.ImportPath):
		f.Help = fmt.Sprintf("import the schema: import %q", schema.ImportPath)
	case standardPackages[missing] != "" && tr.calls(f.Position()):
		f.Help = fmt.Sprintf("import the package: import %q", standardPackages[missing])
	case strings.HasPrefix(missing, "#") && tr.sayOfSchema(missing, all, f):
	case tr.fieldPath(missing) != "":
		f.Message += "; did you mean " + tr.fieldPath(missing) + "?"
		f.Help = "write " + tr.fieldPath(missing)
	default:
		f.Message += finding.DidYouMean(missing, all)
		if near := finding.Nearest(missing, all); near != "" {
			f.Help = "write " + near
		}
	}
}

// calls reports whether the name at a position is that of a package whose function
// is called.
func (tr *translator) calls(at provenance.Position) bool {
	found := false
	for _, f := range tr.inst.Files {
		ast.Walk(f, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if sel, ok := call.Fun.(*ast.SelectorExpr); ok && tr.position(sel.X.Pos()) == at {
					found = true
				}
			}
			return !found
		}, nil)
	}
	return found
}

// fieldPath returns the path of a template or a task that goes by a name, as a
// reference to it is written; "" if there is none.
func (tr *translator) fieldPath(name string) string {
	for _, field := range []string{templatesField, tasksField} {
		if tr.root.LookupPath(cue.MakePath(cue.Str(field), cue.Str(name))).Exists() {
			return field + "." + name
		}
	}
	return ""
}

// known returns the names that the package's files have: of imports and fields.
func (tr *translator) known() []string {
	var all []string
	for _, file := range tr.inst.Files {
		if tr.isSchema(tr.fileName(file.Filename)) {
			continue
		}
		for spec := range file.ImportSpecs() {
			all = append(all, ast.ParseImportPath(unquoted(spec.Path.Value)).Qualifier)
		}
		ast.Walk(file, func(n ast.Node) bool {
			if field, ok := n.(*ast.Field); ok {
				if name, _, err := ast.LabelName(field.Label); err == nil && ast.IsValidIdent(name) {
					all = append(all, name)
				}
			}
			return true
		}, nil)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// sayOfSchema speaks of a definition that is missing its package: the schema has
// it. It reports whether that is the case. known are the names that the package's
// files have: one that is nearer has been meant.
func (tr *translator) sayOfSchema(missing string, known []string, f *finding.Finding) bool {
	inst := findImport(tr.inst.Instance, map[*build.Instance]bool{})
	if inst == nil {
		return false
	}
	var all []string
	fields, err := tr.ctx.BuildInstance(inst).Fields(cue.Definitions(true))
	for err == nil && fields.Next() {
		all = append(all, fields.Selector().String())
	}
	def := missing
	if !slices.Contains(all, missing) {
		own := slices.DeleteFunc(slices.Clone(known), func(n string) bool { return !strings.HasPrefix(n, "#") })
		if def = finding.Nearest(missing, append(own, all...)); slices.Contains(own, def) {
			return false
		}
	}
	if def == "" {
		return false
	}
	qualifier := tr.qualifier(f.Position().Filename)
	f.Message += fmt.Sprintf("; did you mean %s.%s?", qualifier, def)
	f.Help = fmt.Sprintf("write %s.%s", qualifier, def)
	if !tr.imports(f.Position().Filename, schema.ImportPath) {
		f.Help += fmt.Sprintf(", and import the schema: import %q", schema.ImportPath)
	}
	tr.meant = append(tr.meant, f.Position().Filename)
	return true
}

// qualifier returns the name that the file called shown imports the schema by, or
// would import it by.
func (tr *translator) qualifier(shown string) string {
	for _, file := range tr.inst.Files {
		if tr.fileName(file.Filename) != shown {
			continue
		}
		for spec := range file.ImportSpecs() {
			if spec.Name != nil && canonical(unquoted(spec.Path.Value)) == schema.ImportPath {
				return spec.Name.Name
			}
		}
	}
	return path.Base(schema.ImportPath)
}

// imports reports whether the file called shown imports a package.
func (tr *translator) imports(shown, importPath string) bool {
	for _, file := range tr.inst.Files {
		if tr.fileName(file.Filename) == shown {
			for spec := range file.ImportSpecs() {
				if canonical(unquoted(spec.Path.Value)) == importPath {
					return true
				}
			}
		}
	}
	return false
}

// otherWords are what other languages write for CUE's own words.
var otherWords = map[string]string{
	"True": "true", "TRUE": "true", "yes": "true", "Yes": "true", "on": "true", "On": "true",
	"False": "false", "FALSE": "false", "no": "false", "No": "false", "off": "false", "Off": "false",
	"None": "null", "nil": "null", "Null": "null", "NULL": "null", "undefined": "null",
}

// standardPackages are the packages of CUE's standard library that templates are
// made with, by the name that they go by.
var standardPackages = map[string]string{
	"strings": "strings", "list": "list", "math": "math", "strconv": "strconv", "regexp": "regexp", "struct": "struct",
	"time": "time", "net": "net", "path": "path", "uuid": "uuid", "json": "encoding/json", "yaml": "encoding/yaml",
	"base64": "encoding/base64", "hex": "encoding/hex", "csv": "encoding/csv", "toml": "encoding/toml",
	"template": "text/template", "sha256": "crypto/sha256", "sha1": "crypto/sha1", "sha512": "crypto/sha512",
	"md5": "crypto/md5", "hmac": "crypto/hmac", "bits": "math/bits", "html": "html",
}

// sayNoFunction speaks of a function that a package does not have.
func (tr *translator) sayNoFunction(p problem, f *finding.Finding) {
	name := arg(p, 0)
	f.Message = "there is no function " + name
	f.Help = "see the functions of CUE's standard library"
	pkg, fn, ok := strings.Cut(name, ".")
	if !ok || standardPackages[pkg] == "" {
		return
	}
	v := tr.ctx.CompileString(fmt.Sprintf("import %q\nfunctions: %s", standardPackages[pkg], pkg))
	fields, err := v.LookupPath(cue.MakePath(cue.Str("functions"))).Fields(cue.All())
	if err != nil {
		return
	}
	var all []string
	for fields.Next() {
		all = append(all, fields.Selector().Unquoted())
	}
	if near := finding.Nearest(fn, all); near != "" {
		f.Message += finding.DidYouMean(fn, all)
		f.Help = "write " + pkg + "." + near
	}
}

// sayCycle speaks of fields that are computed from one another.
func (tr *translator) sayCycle(p problem, f *finding.Finding) {
	through, _, _ := strings.Cut(arg(p, 0), "(")
	f.Message = "is computed from itself"
	if own := p.path[max(len(p.path)-1, 0):]; len(own) == 1 && own[0] != through {
		f.Message += ", through " + through
	}
	f.Help = "give one of the fields that refer to each other a value"
}

// isRound reports whether q is the same circle of fields as p, which is shown
// first.
func isRound(p, q problem) bool {
	if p.format != formatCycle || q.format != formatCycle || len(p.path) == 0 || len(q.path) == 0 {
		return false
	}
	through, _, _ := strings.Cut(arg(q, 0), "(")
	return q.path[len(q.path)-1] != through && slices.ContainsFunc(p.own, func(at provenance.Position) bool { return slices.Contains(q.own, at) }) ||
		through == p.path[len(p.path)-1]
}

// misnamed returns a finding for each field of a package without templates and
// tasks that is nearly called so, and holds some.
func (tr *translator) misnamed() finding.List {
	var found finding.List
	fields, err := tr.root.Fields(cue.Hidden(true))
	for err == nil && fields.Next() {
		name := fields.Selector().String()
		meant := finding.Nearest(name, []string{templatesField, tasksField})
		if meant == "" || !holds(fields.Value(), map[string]string{templatesField: "podSpec", tasksField: "image"}[meant]) {
			continue
		}
		f := finding.Finding{
			ID: finding.IDSchema, Severity: finding.Error, Object: tr.inst.source.object(), Path: provenance.Path("").Child(name),
			Message: fmt.Sprintf("the field %s is none that podcue reads; did you mean %s?", label(name), meant), Help: "write " + meant,
		}
		if at := tr.origins(fields.Value(), true, ""); len(at) > 0 {
			f.Origins = at[len(at)-1:]
		}
		found = append(found, f)
	}
	return found
}

// holds reports whether v has members, all of them with a field.
func holds(v cue.Value, field string) bool {
	members, err := v.Fields()
	n := 0
	for err == nil && members.Next() {
		if n++; !exists(members.Value(), field) {
			return false
		}
	}
	return n > 0
}
