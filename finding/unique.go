package finding

import (
	"slices"
	"strings"

	"github.com/podcue/podcue/provenance"
)

// A Key is the same for findings that are one problem, seen several times in a
// run: in the authored template, in its final Pod, and in the Pods of other tasks.
// It is comparable, and of no use beyond the run.
type Key struct {
	id, message, field string
	pos                provenance.Position
	object             Object
	path               provenance.Path
}

// Key returns the key of f: its id, message and first position, and of the API
// server's verdict the field too, which the server's messages leave out. Without a
// position it is the object and the path in its place.
func (f Finding) Key() Key {
	k := Key{id: f.ID, message: f.Message, pos: f.Position()}
	switch {
	case !k.pos.IsValid():
		k.object, k.path = f.Object, f.Path
	case f.ID == IDAPI:
		k.field = fieldOf(f.Path)
	}
	return k
}

// fieldOf returns the fields of path without its keys and indices, which may be
// others in the Pod of another task.
func fieldOf(path provenance.Path) string {
	var fields []string
	for _, s := range path.Segments() {
		if s.Kind == provenance.Field {
			fields = append(fields, s.Name)
		}
	}
	return strings.Join(fields, ".")
}

// Unique sorts l and returns it with each problem once: of several findings with
// one [Key] the first is kept.
func (l List) Unique() List {
	l.Sort()
	seen := make(map[Key]bool, len(l))
	return slices.DeleteFunc(slices.Clone(l), func(f Finding) bool {
		k := f.Key()
		again := seen[k]
		seen[k] = true
		return again
	})
}
