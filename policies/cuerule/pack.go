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

	"github.com/podcue/podcue/provenance"
)

// A pack is one package with policies: its files, and what they evaluate to.
type pack struct {
	dir        string // positions are relative to it
	path       string // how findings name the package: "./policies"
	inst       *build.Instance
	eval       *evaluator
	root       cue.Value
	inputViews []string
	overlay    map[string][]byte
}

func newPack(cfg *Config, path string, inst *build.Instance) *pack {
	return &pack{
		dir: cfg.Dir, path: path, inst: inst, inputViews: inputViews(inst.Files), overlay: cfg.Overlay,
		eval: &evaluator{ctx: cuecontext.New(), timeout: cfg.timeout()},
	}
}

// build evaluates the package with the policies that keep wants, all of them if
// it is nil, with their test cases or without.
func (p *pack) build(keep func(id string) bool, tests bool) (cue.Value, error) {
	inst := p.inst
	if keep != nil {
		var err error
		if inst, err = p.pruned(keep, tests); err != nil {
			return cue.Value{}, err
		}
	}
	var root cue.Value
	var err error
	failed := within(p.eval.timeout, func() {
		v := p.eval.ctx.BuildInstance(inst)
		// The deeper errors belong to one policy or another.
		if err = v.Err(); err == nil {
			err = v.LookupPath(cue.MakePath(cue.Str(fieldPolicies))).Err()
		}
		root = v
	})
	if failed != nil {
		return cue.Value{}, failed
	}
	return root, err
}

// pruned returns the package with fewer policies. Its files are parsed anew,
// since names in them are bound to what is no longer there.
func (p *pack) pruned(keep func(id string) bool, tests bool) (*build.Instance, error) {
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
		prune(fresh, keep, tests)
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

// position returns where v is written.
func (p *pack) position(v cue.Value) provenance.Position { return position(p.dir, v.Pos()) }

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
	switch {
	case strings.Contains(text, "explicit error"):
		known.help = "if a field must not be there, write name?: _|_"
	case strings.Contains(text, `reference "input" not found`):
		known.help = "write input: _ beside the policies: podcue fills it in"
	case strings.Contains(text, `reference "it" not found`):
		known.help = "write it: _ in the policy: podcue fills it in"
	}
	return known
}
