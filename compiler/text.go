package compiler

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"cuelang.org/go/cue/ast"
	cueerrors "cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"
)

// checkText refuses what cannot be CUE: binary files and other encodings.
func checkText(data []byte) error {
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return fmt.Errorf("is no text: byte 0 in line %d", lineOf(data, i))
	}
	if utf8.Valid(data) {
		return nil
	}
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			return fmt.Errorf("is not UTF-8: line %d has byte 0x%02x", lineOf(data, i), data[i])
		}
		i += n
	}
	return errors.New("is not UTF-8")
}

func lineOf(data []byte, i int) int { return 1 + bytes.Count(data[:i], []byte{'\n'}) }

// parse is CUE's parser with a bound on nesting, which the evaluator's stack
// depends on.
func (ld *loader) parse(name string, src any, cfg parser.Config) (*ast.File, error) {
	f, err := parser.ParseFile(name, src, cfg)
	if in, ok := ld.real(name); err != nil || f == nil || ok && ld.own[in] != nil {
		return f, err
	}
	depth := 0
	var deepest token.Pos
	ast.Walk(f, func(n ast.Node) bool {
		if nests(n) {
			if depth++; depth > maxNesting && !deepest.IsValid() {
				deepest = n.Pos()
			}
		}
		return !deepest.IsValid()
	}, func(n ast.Node) {
		if nests(n) {
			depth--
		}
	})
	if deepest.IsValid() {
		return f, cueerrors.Newf(deepest, "nested more than %d levels deep", maxNesting)
	}
	return f, nil
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
