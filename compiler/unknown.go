package compiler

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"

	"github.com/podcue/podcue/finding"
)

// sayUnknown speaks of a field that may not be where it is.
func (tr *translator) sayUnknown(p problem, pl place, f *finding.Finding) {
	name := label(pl.name)
	def, path := tr.definition(pl.object.Kind), tr.inObject(p.path)
	if !def.Exists() || len(path) == 0 {
		known := slices.DeleteFunc(names(pl.parent), func(n string) bool { return n == pl.name })
		f.Message = "unknown field " + name + finding.DidYouMean(pl.name, known)
		f.Help = listed(known)
		if near := finding.Nearest(pl.name, known); near != "" {
			f.Help = "write " + label(near)
		}
		return
	}
	f.ID = finding.IDSchema
	around := path[:len(path)-1]
	allowed := tr.allowed(def, around, pl)
	switch {
	case tr.sayOtherDefinition(p, pl, f):
		return
	case isIndex(pl.name):
		f.Message = "the list is longer than the definition that it builds on has it"
		f.Help = "lists unify element by element and do not append: build the whole list in one place, for example with list.Concat"
		return
	case slices.Contains(names(below(def, around)), pl.name):
		tr.sayClosed(p, pl, f)
		return
	}
	f.Message = "unknown field " + name
	near, elsewhere := nearest(pl.name, allowed), misplaced(def, around, pl, allowed)
	if near == "" && elsewhere == "" {
		near = cmp.Or(partOf(pl.name, missing(below(def, around), pl.parent)), partOf(pl.name, allowed))
	}
	switch {
	case near != "":
		f.Message += "; did you mean " + near + "?"
		f.Help = "write " + label(near)
		return
	case elsewhere != "":
		f.Help = elsewhere
		return
	}
	f.Help = listed(allowed)
	if pair := tr.named(p, pl, below(def, around)); pair != "" {
		f.Help = "write " + pair
	}
	if len(around) == 0 && pl.object.Kind == kindTemplate && ast.IsValidIdent(pl.name) {
		f.Help += "; a parameter of your own is called #" + pl.name
	}
}

// allowed returns the names of the fields that may be where an unknown one is:
// those of the schema, or where it has no list of them, those that are there.
func (tr *translator) allowed(def cue.Value, around []string, pl place) []string {
	allowed := names(below(def, around))
	if len(allowed) == 0 {
		allowed = names(pl.parent)
	}
	return slices.DeleteFunc(allowed, func(n string) bool { return n == pl.name })
}

// isSlip reports whether the unknown field is a slip for the one that is missing
// beside it: one cause.
func (tr *translator) isSlip(unknown, missing problem) bool {
	if unknown.format != formatUnknown || missing.format != formatRequired || len(unknown.path) != len(missing.path) {
		return false
	}
	n := len(missing.path) - 1
	if n < 0 || !slices.Equal(unknown.path[:n], missing.path[:n]) {
		return false
	}
	pl := tr.place(unknown.path)
	def, path := tr.definition(pl.object.Kind), tr.inObject(unknown.path)
	if !def.Exists() || len(path) == 0 {
		return false
	}
	around, name := path[:len(path)-1], unquoted(missing.path[n])
	near := nearest(pl.name, tr.allowed(def, around, pl))
	if near == "" && tr.named(unknown, pl, below(def, around)) != "" {
		return name == "name"
	}
	return cmp.Or(near, partOf(pl.name, []string{name})) == name
}

// missing returns the fields that the schema requires and v does not have.
func missing(def, v cue.Value) []string {
	if !def.Exists() {
		return nil
	}
	var out []string
	have := present(v)
	fields, err := def.Fields(cue.Optional(true))
	for err == nil && fields.Next() {
		if sel := fields.Selector(); sel.ConstraintType() == cue.RequiredConstraint && !slices.Contains(have, sel.Unquoted()) {
			out = append(out, sel.Unquoted())
		}
	}
	return out
}

