package compiler

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue"

	"github.com/podcue/podcue/finding"
)

// retype says how to write a value as one of another type. rule is what the schema
// has in the place of the value, if it has anything.
func retype(name string, v, rule cue.Value, want string) string {
	have := v.IncompleteKind()
	switch {
	case have == cue.NullKind:
		return fmt.Sprintf("leave %s out: what is not set needs no null", label(name))
	case have == cue.BytesKind && strings.Contains(want, "string"):
		return "use double quotes: single quotes make bytes"
	case strings.Contains(want, "string") && have&(cue.NumberKind|cue.BoolKind) != 0:
		return fmt.Sprintf("put it in quotes: %s\"%s\"", before(name), quoted(v))
	case strings.Contains(want, "string") && have == cue.ListKind && single(v).Exists():
		return "write it without the brackets: " + before(name) + quoted(single(v))
	case want == "bool" && have == cue.StringKind:
		return "write true or false, without quotes"
	case strings.Contains("(int|number|float)", want) && have == cue.StringKind:
		return "write the number without quotes"
	case want == "list" && have == cue.StructKind:
		element := rule.LookupPath(cue.MakePath(cue.AnyIndex))
		if isOneOf(v, element) {
			return fmt.Sprintf("put brackets around it: %s[{…}]", before(name))
		}
		return fmt.Sprintf("write a list: %s[{…}]; where its elements have names, the name is a field: {name: \"…\"}", before(name))
	case want == "list":
		return "write a list: " + before(name) + elements(name, v, rule)
	case want == "struct" && have == cue.ListKind && (name == templatesField || name == tasksField):
		return fmt.Sprintf("write each by its name: %s: first: {…}", name)
	case want == "struct" && have == cue.ListKind:
		return fmt.Sprintf("write a struct: %s{key: value}", before(name))
	case want == "struct":
		return "write a struct: " + before(name) + holding(v, rule)
	}
	return "write " + kindWord(want)
}

// before returns what stands before the value of a field, and nothing before the
// element of a list.
func before(name string) string {
	if isIndex(name) {
		return ""
	}
	return label(name) + ": "
}

// single returns the only element of a list, if it is a string.
func single(list cue.Value) cue.Value {
	first := list.LookupPath(cue.MakePath(cue.Index(0)))
	if first.IncompleteKind() != cue.StringKind || list.LookupPath(cue.MakePath(cue.Index(1))).Exists() {
		return cue.Value{}
	}
	return first
}

// isOneOf reports whether the fields of v are all those of an element.
func isOneOf(v, element cue.Value) bool {
	known, have := names(element), names(v)
	return len(have) > 0 && !slices.ContainsFunc(have, func(n string) bool { return !slices.Contains(known, n) })
}

// elements returns the list that stands for a value which is none.
func elements(name string, v, rule cue.Value) string {
	if s, err := v.String(); err == nil && (name == "command" || name == "args") && len(strings.Fields(s)) > 1 && len(s) <= maxQuoted {
		words := strings.Fields(s)
		for i := range words {
			words[i] = strconv.Quote(words[i])
		}
		return "[" + strings.Join(words, ", ") + "]"
	}
	element := rule.LookupPath(cue.MakePath(cue.AnyIndex))
	if element.IncompleteKind() == cue.StructKind {
		return "[" + holding(v, element) + "]"
	}
	return "[" + quoted(v) + "]"
}

// holding returns the struct that has v as the field it is most likely meant for,
// {name: "regcred"}: the one that is required, else name, else the only one that
// takes it.
func holding(v, rule cue.Value) string {
	fields, err := rule.Fields(cue.Optional(true))
	if err != nil {
		return "{…}"
	}
	var taking, required []string
	demanded := 0
	for fields.Next() {
		sel := fields.Selector()
		if sel.LabelType() != cue.StringLabel {
			continue
		}
		must := sel.ConstraintType() == cue.RequiredConstraint
		if must {
			demanded++
		}
		if fields.Value().IncompleteKind()&v.IncompleteKind() == 0 || !takes(fields.Value(), v) {
			continue
		}
		taking = append(taking, sel.Unquoted())
		if must {
			required = append(required, sel.Unquoted())
		}
	}
	switch {
	case demanded > 1 || demanded == 1 && len(required) == 0:
		return "{…}" // more is to be said than the value
	case len(required) == 1:
		taking = required
	case slices.Contains(taking, "name"):
		taking = []string{"name"}
	}
	if b, err := v.Bool(); err == nil && b && demanded == 0 && len(taking) != 1 {
		return "{}"
	}
	if len(taking) != 1 {
		return "{…}"
	}
	return fmt.Sprintf("{%s: %s}", label(taking[0]), quoted(v))
}

