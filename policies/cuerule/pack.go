package cuerule

import (
	"errors"
	"os"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// A pack is one package with policies: its files, and what they evaluate to.
type pack struct {
	dir        string // positions are relative to it
	path       string // how findings name the package: "./policies"
	inst       *build.Instance
	files      []*ast.File // its own, and then those of what it imports
	eval       *evaluator
	root       cue.Value
	inputViews []string
	overlay    map[string][]byte
}

func newPack(cfg *Config, path string, inst *build.Instance) *pack {
	files := allFiles(inst)
	return &pack{
		dir: cfg.Base, path: path, inst: inst, files: files, inputViews: inputViews(files), overlay: cfg.Overlay,
		eval: &evaluator{ctx: cuecontext.New(), timeout: cfg.timeout()},
	}
}

// build evaluates the whole package.
func (p *pack) build() (cue.Value, error) { return p.evaluate(p.inst) }

// buildPart evaluates a part of the package.
func (p *pack) buildPart(part pruning) (cue.Value, error) {
	inst, err := p.pruned(part)
	if err != nil {
		return cue.Value{}, err
	}
	return p.evaluate(inst)
}

func (p *pack) evaluate(inst *build.Instance) (cue.Value, error) {
	var root cue.Value
	var err error
	failed := within(p.eval.timeout, func() {
		v := p.eval.ctx.BuildInstance(inst)
		// The deeper errors belong to one policy or another.
		if err = v.Err(); err != nil {
			return
		}
		root = v
		if found := v.LookupPath(cue.MakePath(cue.Str(fieldPolicies))); found.Exists() {
			err = found.Err()
		}
	})
	if failed != nil {
		return cue.Value{}, failed
	}
	return root, err
}

// pruned returns a part of the package. Its files are parsed anew,
// since names in them are bound to what is no longer there.
func (p *pack) pruned(part pruning) (*build.Instance, error) {
	imports := map[string]*build.Instance{}
	for _, i := range p.inst.Imports {
		imports[i.ImportPath] = i
	}
	inst := build.NewContext().NewInstance(p.inst.Dir, func(_ token.Pos, path string) *build.Instance { return imports[path] })
	inst.ImportPath, inst.CanonicalID, inst.CanonicalImportPath = p.inst.ImportPath, p.inst.CanonicalID, p.inst.CanonicalImportPath
	inst.PkgName, inst.Module, inst.ModuleFile, inst.Root = p.inst.PkgName, p.inst.Module, p.inst.ModuleFile, p.inst.Root
	for _, f := range p.inst.Files {
		fresh, err := p.reparse(f)
		if err != nil {
			return nil, err
		}
		prune(fresh, part)
		if err := inst.AddSyntax(fresh); err != nil {
			return nil, err
		}
	}
	if err := inst.Complete(); err != nil {
		return nil, err
	}
	if inst.Err != nil {
		return nil, inst.Err
	}
	return inst, nil
}

func (p *pack) reparse(f *ast.File) (*ast.File, error) {
	data, ok := p.overlay[f.Filename]
	if !ok {
		var err error
		if data, err = os.ReadFile(f.Filename); err != nil {
			return nil, err
		}
	}
	return parser.ParseFile(f.Filename, data, parser.ParseComments)
}

// hasInput reports whether the package has input at its top.
func (p *pack) hasInput() bool { return hasField(p.inst.Files, fieldInput) }

// position returns where v, the value at path, is written: in the package if it
// can, for a type that v is held against has a position as well.
func (p *pack) position(v cue.Value, path ...string) provenance.Position {
	if pos, whole := fieldPosition(p.files, path...); whole {
		return position(p.dir, pos)
	}
	return position(p.dir, v.Pos())
}

// errorPosition returns the place that err blames, in the package if it can.
func (p *pack) errorPosition(err error) provenance.Position {
	return errorPosition(p.dir, p.inst.Dir, err)
}

// A problem is what is wrong with a policy itself.
type problem struct {
	path    provenance.Path // below the policy
	pos     provenance.Position
	message string
	help    string
}

func (p *problem) Error() string { return p.message }

// text returns where in the policy the problem is, and what.
func (p *problem) text() string {
	if p.path == "" {
		return p.message
	}
	return string(p.path) + ": " + p.message
}

// problem returns err, which is about the policy id, as a problem.
func (p *pack) problem(id string, err error) *problem {
	var known *problem
	if errors.As(err, &known) {
		return known
	}
	var failed *failure
	if errors.As(err, &failed) {
		return &problem{message: failed.message, help: failed.help}
	}
	path, text := policyError(id, err)
	known = &problem{path: path, pos: p.errorPosition(err), message: text, help: "mend it at the place named"}
	if path != "" {
		if pos, _ := fieldPosition(p.files, policySteps(id, path)...); pos.IsValid() {
			known.pos = position(p.dir, pos)
		}
	}
	switch {
	case text == notAllowed && len(path.Segments()) == 1:
		return p.unknownField(path, known.pos)
	case strings.Contains(text, "explicit error"):
		known.help = "if a field must not be there, write name?: _|_"
	case strings.Contains(text, `reference "input" not found`):
		known.help = "write input: _ beside the policies: podcue fills it in"
	case strings.Contains(text, `reference "it" not found`):
		known.help = "write it: _ in the policy: podcue fills it in"
	}
	return known
}

// notAllowed is what CUE says about a field that a closed struct does not have.
const notAllowed = "field not allowed"

// unknownField is the problem with a field that policies do not have.
func (p *pack) unknownField(path provenance.Path, pos provenance.Position) *problem {
	return &problem{
		path: path, pos: pos,
		message: notAllowed + finding.DidYouMean(path.Segments()[0].Name, ruleFields),
		help:    "the fields of a policy are " + strings.Join(ruleFields, ", "),
	}
}

// policySteps returns path, which is below the policy id, from the package on.
func policySteps(id string, path provenance.Path) []string {
	steps := []string{fieldPolicies, id}
	for _, s := range path.Segments() {
		steps = append(steps, s.Name)
	}
	return steps
}
