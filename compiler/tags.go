package compiler

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
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
