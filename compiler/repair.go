package compiler

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"

	"github.com/podcue/podcue/finding"
)

// retype says how to write a value as one of another type. rule is what the schema
// has in the place of the value, if it has anything.
func retype(name string, v, rule cue.Value, want string) string {
	have := v.IncompleteKind()
	switch {
	case have == cue.NullKind && isIndex(name):
		return "leave the element out"
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
		element := elementOf(rule)
		if isOneOf(v, element) {
			return fmt.Sprintf("put brackets around it: %s[{…}]", before(name))
		}
		return fmt.Sprintf("write a list, where the name is a field: %s[%s]", before(name), firstOf(v, element))
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

// elementOf returns what the elements of a list are to be, if there is a rule.
func elementOf(rule cue.Value) cue.Value {
	if !rule.Exists() {
		return cue.Value{}
	}
	return rule.LookupPath(cue.MakePath(cue.AnyIndex))
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
	if element := elementOf(rule); element.Exists() && element.IncompleteKind() == cue.StructKind {
		return "[" + holding(v, element) + "]"
	}
	return "[" + quoted(v) + "]"
}

// firstOf returns the first field of a struct as the element of a list that it is
// meant to be, with its label as its name.
func firstOf(v, element cue.Value) string {
	fields, err := v.Fields()
	if err != nil || !fields.Next() || !slices.Contains(names(element), "name") {
		return "{…}"
	}
	name := fields.Selector().Unquoted()
	if field := namedValue(fields.Value(), element); field != "" {
		return fmt.Sprintf("{name: %q, %s: %s}", name, field, quoted(fields.Value()))
	}
	return fmt.Sprintf("{name: %q, …}", name)
}

// namedValue returns the only field but name that takes a value, "" if there is
// none, or more.
func namedValue(v, element cue.Value) string {
	if !element.Exists() || v.IncompleteKind()&(cue.StructKind|cue.ListKind) != 0 {
		return ""
	}
	field := ""
	fields, err := element.Fields(cue.Optional(true))
	for err == nil && fields.Next() {
		if name := fields.Selector().Unquoted(); name != "name" && fields.Value().IncompleteKind()&v.IncompleteKind() != 0 && takes(fields.Value(), v) {
			if field != "" {
				return ""
			}
			field = name
		}
	}
	return field
}

// holding returns the struct that has v as the field it is most likely meant for,
// {name: "regcred"}: the one that is required, else name, else the only one that
// takes it.
func holding(v, rule cue.Value) string {
	if s, err := v.String(); err == nil && slices.Contains(names(rule), "value") {
		if name, value, ok := strings.Cut(s, "="); ok {
			return fmt.Sprintf("{name: %q, value: %q}", name, shortened(value))
		}
	}
	if !rule.Exists() {
		return "{…}"
	}
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
	if len(taking) != 1 || len(required) == 0 && taking[0] != "name" && !isChoosy(rule, taking[0], v) {
		return "{…}"
	}
	return fmt.Sprintf("{%s: %s}", label(taking[0]), quoted(v))
}

// isChoosy reports whether a field of the rule takes few values only, so that one
// that it takes is meant for it.
func isChoosy(rule cue.Value, field string, v cue.Value) bool {
	return v.IncompleteKind() == cue.StringKind && !takes(child(rule, field), cuecontext.New().Encode("some other value"))
}

// takes reports whether the rule is content with v.
func takes(rule, v cue.Value) bool {
	return rule.Unify(v).Validate(cue.Concrete(true)) == nil
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
	if near != "" && beginsAlike(name, near) {
		return near
	}
	var short []string
	for abbreviation, long := range abbreviations {
		if len(abbreviation) > 5 && slices.Contains(names, long) {
			short = append(short, abbreviation)
		}
	}
	slices.Sort(short)
	long := finding.Nearest(name, short)
	if max(len(name)-len(long), len(long)-len(name)) > 2 {
		return ""
	}
	return abbreviations[long]
}

// beginsAlike reports whether two names begin with the same letter, or would if
// one of them had not lost its first.
func beginsAlike(a, b string) bool {
	a, b = strings.ToLower(a), strings.ToLower(b)
	return a[:1] == b[:1] || len(a) > 2 && len(b) > 2 && (strings.HasPrefix(b[1:], a[:2]) || strings.HasPrefix(a[1:], b[:2]))
}

// partOf returns the only one of the names that somebody left the beginning or the
// end out of.
func partOf(name string, names []string) string {
	if long := begunBy(name, names); long != "" {
		return long
	}
	long := ""
	for _, n := range names {
		if len(name) >= 3 && len(n) > len(name) && strings.HasSuffix(n, strings.ToUpper(name[:1])+name[1:]) {
			if long != "" {
				return ""
			}
			long = n
		}
	}
	return long
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
