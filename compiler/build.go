package compiler

import (
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/ast/astutil"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/token"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/schema"
)

// maxMends bounds how often a package is mended.
const maxMends = 8

// build makes a value of the package. To CUE an import that nothing uses, or a
// name that nothing has, is a mistake of the whole package. So that it does not
// hide all else, podcue reports it, takes it out and builds what is left.
func (ev *evaluator) build(inst *instance) (cue.Value, finding.List) {
	unused := takeResolutionErrors(inst.Instance, map[*build.Instance]bool{})
	v := ev.ctx.BuildInstance(inst.Instance)
	var names []errors.Error
	for range maxMends {
		var at []token.Pos
		for _, err := range errors.Errors(v.Err()) {
			if isNameError(err) && ev.mend(inst, err.Position()) {
				at = append(at, err.Position())
				names = append(names, err)
			}
		}
		if len(at) == 0 {
			break
		}
		for _, pos := range at {
			ev.mended[pos] = true
		}
		mended := *inst.Instance // CUE remembers what it made of an instance
		mended.Err = nil
		inst = &instance{&mended, inst.source}
		v = ev.ctx.BuildInstance(&mended)
	}
	tr := newTranslator(ev, inst, v)
	var found finding.List
	for _, err := range names {
		found = append(found, tr.translate(err)...)
	}
	for _, f := range tr.translate(unused) {
		if !strings.Contains(f.Message, schema.ImportPath) || !slices.Contains(tr.meant, f.Position().Filename) {
			found = append(found, f)
		}
	}
	return v, found
}

// takeResolutionErrors takes the errors about names of imports from inst and from
// all that it imports.
func takeResolutionErrors(inst *build.Instance, seen map[*build.Instance]bool) error {
	if seen[inst] {
		return nil
	}
	seen[inst] = true
	errs := inst.ResolutionErr
	inst.ResolutionErr = nil
	for _, dep := range inst.Imports {
		for _, err := range errors.Errors(takeResolutionErrors(dep, seen)) {
			errs = errors.Append(errs, err)
		}
	}
	if errs == nil {
		return nil
	}
	return errs
}

// isNameError reports whether err is about a name rather than a value.
func isNameError(err errors.Error) bool {
	format, _ := err.Msg()
	return format == formatNoReference && err.Position().IsValid()
}

// mend puts bottom in place of the name at the position, and reports whether the
// package has it.
func (ev *evaluator) mend(inst *instance, at token.Pos) bool {
	done := false
	for _, f := range inst.Files {
		if f.Filename != at.Filename() {
			continue
		}
		astutil.Apply(f, func(c astutil.Cursor) bool {
			if id, ok := c.Node().(*ast.Ident); ok && id.Pos() == at && !done {
				c.Replace(&ast.BottomLit{Bottom: at})
				done = true
			}
			return !done
		}, nil)
	}
	return done
}
