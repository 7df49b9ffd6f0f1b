package compiler

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// sayIncomplete speaks of a field that has a type but no value.
func (tr *translator) sayIncomplete(p problem, pl place, f *finding.Finding) {
	var defaults []string
	var parts []part
	if pl.value.Exists() {
		tr.parts(pl.value, false, 0, &parts)
	}
	for _, part := range parts {
		if part.rank == rankDefault {
			defaults = append(defaults, part.value)
		}
	}
	if len(defaults) > 1 {
		f.Message = fmt.Sprintf("has the defaults %s, and no value that decides", strings.Join(defaults, " and "))
		f.Help = fmt.Sprintf("give %s a value, or leave one of the defaults out", label(pl.name))
		return
	}
	if through := tr.circle(parts); through != "" {
		f.Message = "has no value: it refers to " + through + ", which refers back to it"
		f.Help = "give one of the two a value"
		return
	}
	may := tr.possible(pl.value, arg(p, 0))
	if ref, ok := tr.unset(parts); ok {
		f.Message = fmt.Sprintf("%s has no value: it may be %s", ref.name, may)
		tr.sayUnset(ref, p, pl, f)
		return
	}
	f.Message = "has no value: it may be " + may
	f.Help = fmt.Sprintf("give %s a value, or its definition a default: *value | type", label(pl.name))
	for _, part := range parts {
		if tag := tagOf(part.node); tag != "" {
			f.Help = fmt.Sprintf("give the tag with -t %s=…, or a default: *value | type", tag)
		}
	}
	rules := tr.rules()
	if slices.ContainsFunc(rules, func(r span) bool { return r.contains(f.Position()) }) {
		tr.showFirst(f, pl, tr.nearest(p.path)) // where the rule wants the value
	}
}

// sayUnknownYet speaks of what is made of something without a value, where CUE
// speaks of the expression.
func (tr *translator) sayUnknownYet(p problem, pl place, f *finding.Finding) {
	if !strings.Contains(f.Message, "non-concrete value") {
		return
	}
	for _, pos := range p.own[min(1, len(p.own)):] {
		field := tr.fieldAt(pos)
		if field == nil {
			continue
		}
		name, _, err := ast.LabelName(field.Label)
		if err != nil {
			continue
		}
		f.Message = fmt.Sprintf("is made of %s, which has no value yet", name)
		tr.sayUnset(unset{name: name, tag: tagIn(field), field: field, foreign: !tr.ownFile(pos.Filename)}, p, pl, f)
		return
	}
}

// An unset is a field without a value that others are made of.
type unset struct {
	name    string
	tag     string     // that may give it a value, "" if none may
	field   *ast.Field // where it is written; may be nil
	foreign bool       // in another package
}

// unset returns what the parts of a definition refer to that has no value.
func (tr *translator) unset(parts []part) (unset, bool) {
	for _, p := range slices.Backward(parts) {
		root, path := p.node.ReferencePath()
		sels := path.Selectors()
		if !root.Exists() || len(sels) == 0 {
			continue
		}
		target := root.LookupPath(path)
		at := tr.position(target.Pos())
		if !target.Exists() || target.IsConcrete() || tr.isSchema(at.Filename) {
			continue
		}
		u := unset{name: sels[len(sels)-1].String(), tag: tagOf(target), foreign: !tr.ownFile(at.Filename)}
		u.field, _ = target.Source().(*ast.Field)
		if u.field == nil {
			u.field = tr.fieldAt(at)
		}
		return u, true
	}
	return unset{}, false
}

