package compiler

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/errors"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// A translator turns CUE's errors about one package into findings.
type translator struct {
	*evaluator
	inst *instance
	root cue.Value // the package, as far as it can be evaluated

	patterns []span   // see rules; nil until asked for
	meant    []string // files that have a definition of the schema without its package
	removed  []string // templates that were taken out of the package
}

func newTranslator(ev *evaluator, inst *instance, root cue.Value) *translator {
	return &translator{evaluator: ev, inst: inst, root: root}
}

// A problem is one of CUE's errors, taken apart.
type problem struct {
	path   []string // CUE's own
	format string
	args   []any
	text   string                // format and args
	own    []provenance.Position // the author's, CUE's most relevant one first
	schema bool                  // the schema has a part in it
	causes []problem             // of a disjunction: why each alternative does not fit
}

// translate returns the findings of err: one for each cause.
func (tr *translator) translate(err error) finding.List {
	if err == nil {
		return nil
	}
	return tr.findings(distinct(tr.problems(err)))
}

// isMended reports whether build took a mistake out at a position.
func (tr *translator) isMended(at provenance.Position) bool {
	for pos := range tr.mended {
		if tr.position(pos) == at {
			return true
		}
	}
	return false
}

// of returns the translator of the package that err is about: tr itself, or that
// of an import.
func (tr *translator) of(err errors.Error) *translator {
	for _, pos := range append([]tokenPos{err.Position()}, err.InputPositions()...) {
		shown := tr.position(pos)
		if !shown.IsValid() || tr.isSchema(shown.Filename) {
			continue
		}
		dep := findFile(tr.inst.Instance, pos.Filename(), map[*build.Instance]bool{})
		if dep == nil || dep == tr.inst.Instance {
			return tr
		}
		name, ok := tr.real(pos.Filename())
		if !ok {
			return tr
		}
		dir := tr.onDisk(path.Dir(name))
		source := &packageSource{dir: dir, path: tr.pattern(dir), name: dep.PkgName}
		return newTranslator(tr.evaluator, &instance{dep, source}, tr.ctx.BuildInstance(dep))
	}
	return tr
}

// findFile returns the package that has a file: inst, or one that it imports.
func findFile(inst *build.Instance, file string, seen map[*build.Instance]bool) *build.Instance {
	if seen[inst] {
		return nil
	}
	seen[inst] = true
	if slices.ContainsFunc(inst.Files, func(f *ast.File) bool { return f.Filename == file }) {
		return inst
	}
	for _, dep := range inst.Imports {
		if found := findFile(dep, file, seen); found != nil {
			return found
		}
	}
	return nil
}

func (tr *translator) findings(problems []problem) finding.List {
	var found finding.List
	for i, p := range problems {
		if slices.ContainsFunc(problems[:i], func(q problem) bool { return isRound(q, p) }) {
			continue
		}
		if follows(p, problems) || slices.ContainsFunc(problems, func(q problem) bool { return tr.isSlip(q, p) }) {
			continue
		}
		f := tr.finding(p)
		if p.format != formatNoReference && tr.isMended(f.Position()) {
			continue // build has reported it
		}
		found = append(found, f)
	}
	return slices.DeleteFunc(found, func(f finding.Finding) bool {
		return slices.ContainsFunc(found, func(g finding.Finding) bool { return isReferred(g, f) })
	})
}

// isReferred reports whether g is about what f is about, and f only refers to it:
// it has all of g's places and one more before them.
func isReferred(g, f finding.Finding) bool {
	return strings.HasSuffix(g.Message, f.Message) && len(g.Origins) > 0 && len(f.Origins) > len(g.Origins) &&
		!slices.ContainsFunc(g.Origins, func(o provenance.Origin) bool {
			return !slices.ContainsFunc(f.Origins, func(p provenance.Origin) bool { return p.Pos == o.Pos })
		})
}

