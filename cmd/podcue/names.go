package main

import (
	"os"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/podcue/podcue/policies"
)

// joinNames joins names for a message: a, b or c.
func joinNames(names []string) string {
	switch n := len(names); n {
	case 0:
		return "none"
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " or " + names[n-1]
	}
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// oneLine joins the lines of s.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// lowerFirst begins s in lower case, unless its first word is an acronym or a
// name with capitals inside.
func lowerFirst(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	word, _, _ := strings.Cut(s, " ")
	if strings.ContainsFunc(word[min(size, len(word)):], unicode.IsUpper) {
		return s
	}
	return string(unicode.ToLower(first)) + s[size:]
}

// policyNames returns the ids of the built-in policies and of the merge's
// hazards, sorted.
func policyNames() []string {
	names := hazardIDs()
	for _, p := range policies.All() {
		names = append(names, p.ID)
	}
	slices.Sort(names)
	return names
}
