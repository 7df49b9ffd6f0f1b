package schema_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
)

// TestEveryField compares the members of each Go struct that a PodTemplateSpec
// reaches with those of its definition. It knows nothing of the generator: what
// is a member is what encoding/json reads.
func TestEveryField(t *testing.T) {
	t.Parallel()
	pkg := build(t, ".", ".")
	seen := map[reflect.Type]bool{}
	var check func(typ reflect.Type)
	check = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			check(typ.Elem())
			return
		case reflect.Struct:
		default:
			return
		}
		if seen[typ] || writesItself(typ) {
			return
		}
		seen[typ] = true
		members := jsonMembers(typ)
		def := pkg.LookupPath(cue.MakePath(cue.Def(typ.Name())))
		if diff := cmp.Diff(slices.Sorted(maps.Keys(members)), cueMembers(t, def)); diff != "" {
			t.Errorf("#%s is not %s (-Go +CUE):\n%s", typ.Name(), typ, diff)
		}
		for _, m := range members {
			check(m)
		}
	}
	check(reflect.TypeFor[corev1.PodTemplateSpec]())
	if len(seen) < 100 {
		t.Errorf("only %d types were compared", len(seen))
	}
}

// writesItself reports whether the type has a JSON form of its own.
func writesItself(t reflect.Type) bool {
	_, ok := reflect.PointerTo(t).MethodByName("MarshalJSON")
	return ok
}

// jsonMembers returns the types of the members that encoding/json reads into t.
func jsonMembers(t reflect.Type) map[string]reflect.Type {
	members := map[string]reflect.Type{}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case !f.IsExported() || name == "-":
		case f.Anonymous && name == "":
			maps.Copy(members, jsonMembers(f.Type))
		default:
			members[name] = f.Type
		}
	}
	return members
}

// cueMembers returns the names of the fields of a definition, sorted.
func cueMembers(t *testing.T, def cue.Value) []string {
	t.Helper()
	iter, err := def.Fields(cue.Optional(true))
	if err != nil {
		t.Errorf("%v", err)
		return nil
	}
	var names []string
	for iter.Next() {
		names = append(names, iter.Selector().Unquoted())
	}
	slices.Sort(names)
	return names
}

// TestNoDefaults checks that the schema decides nothing for the author but the
// name of the primary container, which is Flyte's, and parameters of blocks.
func TestNoDefaults(t *testing.T) {
	t.Parallel()
	for name, f := range sources(t) {
		if name == "blocks.cue" {
			continue
		}
		var got []string
		ast.Walk(f, func(n ast.Node) bool {
			if u, ok := n.(*ast.UnaryExpr); ok && u.Op == token.MUL {
				value, _ := u.X.(*ast.BasicLit)
				got = append(got, value.Value)
			}
			return true
		}, nil)
		var want []string
		if name == "podtemplate.cue" {
			want = []string{`"primary"`}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("defaults in %s (-want +got):\n%s", name, diff)
		}
	}
}