// follows reports whether p follows from another problem: it is in a field that
// should not be there; or it is that a closed definition has no room for a field
// that the schema itself puts there, while it has no room for something of the
// author's either: one cause.
func follows(p problem, all []problem) bool {
	below := func(q problem) bool {
		return q.format == formatUnknown && len(p.path) > len(q.path) && under(p.path, q.path)
	}
	if slices.ContainsFunc(all, below) {
		return true // what is in a field that should not be there does not matter
	}
	return p.format == formatUnknown && len(p.own) == 0 && slices.ContainsFunc(all, func(q problem) bool {
		return q.format == formatUnknown && len(q.own) > 0 && len(p.path) > 1 && under(q.path, p.path[:2])
	})
}

// problems takes err apart. What CUE reports about the alternatives of a
// disjunction goes to that disjunction.
func (tr *translator) problems(err error) []problem {
	var out []problem
	for _, e := range errors.Errors(err) {
		format, args := e.Msg()
		if format == formatBottom && tr.mended[e.Position()] {
			continue // build has reported it
		}
		p := problem{path: e.Path(), format: format, args: args}
		p.text = strings.TrimPrefix(e.Error(), "cue: marshal error: ")
		p.text = strings.TrimPrefix(p.text, strings.Join(p.path, ".")+": ")
		if format == formatNoReference {
			if at := tr.writtenAt(e.Position()); at != nil && !slices.Contains(at, "?") {
				p.path = at
			}
		}
		for _, pos := range append([]tokenPos{e.Position()}, e.InputPositions()...) {
			at := tr.position(pos)
			switch {
			case !at.IsValid():
			case tr.isSchema(at.Filename):
				p.schema = true
			case !slices.Contains(p.own, at):
				p.own = append(p.own, at)
			}
		}
		if n := len(out); n > 0 && out[n-1].format == formatDisjunction && p.format != formatDisjunction && under(p.path, out[n-1].path) {
			out[n-1].causes = append(out[n-1].causes, p)
			continue
		}
		out = append(out, p)
	}
	return out
}

func under(path, of []string) bool {
	return len(path) >= len(of) && slices.Equal(path[:len(of)], of)
}

// distinct leaves one problem at each path: the one that says most of what is
// wrong there. The others are what follows from it.
func distinct(problems []problem) []problem {
	var out []problem
	for _, p := range problems {
		i := slices.IndexFunc(out, func(q problem) bool { return slices.Equal(q.path, p.path) })
		switch {
		case i < 0 || p.path == nil:
			out = append(out, p)
		case weight(p) > weight(out[i]):
			out[i] = p
		}
	}
	return out
}

// weight says how much of a cause a problem names.
func weight(p problem) int {
	switch {
	case p.format == formatDisjunction:
		return 0
	case p.format == formatUserError && p.schema && len(p.own) == 0:
		return 0
	case p.format == formatUserError && p.schema:
		return 1
	}
	return 2
}

// once returns l with each cause once: what a definition does to several
// templates is one finding, about the first of the templates.
func once(l finding.List) finding.List {
	type cause struct {
		message string
		at      provenance.Position
	}
	slices.SortStableFunc(l, func(a, b finding.Finding) int {
		return cmp.Or(cmp.Compare(objectRank(a.Object), objectRank(b.Object)), cmp.Compare(a.Object.Name, b.Object.Name))
	})
	first := map[cause]int{}
	var out finding.List
	for _, f := range l {
		c := cause{f.Message, f.Position()}
		i, seen := first[c]
		if !seen || !c.at.IsValid() {
			first[c] = len(out)
			out = append(out, f)
			continue
		}
		if objectRank(f.Object) <= 1 && f.Object != out[i].Object {
			out[i].Detail = also(out[i].Detail, f.Object)
		}
	}
	return out.Unique()
}

// objectRank orders the objects that one cause has findings about.
func objectRank(o finding.Object) int {
	if i := slices.Index([]string{kindTemplate, kindTask, kindDefinition, kindConfig, kindPackage}, o.Kind); i >= 0 {
		return i
	}
	return 9
}

// also adds to a detail that another object is broken too.
func also(detail string, o finding.Object) string {
	const start, end = "it breaks ", " too"
	names, ok := strings.CutPrefix(strings.TrimSuffix(detail, end), start)
	switch {
	case detail == "":
		return start + o.String() + end
	case !ok || len(names) > maxQuoted || slices.Contains(strings.Split(names, ", "), o.String()):
		return detail
	}
	return start + names + ", " + o.String() + end
}
