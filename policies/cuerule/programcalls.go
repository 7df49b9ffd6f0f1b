package cuerule

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
)

// call compiles a call of len, or of a function of CUE's packages.
func (c *programmer) call(e *ast.CallExpr, s *scope) expr {
	f := c.function(e.Fun, len(e.Args), s)
	if f == nil {
		return nil
	}
	var args []expr
	for _, a := range e.Args {
		x := c.value(a, s)
		if x == nil {
			return nil
		}
		args = append(args, x)
	}
	return func(m *machine) (any, bool) {
		values := make([]any, len(args))
		for i, a := range args {
			v, ok := a(m)
			if !ok {
				return nil, false
			}
			values[i] = v
		}
		if m.steps -= stepsOfCall; !m.step(values...) {
			return nil, false
		}
		return f(values)
	}
}

func (c *programmer) function(e ast.Expr, args int, s *scope) function {
	switch e := e.(type) {
	case *ast.Ident:
		if _, declared := s.look(e.Name); !declared && e.Name == "len" {
			return size
		}
	case *ast.SelectorExpr:
		id, isIdent := e.X.(*ast.Ident)
		name, named := e.Sel.(*ast.Ident)
		if !isIdent || !named {
			return nil
		}
		b, _ := s.look(id.Name)
		if path, ok := b.(imported); ok {
			return cueFunction(c.eval, string(path), name.Name, args)
		}
	}
	return nil
}

// A function is one that is called; false if it gives no answer.
type function func(args []any) (any, bool)

// cueFunction returns a function that CUE calls, once for the same arguments; nil
// for one that is not of the packages whose functions make data from data.
func cueFunction(eval *evaluator, path, name string, args int) function {
	if !slices.Contains([]string{"list", "math", "net", "regexp", "strconv", "strings"}, path) {
		return nil
	}
	var in []string
	for i := range args {
		in = append(in, fmt.Sprintf("in[%d]", i))
	}
	root := eval.ctx.CompileString(fmt.Sprintf("import %q\nin: _\nout: %s.%s(%s)\n", path, path, name, strings.Join(in, ", ")))
	if root.Err() != nil {
		return nil
	}
	type answer struct {
		value any
		ok    bool
	}
	var known memo[answer]
	return func(args []any) (any, bool) {
		a := known.get(args, func() answer {
			var a answer
			failed := within(eval.timeout, func() {
				out := root.FillPath(cue.MakePath(cue.Str("in")), eval.value(args)).LookupPath(cue.MakePath(cue.Str("out")))
				if out.Validate(cue.Concrete(true)) == nil {
					a.value, a.ok = plainData(out)
				}
			})
			if failed != nil {
				return answer{}
			}
			return a
		})
		return a.value, a.ok
	}
}

func size(args []any) (any, bool) {
	if len(args) != 1 {
		return nil, false
	}
	switch v := args[0].(type) {
	case string:
		return int64(len(v)), true
	case []any:
		return int64(len(v)), true
	case map[string]any:
		return int64(len(v)), true
	case record:
		return int64(len(v)), true
	}
	return nil, false
}
