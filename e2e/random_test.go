package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podcue/podcue/validation"
)

// randomObjects returns n random objects: valid Pods, each with a few changes. As
// many of them as possible alternate between those that podcue accepts and those
// that it refuses; what the server says is for the test to find out.
func randomObjects(t testing.TB, r *rand.Rand, version string, n int) []object {
	t.Helper()
	var bases []map[string]any
	for _, o := range append(recorded(t), merged(t)...) {
		v, err := validation.JSON(version, o.kind, o.doc)
		if err != nil {
			t.Fatal(err)
		}
		var obj map[string]any
		if o.kind == "Pod" && v.Accepted() && json.Unmarshal(o.doc, &obj) == nil {
			bases = append(bases, obj)
		}
	}
	var objects []object
	for tries := 0; len(objects) < n && tries < 100*n; tries++ {
		pod := clone(bases[r.IntN(len(bases))]).(map[string]any)
		var changes []string
		for range 1 + r.IntN(4) {
			if r.IntN(3) == 0 {
				changes = append(changes, changeAny(r, pod))
			} else {
				changes = append(changes, changeKnown(r, pod))
			}
		}
		o := object{fmt.Sprintf("random/%d %s", tries, strings.Join(changes, ", ")), "Pod", marshal(t, pod)}
		if r.IntN(4) == 0 {
			o.kind, o.doc = "PodTemplate", marshal(t, asTemplate(pod))
		}
		v, err := validation.JSON(version, o.kind, o.doc)
		if err != nil {
			t.Fatal(err)
		}
		if v.Accepted() == (len(objects)%2 == 0) {
			objects = append(objects, o)
		}
	}
	return objects
}

func asTemplate(pod map[string]any) map[string]any {
	meta, _ := pod["metadata"].(map[string]any)
	inner := map[string]any{"labels": meta["labels"], "annotations": meta["annotations"]}
	return map[string]any{"apiVersion": "v1", "kind": "PodTemplate", "metadata": map[string]any{"name": "t"},
		"template": map[string]any{"metadata": inner, "spec": pod["spec"]}}
}

func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = clone(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = clone(e)
		}
		return out
	}
	return v
}

// changeKnown makes one of the changes in the table.
func changeKnown(r *rand.Rand, pod map[string]any) string {
	c := knownChanges[r.IntN(len(knownChanges))]
	var value any
	if err := json.Unmarshal([]byte(c.values[r.IntN(len(c.values))]), &value); err != nil {
		return "bad table: " + err.Error()
	}
	spec := child(pod, "spec")
	switch c.where {
	case "metadata":
		child(pod, "metadata")[c.field] = value
	case "spec":
		spec[c.field] = value
	case "add": // one element more
		list, _ := spec[c.field].([]any)
		spec[c.field] = append(list, value)
	case "container", "init":
		list, _ := spec["containers"].([]any)
		if init, _ := spec["initContainers"].([]any); c.where == "init" && len(init) > 0 {
			list = init
		}
		if len(list) > 0 {
			if m, ok := list[r.IntN(len(list))].(map[string]any); ok {
				m[c.field] = value
			}
		}
	case "mount": // a volume and a mount of it
		addMount(r, spec, value)
	}
	return c.where + " " + c.field
}

func child(m map[string]any, name string) map[string]any {
	c, ok := m[name].(map[string]any)
	if !ok {
		c = map[string]any{}
		m[name] = c
	}
	return c
}

func addMount(r *rand.Rand, spec map[string]any, source any) {
	name := fmt.Sprintf("v%d", r.IntN(100))
	volume, ok := source.(map[string]any)
	if !ok {
		return
	}
	volume["name"] = name
	volumes, _ := spec["volumes"].([]any)
	spec["volumes"] = append(volumes, volume)
	containers, _ := spec["containers"].([]any)
	if len(containers) == 0 {
		return
	}
	if c, ok := containers[r.IntN(len(containers))].(map[string]any); ok {
		mounts, _ := c["volumeMounts"].([]any)
		c["volumeMounts"] = append(mounts, map[string]any{"name": name, "mountPath": "/" + name})
	}
}

