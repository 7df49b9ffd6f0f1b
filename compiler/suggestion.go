package compiler

import (
	"fmt"
	"regexp"
	"strings"

	"cuelang.org/go/cue"
)

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
		if isOctal.MatchString(s) && takes(rule, tr.ctx.CompileString("0o"+s)) {
			return fmt.Sprintf("write the number as CUE has it: %s0o%s", before(pl.name), strings.TrimPrefix(s, "0"))
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

var notInVariable = regexp.MustCompile(`[^A-Za-z0-9_]`)

var isOctal = regexp.MustCompile(`^0[0-7]+$`)

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
	first := amounts(s)
	if strings.ToUpper(s) == s {
		first = append(first, notInVariable.ReplaceAllString(s, "_")) // the name of a variable
	}
	return append(first, strings.TrimPrefix(s, "v"),
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
		return "remove it, or write what the rule allows"
	}
	if i := strings.IndexAny(rest, ":;"); i > 0 {
		rest = rest[:i]
	}
	return "write " + rest
}
