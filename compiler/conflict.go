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

// valueParts returns the parts of the node's definition that are values, the
// nearest to the author first.
func (tr *translator) valueParts(pl place) []part {
	var parts, values []part
	if pl.value.Exists() {
		tr.parts(pl.value, false, 0, &parts)
	}
	for _, p := range slices.Backward(parts) {
		if p.rank == rankValue {
			values = append(values, p)
		}
	}
	return values
}

// sayConflict speaks of two values that one field cannot both have, or of a value
// of the wrong type.
func (tr *translator) sayConflict(p problem, pl place, f *finding.Finding) {
	values := tr.valueParts(pl)
	if p.format == formatTypes && len(values) > 0 {
		have := values[0].node.IncompleteKind()
		for _, want := range []string{arg(p, 2), arg(p, 3)} {
			if want == have.String() {
				continue
			}
			if other := ofKind(values[1:], want); other != nil {
				break // both are the author's
			}
			f.Message = fmt.Sprintf("must be %s, not %s", kindWord(want), described(values[0].node))
			f.Help = retype(pl.name, values[0].node, tr.rule(p, pl), want)
			if pl.object.Kind == kindTemplate && pl.path == "" {
				f.Message = "must be a template, not " + described(values[0].node)
				f.Help = fmt.Sprintf("write the template itself: %s: podSpec: {…}; podcue import turns a manifest into CUE", label(pl.name))
			}
			if pl.name == "podTemplateName" && have == cue.StructKind {
				f.Help = "podTemplateName is the name of a template in the cluster; a reference is written podTemplate: templates.name"
			}
			if pl.name == "podTemplate" && have == cue.StringKind {
				f.Help = fmt.Sprintf("refer to the template: podTemplate: templates[%s]; a template of the cluster goes by podTemplateName", quoted(values[0].node))
			}
			return
		}
	}
	if p.format == formatConflict && p.schema && len(values) == 1 {
		for _, want := range []string{arg(p, 0), arg(p, 1)} {
			if have := quoted(values[0].node); want != have {
				f.Message, f.Help = fmt.Sprintf("must be %s, not %s", want, have), "write "+want
				return
			}
		}
	}
	f.Message = fmt.Sprintf("conflicting values %s and %s", shortened(arg(p, 0)), shortened(arg(p, 1)))
	for _, v := range values {
		if a, b := quoted(values[0].node), quoted(v.node); a != b {
			f.Message = fmt.Sprintf("conflicting values %s and %s", a, b)
			break
		}
	}
	f.Help = "keep one of the two; a value that others may override is written as a default: *value | type"
	switch {
	case p.format == formatLengths:
		f.Message = fmt.Sprintf("two lists of different lengths, %s and %s", arg(p, 0), arg(p, 1))
		f.Help = "lists unify element by element and do not append or override: build the whole list in one place"
	case len(f.Origins) == 1:
		f.Help = "one expression makes the same field several times, with different values: make its label a part of the values"
	case tr.inOneStruct(f.Origins):
		f.Help = "the field is in one struct twice: remove one of the two"
	case inList(p.path):
		f.Help = "lists unify element by element and do not append or override: build the whole list in one place"
	}
}

// inOneStruct reports whether the first two places are fields that are written in
// one and the same struct.
func (tr *translator) inOneStruct(at []provenance.Origin) bool {
	if len(at) < 2 {
		return false
	}
	a, b := tr.fieldAt(at[0].Pos), tr.fieldAt(at[1].Pos)
	if a == nil || b == nil {
		return false
	}
	ps := tr.parentsIn(tr.inst.Instance)
	in, isStruct := ps[a].(*ast.StructLit)
	return isStruct && ps[b] == in
}

// ofKind returns the part whose value is of a kind.
func ofKind(parts []part, kind string) *part {
	for i := range parts {
		if parts[i].node.IncompleteKind().String() == kind {
			return &parts[i]
		}
	}
	return nil
}

// inList reports whether the path leads through a list.
func inList(path []string) bool { return slices.ContainsFunc(path, isIndex) }

// described names a value with its type, where the type is not plain to see.
func described(v cue.Value) string {
	switch k := v.IncompleteKind(); k {
	case cue.StringKind:
		return "the string " + quoted(v)
	case cue.IntKind, cue.FloatKind, cue.NumberKind:
		return "the number " + quoted(v)
	case cue.BytesKind:
		return "bytes"
	}
	return quoted(v)
}

