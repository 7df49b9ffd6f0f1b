package compiler

import (
	"cmp"
	"strings"

	"cuelang.org/go/cue"

	"github.com/podcue/podcue/finding"
)

// kindWords are CUE's types in words.
var kindWords = map[string]string{
	"string": "a string", "int": "a whole number", "float": "a number", "number": "a number",
	"bool": "true or false", "struct": "a struct", "list": "a list", "null": "null", "bytes": "bytes",
}

// kindWord returns a type of CUE's, or several, in words.
func kindWord(kind string) string {
	parts := strings.Split(strings.Trim(kind, "()"), "|")
	for i, p := range parts {
		if w, ok := kindWords[strings.TrimSpace(p)]; ok {
			parts[i] = w
		}
	}
	return strings.Join(parts, " or ")
}

// maxQuoted bounds how much of a value a message quotes.
const maxQuoted = 60

// quoted returns a value as messages name it.
func quoted(v cue.Value) string {
	switch k := v.IncompleteKind(); k {
	case cue.StructKind, cue.ListKind:
		return kindWord(k.String())
	}
	if data, err := v.MarshalJSON(); err == nil {
		return shortened(string(data))
	}
	return "a value"
}

// shortened cuts what is too long for a message.
func shortened(s string) string {
	if len(s) <= maxQuoted {
		return s
	}
	return strings.ToValidUTF8(s[:maxQuoted], "") + "…"
}

// plain returns a message of CUE's as findings have them: one line, lower case,
// no period.
func plain(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	text = strings.TrimRight(text, ".:")
	if len(text) > 1 && isUpper(text[0]) && !isUpper(text[1]) {
		text = strings.ToLower(text[:1]) + text[1:]
	}
	return text
}

func isUpper(b byte) bool { return b >= 'A' && b <= 'Z' }

// label returns a name as CUE's source has it.
func label(name string) string { return cue.Str(name).String() }

// choices returns the names in a message such as "must be one of A, B, C" or
// "there are A, B".
func choices(message string) []string {
	for _, start := range []string{"must be one of ", "there are "} {
		if _, rest, ok := strings.Cut(message, start); ok {
			rest, _, _ = strings.Cut(rest, ";")
			return strings.Split(rest, ", ")
		}
	}
	return nil
}

// meant returns the choice that somebody who wrote a value meant, "" if that
// cannot be told.
func meant(value string, all []string) string {
	value = strings.Trim(value, `"`)
	if near := finding.Nearest(value, all); near != "" {
		return near
	}
	return cmp.Or(begunBy(value, all), endedBy(value, all))
}

// endedBy returns the only one of the words that ends with @ and what somebody
// wrote: a version without the name before it.
func endedBy(end string, all []string) string {
	long := ""
	for _, w := range all {
		if strings.HasSuffix(w, "@"+end) {
			if long != "" {
				return ""
			}
			long = w
		}
	}
	return long
}