// takes reports whether the rule is content with v.
func takes(rule, v cue.Value) bool {
	return rule.Unify(v).Validate(cue.Concrete(true)) == nil
}

// suggestion returns what to write in place of v, which the schema does not take:
// the first of some usual repairs that it takes; "" where none helps.
func (tr *translator) suggestion(p problem, pl place, v cue.Value) string {
	rule := tr.rule(p, pl)
	if !rule.Exists() {
		return ""
	}
	s, err := v.String()
	switch {
	case err == nil:
		for _, repaired := range repairs(s) {
			if repaired != s && takes(rule, tr.ctx.Encode(repaired)) {
				return fmt.Sprintf("write %q", repaired)
			}
		}
		if n := tr.ctx.CompileString(s); isNumber.MatchString(s) && n.Err() == nil && takes(rule, n) {
			return fmt.Sprintf("write the number without quotes: %s%s", before(pl.name), s)
		}
	case v.IncompleteKind() == cue.BoolKind && rule.IncompleteKind() != cue.StringKind:
	case v.IncompleteKind()&(cue.NumberKind|cue.BoolKind) != 0:
		if takes(rule, tr.ctx.Encode(quoted(v))) {
			return retype(pl.name, v, rule, "string")
		}
	case v.IncompleteKind() == cue.ListKind:
		if only := single(v); only.Exists() && takes(rule, only) {
			return retype(pl.name, v, rule, "string")
		}
	}
	return ""
}

// rule returns what the schema has where the problem is, if it has anything.
func (tr *translator) rule(p problem, pl place) cue.Value {
	def := tr.definition(pl.object.Kind)
	if !def.Exists() {
		return cue.Value{}
	}
	return below(def, tr.inObject(p.path))
}

var isNumber = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// repairs returns variants of a string: as a quantity, without the v that versions
// do not have, and as a name.
func repairs(s string) []string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '.':
			return r
		}
		return '-'
	}, s)
	return append(amounts(s), strings.TrimPrefix(s, "v"),
		strings.Trim(name, "-."), strings.ReplaceAll(strings.Trim(name, "-."), ".", "-"), strings.ReplaceAll(s, " ", ""))
}

var amount = regexp.MustCompile(`^\s*([0-9]+)(?:[.,]([0-9]+))?\s*([A-Za-z ]*)$`)

// amounts returns variants of what may be meant for a quantity: without spaces and
// the B that quantities do not have, with a point for a comma, and with the unit's
// usual case.
func amounts(s string) []string {
	m := amount.FindStringSubmatch(s)
	if m == nil {
		return nil
	}
	number, unit := m[1], strings.ReplaceAll(m[3], " ", "")
	if m[2] != "" {
		number += "." + m[2]
	}
	out := []string{number + unit, number + strings.TrimSuffix(strings.TrimSuffix(unit, "B"), "b")}
	if unit == "" {
		return out
	}
	first, rest := unit[:1], strings.ToLower(strings.TrimRight(unit[1:], "Bb"))
	if first == "k" && rest == "" {
		return append(out, number+first)
	}
	return append(out, number+strings.ToUpper(first)+rest)
}

// instruction turns the text of a rule, "must be …", into what to do.
func instruction(message string) string {
	_, rest, ok := strings.Cut(message, "must be ")
	if !ok || rest == "" {
		return "write a value that the rule allows"
	}
	if i := strings.IndexAny(rest, ":;"); i > 0 {
		rest = rest[:i]
	}
	return "write " + rest
}

// abbreviations are what people call fields among themselves.
var abbreviations = map[string]string{
	"pvc": "persistentVolumeClaim", "cm": "configMap", "envs": "env", "environment": "env", "cmd": "command", "mounts": "volumeMounts",
	"serviceAccount": "serviceAccountName", "limit": "limits", "request": "requests", "nodeselector": "nodeSelector",
}

// nearest is [finding.Nearest] for fields: it knows abbreviations, and does not
// guess at names of few letters.
func nearest(name string, names []string) string {
	if long := abbreviations[name]; slices.Contains(names, long) {
		return long
	}
	near := finding.Nearest(name, names)
	if near != "" && (len(name) >= 5 || strings.EqualFold(near[:1], name[:1])) {
		return near
	}
	var short []string
	for abbreviation, long := range abbreviations {
		if len(abbreviation) > 5 && slices.Contains(names, long) {
			short = append(short, abbreviation)
		}
	}
	slices.Sort(short)
	return abbreviations[finding.Nearest(name, short)]
}

// begunBy returns the only one of the names that begins with what somebody wrote.
func begunBy(start string, names []string) string {
	long := ""
	for _, n := range names {
		if len(start) >= 3 && len(n) > len(start) && strings.EqualFold(n[:len(start)], start) {
			if long != "" {
				return ""
			}
			long = n
		}
	}
	return long
}
