package compiler

import (
	"strings"

	"cuelang.org/go/cue/scanner"
	"cuelang.org/go/cue/token"
)

// A bracket is one that is opened in a source file.
type bracket struct {
	kind         token.Token
	line, column int
	indent       int // of its line
}

// unclosed returns the bracket of a file that is opened and never closed, as the
// indentation has it: the one that a bracket further left closes in its place.
// Where the indentation does not tell, it is the last one that is open at the end.
func unclosed(data []byte) (bracket, bool) {
	lines := strings.Split(string(data), "\n")
	file := token.NewFile("", -1, len(data))
	var s scanner.Scanner
	s.Init(file, data, nil, 0)
	var open []bracket
	for {
		pos, tok, _ := s.Scan()
		if tok == token.EOF {
			break
		}
		line := pos.Line()
		if line < 1 || line > len(lines) {
			return bracket{}, false
		}
		indent := len(lines[line-1]) - len(strings.TrimLeft(lines[line-1], " \t"))
		switch tok {
		case token.LBRACE, token.LBRACK, token.LPAREN:
			open = append(open, bracket{tok, line, pos.Column(), indent})
		case token.RBRACE, token.RBRACK, token.RPAREN:
			if len(open) == 0 {
				return bracket{}, false
			}
			last := open[len(open)-1]
			if pos.Column() == indent+1 && line > last.line && indent < last.indent {
				return last, true
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) == 0 {
		return bracket{}, false
	}
	return open[len(open)-1], true
}
