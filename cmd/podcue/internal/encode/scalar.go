package encode

import (
	"slices"
	"strconv"
	"strings"
)

// literalHeader returns the header of a literal block that holds s, and whether
// such a block is fit for it: s has more than one line, and nothing that a block
// cannot hold or that an editor would silently change.
func literalHeader(s string) (string, bool) {
	text := strings.TrimRight(s, "\n")
	if !strings.Contains(s, "\n") || text == "" || strings.ContainsAny(text[:1], " \t\n") {
		return "", false
	}
	for line := range strings.SplitSeq(s, "\n") {
		if strings.HasSuffix(line, " ") || strings.HasSuffix(line, "\t") || !isPrintable(strings.ReplaceAll(line, "\t", " ")) {
			return "", false
		}
	}
	switch len(s) - len(text) {
	case 0:
		return "|-", true
	case 1:
		return "|", true
	}
	return "|+", true
}

// yamlScalar returns the string s as a flow scalar on one line: plain if every
// version of YAML reads that as a string, quoted if not.
func yamlScalar(s string) string {
	switch {
	case isPlain(s):
		return s
	case strings.ContainsAny(s, `"\`) && isPrintable(s):
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return quoteYAML(s)
}

// quoteYAML returns s between double quotes. Each escape of Go's means the same
// in YAML.
func quoteYAML(s string) string { return strconv.Quote(s) }

func isPrintable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !strconv.IsPrint(r) })
}

// words are read as something else than a string by one version of YAML or
// another, in any case.
var words = []string{
	"", "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n",
	".inf", "+.inf", "-.inf", ".nan", "=", "<<",
}

// isPlain reports whether s needs no quotes in a block collection.
func isPlain(s string) bool {
	if slices.Contains(words, strings.ToLower(s)) || looksNumeric(s) {
		return false
	}
	if strings.Contains(s, ": ") || strings.Contains(s, " #") || strings.HasSuffix(s, ":") || strings.HasPrefix(s, "---") ||
		strings.HasPrefix(s, "...") || strings.TrimSpace(s) != s || !isPrintable(s) {
		return false
	}
	switch first := s[0]; first {
	case '-':
		return len(s) > 1 && s[1] != ' '
	case '?', ':', ',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`':
		return false
	}
	return true
}

// looksNumeric reports whether s may be a number, a time or a date to somebody:
// it starts like one and has nothing in it that none of them has.
func looksNumeric(s string) bool {
	if s == "" || !strings.ContainsAny(s[:1], "0123456789+-.") || !strings.ContainsAny(s, "0123456789") {
		return false
	}
	return strings.Trim(strings.ToLower(s), "0123456789abcdefox+-.,_: tz") == ""
}