// present returns the names of the fields that v has, not those that it may have.
func present(v cue.Value) []string {
	if !v.Exists() {
		return nil
	}
	var out []string
	fields, err := v.Fields(cue.Optional(true))
	for err == nil && fields.Next() {
		if sel := fields.Selector(); sel.LabelType() == cue.StringLabel && sel.ConstraintType() == 0 {
			out = append(out, sel.Unquoted())
		}
	}
	return out
}

// named returns what to write for {A: "1"} where a struct with a name is wanted,
// {name: "A", value: "1"}; "" for other structs.
func (tr *translator) named(p problem, pl place, def cue.Value) string {
	if len(present(pl.parent)) != 1 || !slices.Contains(missing(def, pl.parent), "name") {
		return ""
	}
	for field := range tr.written() {
		literal, ok := field.Value.(*ast.BasicLit)
		if !ok || !slices.Contains(p.own, tr.position(field.Label.Pos())) {
			continue
		}
		v := tr.ctx.BuildExpr(literal)
		if value := namedValue(v, def); value != "" {
			return fmt.Sprintf("{name: %q, %s: %s}", pl.name, value, quoted(v))
		}
	}
	return ""
}

// misplaced returns the help for a field that is known, and has its place
// elsewhere; "" for others.
func misplaced(def cue.Value, around []string, pl place, allowed []string) string {
	if at := wellKnown[pl.name]; at != "" && len(around) == 0 {
		return at
	}
	if at := inPodSpec[pl.name]; at != "" && len(around) == 1 && around[0] == "podSpec" {
		return at
	}
	name := label(pl.name)
	if slices.Contains(allowed, "limits") && slices.Contains(allowed, "requests") && isResource(pl.name) {
		return fmt.Sprintf("amounts go under requests and limits: limits: %s: …", name)
	}
	at, far := home(def, around, pl.name)
	switch {
	case at == "":
		return ""
	case !strings.Contains(at, "."):
		return fmt.Sprintf("%s is a field of the %s itself, beside %s", name, objectWords[pl.object.Kind], around[0])
	case far && len(allowed) <= maxListed:
		return fmt.Sprintf("%s has its place at %s; %s", name, at, listed(allowed))
	}
	return fmt.Sprintf("%s has its place at %s", name, at)
}

var objectWords = map[string]string{kindTemplate: "template", kindTask: "task", kindConfig: "configuration"}

// isResource reports whether a name is one that amounts of resources have.
func isResource(name string) bool {
	return slices.Contains([]string{"cpu", "memory", "gpu", "ephemeral-storage"}, name) || strings.Contains(name, "/")
}

// inPodSpec is the help for what people write around and beside a pod spec.
var inPodSpec = map[string]string{
	"spec":     "podSpec is the spec: write its fields right into it, without spec around them",
	"template": "podSpec is the spec: write its fields right into it, without template around them",
	"metadata": "labels and annotations are fields of the template itself, beside podSpec",
}

// wellKnown is the help for what people bring along from manifests and from
// Flyte's own templates.
var wellKnown = map[string]string{
	"spec":       "the pod spec of a template is called podSpec",
	"template":   "a template has labels, annotations and podSpec themselves, without a template around them",
	"metadata":   "labels and annotations are fields of the template itself: labels: team: \"vision\"",
	"apiVersion": "a template is no manifest: leave apiVersion and kind out",
	"kind":       "a template is no manifest: leave apiVersion and kind out",
}

// maxListed is how many names of fields a help line lists.
const maxListed = 16

func listed(names []string) string {
	if len(names) == 0 || len(names) > maxListed {
		return "remove the field, or move it to where it belongs"
	}
	return "the fields here are " + strings.Join(names, ", ")
}

// inObject returns CUE's path as it goes on in the template, task or
// configuration.
func (tr *translator) inObject(path []string) []string {
	if tr.inst.source.platform {
		return path
	}
	return path[min(2, len(path)):]
}
