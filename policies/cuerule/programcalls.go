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
			if f := packageFunction(string(path) + "." + name.Name); f != nil {
				return f
			}
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

func packageFunction(name string) function {
	switch name {
	case "strings.HasPrefix":
		return ofTexts(strings.HasPrefix)
	case "strings.HasSuffix":
		return ofTexts(strings.HasSuffix)
	case "strings.Contains":
		return ofTexts(strings.Contains)
	case "strings.TrimPrefix":
		return ofTexts(strings.TrimPrefix)
	case "strings.TrimSuffix":
		return ofTexts(strings.TrimSuffix)
	case "strings.Split":
		return ofTexts(func(s, sep string) []any {
			list := []any{}
			for _, part := range strings.Split(s, sep) {
				list = append(list, part)
			}
			return list
		})
	case "strings.Count":
		return ofTexts(func(s, sub string) int64 { return int64(strings.Count(s, sub)) })
	case "strings.ToLower":
		return ofText(strings.ToLower)
	case "strings.ToUpper":
		return ofText(strings.ToUpper)
	case "strings.TrimSpace":
		return ofText(strings.TrimSpace)
	case "strings.Join":
		return join
	case "list.Contains":
		return contains
	}
	return nil
}

func ofText(f func(s string) string) function {
	return func(args []any) (any, bool) {
		if len(args) != 1 {
			return nil, false
		}
		s, ok := args[0].(string)
		return f(s), ok
	}
}

func ofTexts[T any](f func(x, y string) T) function {
	return func(args []any) (any, bool) {
		if len(args) != 2 {
			return nil, false
		}
		x, ok := args[0].(string)
		y, also := args[1].(string)
		if !ok || !also {
			return nil, false
		}
		return f(x, y), true
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

// texts returns v as a list of texts.
func texts(v any) ([]string, bool) {
	list, ok := v.([]any)
	if !ok {
		return nil, false
	}
	var all []string
	for _, e := range list {
		s, ok := e.(string)
		if !ok {
			return nil, false
		}
		all = append(all, s)
	}
	return all, true
}

func join(args []any) (any, bool) {
	if len(args) != 2 {
		return nil, false
	}
	all, ok := texts(args[0])
	sep, also := args[1].(string)
	text := strings.Join(all, sep)
	return text, ok && also && len(text) <= maxText
}

func contains(args []any) (any, bool) {
	if len(args) != 2 {
		return nil, false
	}
	all, ok := texts(args[0])
	s, also := args[1].(string)
	return slices.Contains(all, s), ok && also
}
