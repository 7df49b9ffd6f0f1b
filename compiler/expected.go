package compiler

import (
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/build"

	"github.com/podcue/podcue/schema"
)

// definition returns the schema's own definition of the object, so that messages
// can say what belongs in a place. It does not exist for other objects.
func (tr *translator) definition(kind string) cue.Value {
	name := map[string]string{kindTemplate: "#PodTemplate", kindTask: "#Task", kindConfig: "#Config"}[kind]
	inst := findImport(tr.inst.Instance, map[*build.Instance]bool{})
	if name == "" || inst == nil {
		return cue.Value{}
	}
	return tr.ctx.BuildInstance(inst).LookupPath(cue.MakePath(cue.Def(name)))
}

// findImport returns the schema among what inst imports.
func findImport(inst *build.Instance, seen map[*build.Instance]bool) *build.Instance {
	if seen[inst] {
		return nil
	}
	seen[inst] = true
	for _, dep := range inst.Imports {
		if canonical(dep.ImportPath) == schema.ImportPath {
			return dep
		}
		if found := findImport(dep, seen); found != nil {
			return found
		}
	}
	return nil
}

// below returns what the schema expects at a path below one of its values.
func below(v cue.Value, path []string) cue.Value {
	for _, elem := range path {
		if v = child(v, elem); !v.Exists() {
			return cue.Value{}
		}
	}
	return v
}

func child(v cue.Value, elem string) cue.Value {
	if isIndex(elem) {
		if c := v.LookupPath(cue.MakePath(cue.AnyIndex)); c.Exists() {
			return c
		}
	}
	for _, sel := range []cue.Selector{cue.Str(unquoted(elem)), cue.Str(unquoted(elem)).Optional(), cue.Str(unquoted(elem)).Required()} {
		if c := v.LookupPath(cue.MakePath(sel)); c.Exists() {
			return c
		}
	}
	return v.LookupPath(cue.MakePath(cue.AnyString))
}

// names returns the names of the fields that v may have.
func names(v cue.Value) []string {
	if !v.Exists() {
		return nil
	}
	fields, err := v.Fields(cue.Optional(true))
	if err != nil {
		return nil
	}
	var out []string
	for fields.Next() {
		if sel := fields.Selector(); sel.LabelType() == cue.StringLabel {
			out = append(out, sel.Unquoted())
		}
	}
	slices.Sort(out)
	return out
}

// home says where the schema has a field called name, near the place at path
// below def: in a field of that place, in one of the places around it, or
// anywhere right below those. It returns the path of the field, "" if there is
// none.
func home(def cue.Value, path []string, name string) string {
	for n := len(path); n >= 0; n-- {
		at := below(def, path[:n])
		if slices.Contains(names(at), name) {
			return spelled(path[:n], name)
		}
		for _, inner := range names(at) {
			c := child(at, inner)
			via := spelled(path[:n], inner)
			if c.IncompleteKind() == cue.ListKind {
				c, via = c.LookupPath(cue.MakePath(cue.AnyIndex)), via+"[]"
			}
			if slices.Contains(names(c), name) {
				return via + "." + name
			}
		}
	}
	return ""
}

// spelled returns a path in the schema's own names, without indices.
func spelled(path []string, name string) string {
	var b strings.Builder
	for _, elem := range path {
		if isIndex(elem) {
			b.WriteString("[]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(elem)
	}
	if b.Len() > 0 {
		b.WriteByte('.')
	}
	return b.String() + name
}
