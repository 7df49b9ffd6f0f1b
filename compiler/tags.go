package compiler

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/format"
	"cuelang.org/go/cue/token"
)

// tags are the tags of a compilation. CUE refuses a tag that no file of a module
// has; here it is enough that one module has it.
type tags struct {
	all  []string
	used map[string]bool
	bad  error // a value that no field can take
}

func newTags(all []string) *tags { return &tags{all: all, used: map[string]bool{}} }

// without returns the tags that CUE did not refuse with message, and whether it
// refused one.
func without(all []string, message string) ([]string, bool) {
	kept := slices.DeleteFunc(slices.Clone(all), func(tag string) bool {
		name, _, isPair := strings.Cut(tag, "=")
		return isPair && message == fmt.Sprintf("no tag for %q", name) ||
			!isPair && message == fmt.Sprintf("tag %q not used in any file", tag)
	})
	return kept, len(kept) < len(all)
}

// note keeps the error of a tag whose value is of the wrong type: that is a
// mistake of the command line, not of a file.
func (t *tags) note(message string) {
	if m := badTag.FindStringSubmatch(message); m != nil && t.bad == nil {
		t.bad = fmt.Errorf("tag %q: the field with @tag(%s) is a %s: %s", m[2], m[2], m[1], m[3])
	}
}

var badTag = regexp.MustCompile(`^invalid (\w+) for injection tag "([^"]*)": (.*)$`)

// check keeps the error of a tag whose value the field does not take, where that
// can be told from the field alone: its alternatives, its bounds.
func (t *tags) check(files []*ast.File) {
	ctx := cuecontext.New()
	for _, f := range files {
		ast.Walk(f, func(n ast.Node) bool {
			field, ok := n.(*ast.Field)
			if !ok || len(field.Attrs) == 0 || t.bad != nil {
				return t.bad == nil
			}
			both, ok := field.Value.(*ast.BinaryExpr)
			if name := tagIn(field); ok && name != "" && both.Op == token.AND && !both.Y.Pos().IsValid() {
				rule, given := ctx.BuildExpr(both.X), ctx.BuildExpr(both.Y)
				if rule.Err() == nil && given.Err() == nil && rule.Unify(given).Err() != nil {
					text, _ := format.Node(both.X)
					t.bad = fmt.Errorf("tag %q: the field with @tag(%s) is %s, and cannot be %s", name, name, shortened(string(text)), quoted(given))
				}
			}
			return true
		}, nil)
	}
}

func (t *tags) use(used []string) {
	for _, tag := range used {
		t.used[tag] = true
	}
}

// err returns an error if no module has one of the tags, or one has a wrong
// value.
func (t *tags) err() error {
	if t.bad != nil {
		return t.bad
	}
	for _, tag := range t.all {
		if !t.used[tag] {
			name, _, _ := strings.Cut(tag, "=")
			return fmt.Errorf("tag %q: no file has a field with @tag(%s)", tag, name)
		}
	}
	return nil
}
