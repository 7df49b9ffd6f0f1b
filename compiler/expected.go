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
		if isSchemaPackage(dep) {
			return dep
		}
		if found := findImport(dep, seen); found != nil {
			return found
		}
	}
	return nil
}

func isSchemaPackage(inst *build.Instance) bool {
	return canonical(inst.ImportPath) == schema.ImportPath
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
	if c := v.LookupPath(cue.MakePath(cue.AnyString)); c.Exists() {
		return c
	}
	if op, alternatives := v.Expr(); op == cue.OrOp {
		for _, a := range alternatives {
			if c := child(a, elem); c.Exists() {
				return c
			}
		}
	}
	return cue.Value{}
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
// below def: in a field of that place, in one of the places around it, or in one
// right below those; or in a place of the same name as the one at path, as with
// the securityContext of a pod and that of a container. It returns the path of the
// field, "" if there is none, and where several have as good a claim; and whether
// that is far from the place.
func home(def cue.Value, path []string, name string) (at string, far bool) {
	for n := len(path); n >= 0; n-- {
		at := below(def, path[:n])
		var all []string
		if slices.Contains(names(at), name) {
			all = append(all, spelled(path[:n], name))
		}
		for _, inner := range names(at) {
			c, via := inside(at, inner, spelled(path[:n], inner))
			if slices.Contains(names(c), name) {
				all = append(all, via+"."+name)
			}
		}
		switch {
		case len(all) == 1, len(all) > 1 && n == len(path):
			return all[0], n+1 < len(path)
		case len(all) > 1:
			return "", false
		}
		if n < len(path) && n > 0 {
			if same := namesake(at, path, n, name); same != "" {
				return same, false
			}
		}
	}
	return "", false
}

// inside returns what the field of a struct holds, or the elements of the list
// that it holds, and its path.
func inside(at cue.Value, field, via string) (cue.Value, string) {
	c := child(at, field)
	if c.IncompleteKind() == cue.ListKind {
		return c.LookupPath(cue.MakePath(cue.AnyIndex)), via + "[]"
	}
	return c, via
}

// namesake looks two levels below the first n elements of path for a place that is
// called like the one at path and has a field called name.
func namesake(at cue.Value, path []string, n int, name string) string {
	last := path[len(path)-1]
	for _, inner := range names(at) {
		c, via := inside(at, inner, spelled(path[:n], inner))
		if !slices.Contains(names(c), last) {
			continue
		}
		if c, via = inside(c, last, via+"."+last); slices.Contains(names(c), name) {
			return via + "." + name
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
