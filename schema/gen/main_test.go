package main

import (
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// TestGenerated checks that the schema's generated files are what the linked
// k8s.io/api and the policies make. It fails after a version of Kubernetes with a
// new field, and after a change of a policy's parameters.
func TestGenerated(t *testing.T) {
	t.Parallel()
	files, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		got, err := os.ReadFile("../" + name)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(string(files[name]), "\n"), strings.Split(string(got), "\n")); diff != "" {
			t.Errorf("%s is stale: run go generate ./schema (-generator +file):\n%s", name, diff)
		}
	}
}

// A Thing is a type with every trait that the generator knows. The tests build
// its definition from it.
type Thing struct {
	Before   `json:",inline"` // the tag up to v0.36 of k8s.io/api
	After    `json:""`        // the tag since
	Named    `json:"named"`
	Required string                       `json:"required"`
	Marked   string                       `json:"marked"` // optional by a marker
	Kind     Kind                         `json:"kind,omitempty"`
	Open     PodConditionType             `json:"open,omitempty"`
	Amounts  map[string]resource.Quantity `json:"amounts,omitempty"`
	Port     *intstr.IntOrString          `json:"port,omitempty"`
	Others   []Named                      `json:"others,omitempty"`
	Zero     bool                         `json:"zero"`
	Count    *int32                       `json:"count"`
	Gone     string                       `json:"-"`
	hidden   string
}

type (
	Before struct {
		Old string `json:"old,omitempty"`
	}
	After struct {
		New string `json:"new,omitempty"`
	}
	Named struct {
		Size int64 `json:"size,omitempty"`
	}
	Kind             string
	PodConditionType string
)

// SwaggerDoc is what Kubernetes' types have.
func (Thing) SwaggerDoc() map[string]string {
	return map[string]string{"": "Thing is a thing.", "required": "Required is required."}
}

const thing = header + `
// Thing is a thing.
#Thing: {
	old?: string

	new?: string

	named!: #Named

	// Required is required.
	required!: string

	marked?: string

	kind?: #Kind

	open?: string

	amounts?: {[string]: #Quantity}

	port?: #IntOrString

	others?: [...#Named]

	zero?: bool

	count?: int32
}

#Named: {
	size?: int64
}

// Kind is what kind of thing it is.
//
//  - A: the first
#Kind: "A" | "B" | error("must be one of A, B")
`

// TestTypes checks the definition of a type with every trait.
func TestTypes(t *testing.T) {
	t.Parallel()
	src := &source{
		enums:    map[string][]string{"Kind": {"A", "B"}, "PodConditionType": {"Ready"}},
		optional: map[string]bool{"Thing.Marked": true},
		docs:     map[string]string{"Kind": "Kind is what kind of thing it is.\n", "Kind=A": "the\nfirst\n"},
	}
	types, err := closure(reflect.TypeOf(Thing{hidden: ""}), src)
	if err != nil {
		t.Fatal(err)
	}
	got, err := kubernetesFile(types, src)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(thing, string(got)); diff != "" {
		t.Errorf("definitions (-want +got):\n%s", diff)
	}
}

// TestNewField shows that a field which a new version of a type brings gets into
// the definition, wherever it is.
func TestNewField(t *testing.T) {
	t.Parallel()
	src := &source{}
	old := reflect.TypeFor[Named]()
	bumped := reflect.StructOf(append(slices.Collect(old.Fields()), reflect.StructField{
		Name: "Fresh", Type: reflect.TypeFor[*bool](), Tag: `json:"fresh,omitempty"`,
	}))
	for typ, want := range map[reflect.Type]string{old: "size", bumped: "size fresh"} {
		fields, err := structFields(typ, src)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range fields {
			names = append(names, f.name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("fields %q, want %q", got, want)
		}
	}
}

// TestStaleTable checks that an entry of the tables for a member that Kubernetes
// does not have any more is an error.
func TestStaleTable(t *testing.T) {
	t.Parallel()
	err := checkConstraints([]*structType{{name: "Container", fields: []field{{name: "name"}}}})
	if err == nil || !strings.Contains(err.Error(), "Volume.name") || strings.Contains(err.Error(), " Container.name") {
		t.Errorf("error %v does not name exactly the members that are gone", err)
	}
}

// TestNameClash checks that two types of one name are refused rather than mixed.
func TestNameClash(t *testing.T) {
	t.Parallel()
	type Named struct{} // hides the other one
	both := reflect.StructOf([]reflect.StructField{
		{Name: "A", Type: reflect.TypeFor[Named](), Tag: `json:"a"`},
		{Name: "B", Type: reflect.TypeFor[Thing]().Field(2).Type, Tag: `json:"b"`},
	})
	if _, err := closure(both, &source{}); err == nil {
		t.Error("no error for two types of one name")
	}
}
