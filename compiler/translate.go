package compiler

import (
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/errors"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// A translator turns CUE's errors about one package into findings.
type translator struct {
	*loader
	src  *packageSource
	root cue.Value // the package, as far as it can be evaluated
}

func newTranslator(ld *loader, src *packageSource, root cue.Value) *translator {
	return &translator{loader: ld, src: src, root: root}
}

// A problem is one of CUE's errors, taken apart.
type problem struct {
	path     []string // CUE's own
	format   string
	args     []any
	text     string                // format and args
	own      []provenance.Position // the author's, CUE's most relevant one first
	causes   []problem             // of a disjunction: why each alternative does not fit
	isSchema bool                  // the schema has a part in it
}

// translate returns the findings of err: one for each cause.
func (tr *translator) translate(err error) finding.List {
	if err == nil {
		return nil
	}
	var found finding.List
	for _, p := range merge(tr.problems(err)) {
		found = append(found, tr.finding(p))
	}
	return found.Unique()
}

// problems takes err apart. What CUE reports about the alternatives of a
// disjunction goes to that disjunction.
func (tr *translator) problems(err error) []problem {
	var out []problem
	for _, e := range errors.Errors(err) {
		format, args := e.Msg()
		p := problem{path: e.Path(), format: format, args: args, text: e.Error()}
		for _, pos := range append([]tokenPos{e.Position()}, e.InputPositions()...) {
			at := tr.position(pos)
			switch {
			case !at.IsValid():
			case tr.isSchema(at.Filename):
				p.isSchema = true
			case !slices.Contains(p.own, at):
				p.own = append(p.own, at)
			}
		}
		if n := len(out); n > 0 && out[n-1].format == formatDisjunction && under(p.path, out[n-1].path) && p.format != formatDisjunction {
			out[n-1].causes = append(out[n-1].causes, p)
			continue
		}
		out = append(out, p)
	}
	return out
}

// merge makes one problem of those that have one cause: several conflicts at one
// path are ends of the same conflict.
func merge(problems []problem) []problem {
	var out []problem
	for _, p := range problems {
		i := slices.IndexFunc(out, func(q problem) bool { return slices.Equal(q.path, p.path) && isConflict(q) && isConflict(p) })
		if i < 0 {
			out = append(out, p)
			continue
		}
		for _, pos := range p.own {
			if !slices.Contains(out[i].own, pos) {
				out[i].own = append(out[i].own, pos)
			}
		}
	}
	return out
}

func under(path, of []string) bool {
	return len(path) >= len(of) && slices.Equal(path[:len(of)], of)
}

// A place is what a problem is about.
type place struct {
	object finding.Object
	path   provenance.Path
	value  cue.Value // the node, if it can be found
	parent cue.Value // the node that it is in, or that it would be in
	name   string    // its label or index in there
}

// place returns what CUE's path means: which object, and where in it. A path
// into a definition is about the definition, so it never begins with one.
func (tr *translator) place(path []string) place {
	pl := place{object: tr.src.object(), parent: tr.root, value: tr.root}
	var top func(string) provenance.Path
	rest, at := path, tr.root
	if len(path) >= 2 && !tr.src.platform && (path[0] == templatesField || path[0] == tasksField) {
		pl.object.Kind, top = kindTemplate, templatePath
		if path[0] == tasksField {
			pl.object.Kind, top = kindTask, nil
		}
		pl.object.Name, pl.object.Stage = unquoted(path[1]), finding.StageAuthored
		at = tr.root.LookupPath(cue.MakePath(cue.Str(path[0]), selector(path[1])))
		pl.parent, pl.value, pl.name = tr.root.LookupPath(cue.MakePath(cue.Str(path[0]))), at, pl.object.Name
		rest = path[2:]
	}
	field := ""
	for i, elem := range rest {
		pl.parent, pl.name = at, unquoted(elem)
		next := at.LookupPath(cue.MakePath(step(at, elem, tr.root)))
		switch {
		case isIndex(elem) && (at.IncompleteKind()&cue.ListKind != 0 || !next.Exists()):
			pl.path = elementPath(pl.path, field, at, elem)
		case i == 0 && top != nil:
			pl.path = top(pl.name)
		case strings.HasPrefix(elem, "#") || strings.HasPrefix(elem, "_"):
			// A definition is a place of its own: its fields begin anew.
			if i == 0 {
				pl.object = finding.Object{Kind: kindDefinition, Name: elem, Package: tr.src.path}
			}
			pl.path = ""
		default:
			pl.path = provenance.MemberPath(pl.path, field, pl.name)
		}
		at, field = next, pl.name
		pl.value = next
	}
	return pl
}

// elementPath returns the path of an element of a list, by its key where it has
// one.
func elementPath(p provenance.Path, field string, list cue.Value, index string) provenance.Path {
	i, err := strconv.Atoi(index)
	if err != nil {
		return p.Child(index)
	}
	elements := make([]any, 0, i+1)
	for j := range i + 1 {
		e := map[string]any{}
		for _, key := range provenance.ListKeys(field) {
			v := list.LookupPath(cue.MakePath(cue.Index(j), cue.Str(key)))
			if d, ok := v.Default(); ok {
				v = d
			}
			if s, err := v.String(); err == nil {
				e[key] = s
			} else if n, err := v.Int64(); err == nil {
				e[key] = float64(n)
			}
		}
		elements = append(elements, e)
	}
	return provenance.ElementPaths(p, field, elements)[i]
}

// step returns the selector of one element of CUE's path.
func step(at cue.Value, elem string, root cue.Value) cue.Selector {
	if isIndex(elem) && at.IncompleteKind()&cue.ListKind != 0 {
		i, _ := strconv.Atoi(elem)
		return cue.Index(i)
	}
	if strings.HasPrefix(elem, "_") {
		if inst := root.BuildInstance(); inst != nil {
			name, _, _ := strings.Cut(elem, "$")
			return cue.Hid(name, inst.ImportPath)
		}
	}
	return selector(elem)
}

func selector(elem string) cue.Selector {
	if strings.HasPrefix(elem, "#") {
		return cue.Def(elem)
	}
	return cue.Str(unquoted(elem))
}

func isIndex(elem string) bool {
	return elem != "" && strings.Trim(elem, "0123456789") == ""
}

// unquoted returns a label without the quotes that CUE prints around some.
func unquoted(label string) string {
	if s, err := strconv.Unquote(label); err == nil {
		return s
	}
	return label
}