// changeAny sets a random field of the type of a Pod to a random value.
func changeAny(r *rand.Rand, pod map[string]any) string {
	at, t, node := "spec", reflect.TypeFor[corev1.PodSpec](), child(pod, "spec")
	for {
		f := t.Field(r.IntN(t.NumField()))
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			continue
		}
		at += "." + name
		ft := f.Type
		for ft.Kind() == reflect.Pointer {
			ft = ft.Elem()
		}
		switch {
		case isScalar(ft):
			node[name] = scalar(r, ft)
			return at
		case ft.Kind() == reflect.Struct:
			node, t = child(node, name), ft
		case ft.Kind() == reflect.Slice && ft.Elem().Kind() == reflect.Struct:
			list, _ := node[name].([]any)
			if len(list) == 0 || r.IntN(6) == 0 {
				list = append(list, map[string]any{})
				node[name] = list
			}
			m, ok := list[r.IntN(len(list))].(map[string]any)
			if !ok {
				return at
			}
			node, t = m, ft.Elem()
		case ft.Kind() == reflect.Slice:
			node[name] = []any{scalar(r, ft.Elem()), scalar(r, ft.Elem())}[:1+r.IntN(2)]
			return at
		case ft.Kind() == reflect.Map:
			child(node, name)[words[r.IntN(len(words))]] = scalar(r, ft.Elem())
			return at
		default:
			return at
		}
		if t.NumField() == 0 {
			return at
		}
	}
}

func isScalar(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[resource.Quantity](), reflect.TypeFor[intstr.IntOrString]():
		return true
	}
	return t.Kind() != reflect.Struct && t.Kind() != reflect.Slice && t.Kind() != reflect.Map
}

var words = []string{
	"", "a", "main", "v", "x", "Always", "Never", "Exists", "In", "None", "Localhost", "RuntimeDefault", "TCP", "HTTP", "Default", "ClusterFirst",
	"NoExecute", "DoNotSchedule", "/a", "../b", "a/b", "cpu", "memory", "nvidia.com/gpu", "hugepages-2Mi", "ephemeral-storage", "metadata.name",
	"1.2.3.4", "Bad_Name", "kubernetes.io/hostname", "SIGTERM", "linux", "windows", "Memory", "Enabled", "OnRootMismatch", "0.0.0.0/0", "é",
}

// scalar returns a random value of a type. Now and then it is of another.
func scalar(r *rand.Rand, t reflect.Type) any {
	numbers := []any{0, 1, -1, 2, 30, 80, 644, 65535, 65536, 1000000}
	switch t {
	case reflect.TypeFor[resource.Quantity]():
		return []any{"1", "500m", "1Gi", "0.5", 2, "-1", "2Mi", "1 Gi", "1e3"}[r.IntN(9)]
	case reflect.TypeFor[intstr.IntOrString]():
		return []any{80, "http", 0, "80", "Bad Port"}[r.IntN(5)]
	}
	if r.IntN(50) == 0 {
		return []any{nil, true, 1, "x", []any{}, map[string]any{}}[r.IntN(6)]
	}
	switch t.Kind() {
	case reflect.Bool:
		return r.IntN(2) == 0
	case reflect.Int32, reflect.Int64:
		return numbers[r.IntN(len(numbers))]
	}
	return words[r.IntN(len(words))]
}

// TestRandomIsSeeded holds that a seed gives the same objects again, and that the
// objects are not all alike.
func TestRandomIsSeeded(t *testing.T) {
	first := randomObjects(t, rand.New(rand.NewPCG(7, 7)), "1.37", 50)
	again := randomObjects(t, rand.New(rand.NewPCG(7, 7)), "1.37", 50)
	if !reflect.DeepEqual(first, again) {
		t.Error("the same seed gives other objects")
	}
	docs := map[string]bool{}
	for _, o := range first {
		docs[string(o.doc)] = true
	}
	if len(docs) < 45 {
		t.Errorf("only %d of 50 objects differ: %v", len(docs), slices.Sorted(maps.Keys(docs)))
	}
}
