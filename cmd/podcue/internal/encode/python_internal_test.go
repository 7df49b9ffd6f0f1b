package encode

import (
	"encoding/json"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// The names are those of the attribute maps of the Python client: of its release
// 22.6.0, for the classes that a V1PodSpec is made of, and some younger ones.
func TestPythonAttributes(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/kubernetes-client-22.6.0.json")
	if err != nil {
		t.Fatal(err)
	}
	var classes map[string]map[string]string // by class, the attribute of each JSON member
	if err := json.Unmarshal(data, &classes); err != nil {
		t.Fatal(err)
	}
	classes["younger"] = map[string]string{"hostnameOverride": "hostname_override", "hostUsers": "host_users", "resourceClaims": "resource_claims"}
	n := 0
	for class, attributes := range classes {
		for key, want := range attributes {
			n++
			if got := pythonAttribute(key); got != want {
				t.Errorf("%s: %s is %s, want %s", class, key, got, want)
			}
		}
	}
	if n < 400 {
		t.Errorf("only %d attributes were compared", n)
	}
}

// podTypes returns the types that a pod spec is made of and that are classes in
// the Python client.
func podTypes() []reflect.Type {
	var types []reflect.Type
	var visit func(reflect.Type)
	visit = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
			typ = typ.Elem()
		}
		if slices.Contains(types, typ) || !isModel(typ) {
			return
		}
		types = append(types, typ)
		for _, field := range jsonFields(typ) {
			visit(field)
		}
	}
	visit(reflect.TypeFor[corev1.PodSpec]())
	return types
}

// Every field that a pod spec can have has an attribute name that Python takes,
// no two of one class the same.
func TestPythonAttributesAreNames(t *testing.T) {
	t.Parallel()
	types := podTypes()
	for _, typ := range types {
		attributes := map[string]string{}
		for key := range jsonFields(typ) {
			a := pythonAttribute(key)
			if other := attributes[a]; other != "" || strings.Trim(a, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
				t.Errorf("%s: %s is %q, as is %q", typ, key, a, other)
			}
			attributes[a] = key
		}
	}
	if len(types) < 80 {
		t.Errorf("only %d types were seen", len(types))
	}
}

func TestPythonNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"gpu": "gpu", "a100-train": "a100_train", "4gpu": "_4gpu", "class": "class_", "": "_", "PodTemplate": "PodTemplate_", "V1Pod": "V1Pod_", "tür": "t_r",
	} {
		if got := pythonName(name); got != want {
			t.Errorf("%q is %s, want %s", name, got, want)
		}
	}
	got, err := pythonNames([]*Object{{Package: "./train", Name: "gpu"}, {Package: "./eval", Name: "gpu"}, {Package: ".", Name: "cpu"}})
	if want := []string{"train_gpu", "eval_gpu", "cpu"}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("the names are %v, %v", got, err)
	}
	if _, err := pythonNames([]*Object{{Package: "./a", Name: "b-c"}, {Package: "./a", Name: "b_c"}}); err == nil {
		t.Error("two objects got the same variable")
	}
}
