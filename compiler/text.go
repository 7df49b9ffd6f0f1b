package compiler

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"cuelang.org/go/cue/ast"
	cueerrors "cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"
)

// A textError is the first byte of a file that no CUE has.
type textError struct {
	text         string
	line, column int
}

func (e *textError) Error() string { return e.text }

// checkText refuses what cannot be CUE: binary files and other encodings.
func checkText(data []byte) error {
	wrong := func(i int, format string, args ...any) error {
		start := 1 + bytes.LastIndexByte(data[:i], '\n')
		return &textError{fmt.Sprintf(format, args...), 1 + bytes.Count(data[:i], []byte{'\n'}), 1 + i - start}
	}
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return wrong(i, "is no text: it has a byte 0")
	}
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return wrong(i, "is not UTF-8: it has the byte 0x%02x", data[i])
		}
		i += n
	}
	return nil
}

// parse is CUE's parser with a bound on nesting, which the evaluator's stack
// depends on.
func (ld *loader) parse(name string, src any, cfg parser.Config) (*ast.File, error) {
	f, err := parser.ParseFile(name, src, cfg)
	if in, ok := ld.real(name); err != nil || f == nil || ok && ld.own[in] != nil {
		return f, err
	}
	depth, chain := 0, 0
	var deepest, longest token.Pos
	ast.Walk(f, func(n ast.Node) bool {
		switch {
		case nests(n):
			if depth++; depth > maxNesting && !deepest.IsValid() {
				deepest = n.Pos()
			}
		case chains(n):
			if chain++; chain > maxOperands && !longest.IsValid() {
				longest = n.Pos()
			}
		}
		return !deepest.IsValid() && !longest.IsValid()
	}, func(n ast.Node) {
		switch {
		case nests(n):
			depth--
		case chains(n):
			chain--
		}
	})
	switch {
	case deepest.IsValid():
		return f, cueerrors.Newf(deepest, "nested more than %d levels deep", maxNesting)
	case longest.IsValid():
		return f, cueerrors.Newf(longest, "an expression of more than %d operands", maxOperands)
	}
	return f, nil
}

// chains reports whether n is an expression that goes on to the left: a sum, a
// path, a call of what a call returns.
func chains(n ast.Node) bool {
	switch n.(type) {
	case *ast.BinaryExpr, *ast.SelectorExpr, *ast.IndexExpr, *ast.CallExpr:
		return true
	}
	return false
}

func nests(n ast.Node) bool {
	switch n.(type) {
	case *ast.StructLit, *ast.ListLit, *ast.ParenExpr, *ast.UnaryExpr:
		return true
	}
	return false
}

// withoutComments returns CUE source without the lines that are comments; every
// other line stays where it is.
func withoutComments(data []byte) []byte {
	if bytes.Contains(data, []byte(`"""`)) {
		return data // a line that looks like a comment may be part of a string
	}
	out := make([]byte, 0, len(data))
	for line := range bytes.Lines(data) {
		if bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("//")) {
			line = []byte("\n")
		}
		out = append(out, line...)
	}
	return out
}