// sayBound speaks of a value that a bound or a pattern leaves out.
func (tr *translator) sayBound(p problem, pl place, f *finding.Finding) {
	f.Message = bound(arg(p, 0), arg(p, 1))
	f.Help = "write a value within the bound, or change the rule"
}

func bound(value, b string) string {
	switch {
	case strings.HasPrefix(b, "=~"):
		return fmt.Sprintf("%s does not match %s", shortened(value), strings.TrimPrefix(b, "=~"))
	case strings.HasPrefix(b, "!~"):
		return fmt.Sprintf("%s matches %s", shortened(value), strings.TrimPrefix(b, "!~"))
	}
	return fmt.Sprintf("must be %s, not %s", b, shortened(value))
}

// sayAlternatives speaks of a value that is none of those that are allowed. Of
// the alternatives that CUE lists, it names those that somebody could choose.
func (tr *translator) sayAlternatives(p problem, pl place, f *finding.Finding) {
	value := ""
	if values := tr.valueParts(pl); len(values) > 0 {
		value = quoted(values[0].node)
	}
	var choices []string
	for _, c := range p.causes {
		switch c.format {
		case formatConflict:
			for _, text := range []string{arg(c, 0), arg(c, 1)} {
				if text != value && !slices.Contains(choices, text) {
					choices = append(choices, text)
				}
			}
		case formatBound:
			f.Message = bound(arg(c, 0), arg(c, 1))
			f.Help = "write a value that fits, or change the rule"
		case formatUserError:
			if f.Message == "" {
				tr.sayRule(c, pl, f)
			}
		}
	}
	if len(choices) > 0 && value != "" {
		slices.Sort(choices)
		bare := make([]string, len(choices))
		for i, c := range choices {
			bare[i] = strings.Trim(c, `"`)
		}
		near := meant(value, bare)
		f.Message = fmt.Sprintf("must be one of %s, not %s%s", strings.Join(choices, ", "), value, finding.DidYouMean(strings.Trim(value, `"`), bare))
		f.Help = "write one of them"
		if near != "" {
			f.Help = fmt.Sprintf("write %q", near)
		}
		return
	}
	if f.Message == "" && len(p.causes) > 0 {
		c := p.causes[0]
		c.path = p.path
		tr.say(c, pl, f)
	}
	if f.Message == "" {
		f.Message = "fits none of the alternatives"
	}
}

// sayRule speaks of a rule that says itself what is wrong.
func (tr *translator) sayRule(p problem, pl place, f *finding.Finding) {
	f.Message = plain(p.text)
	values := tr.valueParts(pl)
	all := choices(f.Message)
	if strings.HasPrefix(f.Message, "is not a field of") {
		if at := tr.origins(pl.value, true, tr.layer(pl)); len(at) > 0 {
			f.Origins = at[len(at)-1:] // the label
		}
		f.Message = "unknown field " + label(pl.name) + finding.DidYouMean(pl.name, all)
		f.Help = "the fields here are " + strings.Join(all, ", ")
		if near := finding.Nearest(pl.name, all); near != "" {
			f.Help = "write " + near
		}
		if pl.name == templatesField || pl.name == tasksField {
			f.Message = "unknown field " + label(pl.name)
			f.Help = "templates and tasks are written in packages of their own, beside the configuration"
		}
		return
	}
	if len(values) == 0 {
		f.Help = instruction(f.Message)
		if len(all) > 0 {
			f.Help = "write one of them"
		}
		if near := meant(pl.name, all); near != "" {
			f.Message += finding.DidYouMean(pl.name, all)
			f.Help = "write " + near
		}
		return
	}
	v := values[0].node
	rule := f.Message
	if _, rest, ok := strings.Cut(f.Message, "must be "); ok && rest != "" && v.IncompleteKind() != cue.BottomKind {
		f.Message += ", not " + described(v)
	}
	f.Help = instruction(rule)
	if s := tr.suggestion(p, pl, v); s != "" {
		f.Help = s
		return
	}
	switch near := meant(quoted(v), all); {
	case v.IncompleteKind() == cue.BytesKind:
		f.Help = "use double quotes: single quotes make bytes"
	case near != "":
		f.Message += "; did you mean " + near + "?"
		f.Help = fmt.Sprintf("write %q", near)
	case len(all) > 0:
		f.Help = "write one of them"
	}
}
