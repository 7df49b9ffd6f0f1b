package compiler

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/token"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// isSyntax reports whether e is one of the parser's errors.
func isSyntax(e errors.Error) bool {
	return e.Position().IsValid() && !importFailed.MatchString(e.Error()) && !strings.Contains(e.Error(), "import")
}

// saySyntax rewrites a message of the parser, and adds help.
func (ld *loader) saySyntax(f *finding.Finding) {
	var data []byte
	if len(f.Origins) > 0 {
		data = ld.source(f.Origins[0].Pos.Filename)
	}
	if strings.HasPrefix(f.Message, "expected '") && strings.Contains(f.Message, "the end of the file") {
		if b, ok := unclosed(data); ok {
			f.Message = fmt.Sprintf("this %s is opened and not closed", b.kind)
			f.Help = "close it with " + map[token.Token]string{token.LBRACE: "}", token.LBRACK: "]", token.LPAREN: ")"}[b.kind]
			at := f.Origins[0]
			at.Pos.Line, at.Pos.Column = b.line, b.column
			f.Origins = append([]provenance.Origin{at}, f.Origins...)
			return
		}
	}
	if m := quotedWrongly.FindStringSubmatch(f.Message); m != nil {
		f.Message = "an import path is in double quotes, not " + m[1]
	}
	if m := declaredTwice.FindStringSubmatch(f.Message); m != nil {
		f.Message, f.Help = fmt.Sprintf("%s is declared twice in one scope", m[1]), "rename one of the two, or remove it"
		return
	}
	line := ""
	if lines := strings.Split(string(data), "\n"); len(f.Origins) > 0 {
		if n := f.Origins[0].Pos.Line; n >= 1 && n <= len(lines) {
			line = lines[n-1]
		}
	}
	f.Help = syntaxHelp(f.Message, line)
}

// source returns the text of a file that positions call shown, nil if it cannot be
// read.
func (ld *loader) source(shown string) []byte {
	data, err := ld.read(ld.src.disk, ld.src.dir, filepath.Join(ld.dir, filepath.FromSlash(shown)))
	if err != nil {
		return nil
	}
	return data
}

var (
	quotedWrongly = regexp.MustCompile(`invalid quoted string: <(.*)>`)
	declaredTwice = regexp.MustCompile(`^alias "(.*)" redeclared in same scope`)
	bareQuantity  = regexp.MustCompile(`:\s*([0-9.]+[munkE])\s*(?:[,}\]]|$)`)
	yamlItem      = regexp.MustCompile(`^\s*- \S`)
	bareLabel     = regexp.MustCompile(`(^|[\s{,])([A-Za-z0-9_-]+[./-][A-Za-z0-9_./-]*)\s*:`)
)

// syntaxHelp returns the help for a syntax error in a line.
func syntaxHelp(message, line string) string {
	switch {
	case yamlItem.MatchString(line):
		return "this looks like YAML: podcue import turns a manifest into CUE"
	case strings.HasPrefix(strings.TrimSpace(line), "# "):
		return "a comment begins with //"
	case strings.ContainsAny(line, "“”„‘’«»") && strings.Contains(message, "character"):
		return "write straight quotes: \""
	}
	if m := bareQuantity.FindStringSubmatch(line); m != nil && strings.Contains(message, "','") {
		return fmt.Sprintf("a quantity with such a unit is quoted: %q", m[1])
	}
	if m := bareLabel.FindStringSubmatch(line); m != nil {
		return fmt.Sprintf("a label with other characters than letters and digits is quoted: %q:", m[2])
	}
	switch {
	case strings.Contains(message, "the end of the file"), strings.Contains(message, "not terminated"), strings.Contains(message, "attribute missing"):
		return "a bracket or a quote is opened and not closed"
	case strings.Contains(message, "missing ','"), strings.Contains(message, "expected ','"):
		return "put a comma or a new line between the two, or a colon after a label"
	case strings.Contains(message, "expected label"):
		return "a field is a label, a colon and a value, such as image: \"nginx:1.29\"; what stands here is a value without a label"
	case strings.HasPrefix(message, "unexpected"), strings.Contains(message, "expected ')'"), strings.Contains(message, "expected ']'"):
		return "the brackets do not match"
	case strings.Contains(message, "expected operand"), strings.Contains(message, "expected selector"):
		return "a value is missing here"
	case strings.Contains(message, "import path"):
		return `an import path is in double quotes, such as import "strings" or import "example.com/team/base"`
	case strings.Contains(message, "package name"), strings.HasPrefix(message, "expected a name"):
		return "a name is letters and digits, and does not begin with a digit"
	case strings.Contains(message, "illegal character"), strings.Contains(message, "invalid character"):
		return "remove the character"
	case strings.Contains(message, "illegal integer number"):
		return "an octal number begins with 0o, such as 0o644; no other number begins with 0"
	case strings.Contains(message, "nested more than"), strings.Contains(message, "an expression of more than"):
		return "give the inner parts names, and refer to them"
	}
	return "cue fmt points at the same place"
}