// sayUnset says how to give a field a value that the problem's is made of. That of
// a parameter, in a definition or in another package, has its place in the object
// of the problem, which is shown first.
func (tr *translator) sayUnset(u unset, p problem, pl place, f *finding.Finding) {
	f.Help = fmt.Sprintf("give %s a value, or a default: *value | type", u.name)
	hidden := strings.HasPrefix(u.name, "_") || strings.HasPrefix(u.name, "#_")
	switch {
	case u.tag != "":
		f.Help = fmt.Sprintf("give the tag with -t %s=…, or %s a default: *value | type", u.tag, u.name)
		return
	case hidden && u.foreign:
		f.Help = fmt.Sprintf("other packages cannot set %s, since it is hidden: give it a name without the underscore, or a value", u.name)
	case !u.foreign && !tr.inDefinition(u.field):
		return
	default:
		f.Help = fmt.Sprintf("give %s a value here, or a default where it is defined: *value | type", u.name)
	}
	first := tr.labelled(u.name)
	if len(first) == 0 && len(p.path) >= 2 && pl.object.Kind != kindDefinition {
		first = tr.nearest(p.path[:2])
	}
	tr.showFirst(f, pl, first)
}

// showFirst puts positions before those that the finding has.
func (tr *translator) showFirst(f *finding.Finding, pl place, first []provenance.Position) {
	var origins []provenance.Origin
	for _, pos := range first {
		origins = append(origins, provenance.Origin{Layer: tr.layer(pl), Pos: pos})
	}
	for _, o := range f.Origins {
		if !slices.Contains(origins, o) {
			origins = append(origins, o)
		}
	}
	f.Origins = origins
}

// labelled returns where the package itself has fields of a hidden name: those of
// an author who wants to set what is hidden in another package.
func (tr *translator) labelled(name string) []provenance.Position {
	if !strings.HasPrefix(name, "_") {
		return nil
	}
	var out []provenance.Position
	for field := range tr.written() {
		if n, _, err := ast.LabelName(field.Label); err == nil && n == name && tr.ownFile(tr.position(field.Pos()).Filename) {
			out = append(out, tr.position(field.Label.Pos()))
		}
	}
	return out
}

// ownFile reports whether the package has the file itself, and does not import it.
func (tr *translator) ownFile(shown string) bool {
	return slices.ContainsFunc(tr.inst.Files, func(f *ast.File) bool { return tr.fileName(f.Filename) == shown })
}

// inDefinition reports whether a field is written in a definition.
func (tr *translator) inDefinition(field *ast.Field) bool {
	if field == nil {
		return false
	}
	ps := tr.parentsIn(tr.inst.Instance)
	for n := ps[field]; n != nil; n = ps[n] {
		if up, ok := n.(*ast.Field); ok {
			if name, _, err := ast.LabelName(up.Label); err == nil && strings.HasPrefix(name, "#") {
				return true
			}
		}
	}
	return false
}

// tagOf returns the tag that may give v its value, "" if none may.
func tagOf(v cue.Value) string {
	if !v.Exists() {
		return ""
	}
	a := v.Attribute("tag")
	name, err := a.String(0)
	if err != nil {
		return ""
	}
	return name
}

// tagIn is tagOf for a field as it is written.
func tagIn(field *ast.Field) string {
	for _, a := range field.Attrs {
		if key, body := a.Split(); key == "tag" {
			name, _, _ := strings.Cut(body, ",")
			return name
		}
	}
	return ""
}

// circle returns what a field refers to, if the references from there lead in a
// circle; "" otherwise.
func (tr *translator) circle(parts []part) string {
	for _, p := range slices.Backward(parts) {
		v, first := p.node, ""
		seen := map[string]bool{}
		for range maxHops {
			root, path := v.ReferencePath()
			if !root.Exists() {
				break
			}
			sels := path.Selectors()
			if first == "" {
				first = sels[len(sels)-1].String()
			}
			if seen[path.String()] {
				return first
			}
			seen[path.String()] = true
			own := tr.authors(root.LookupPath(path))
			if len(own) != 1 {
				break
			}
			v = own[0]
		}
	}
	return ""
}

// possible says what a value without a value may be.
func (tr *translator) possible(v cue.Value, text string) string {
	all := strings.Split(text, " | ")
	if !slices.ContainsFunc(all, func(s string) bool { return !strings.HasPrefix(s, `"`) }) {
		return strings.Join(all, " or ")
	}
	if v.Exists() && v.IncompleteKind() != cue.BottomKind && v.IncompleteKind() != cue.TopKind {
		return kindWord(v.IncompleteKind().String())
	}
	if text == "_" || text == "" {
		return "anything"
	}
	return shortened(text)
}
