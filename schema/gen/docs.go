package main

import (
	"regexp"
	"strings"
)

const (
	// docWidth is where comments are wrapped.
	docWidth = 100

	// docLength is about how many characters of documentation one definition or
	// field has. Reading comments is a good part of what the schema costs a cold
	// run of cue (BenchmarkCueExport), and Kubernetes has 130 kB of them; an
	// editor's hover has room for a few sentences.
	docLength = 160
)

// sentenceEnd is the space between two sentences.
var sentenceEnd = regexp.MustCompile(`[.!?]\)? +[A-Z]`)

// summary returns the beginning of a documentation: of its first paragraph the
// whole sentences that docLength has room for, and at least one.
func summary(doc string) string {
	paragraph, _, _ := strings.Cut(strings.TrimSpace(doc), "\n\n")
	end := 0
	for end < len(paragraph) {
		next := len(paragraph)
		if at := sentenceEnd.FindStringIndex(paragraph[end:]); at != nil {
			next = end + at[1] - 1
		}
		if end > 0 && next > docLength {
			break
		}
		end = next
	}
	return strings.TrimSpace(paragraph[:end])
}

// comment returns text as line comments, wrapped, "" for no text.
func comment(text, indent string) string {
	var b strings.Builder
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for _, line := range lines {
		if len(lines) == 1 && line == "" {
			return ""
		}
		for i, l := range wrap(line, docWidth) {
			if i > 0 && strings.HasPrefix(line, " - ") {
				l = "   " + l
			}
			b.WriteString(strings.TrimRight(indent+"// "+l, " ") + "\n")
		}
	}
	return b.String()
}

// wrap breaks line at spaces so that no part is longer than width, where that is
// possible.
func wrap(line string, width int) []string {
	var out []string
	current := ""
	for i, word := range strings.Split(line, " ") {
		switch {
		case i == 0:
			current = word
		case len(current)+1+len(word) > width:
			out = append(out, current)
			current = word
		default:
			current += " " + word
		}
	}
	return append(out, current)
}
