package provenance_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/provenance"
)

// keys are awkward on purpose: each must survive being put into a path.
var keys = []string{
	"main", "app.kubernetes.io/name", "a[0]", `quo"te`, "", "7", "8080/TCP", "/var/run", "new\nline", "tür", `back\slash]`, "$",
}

func TestPathParent(t *testing.T) {
	t.Parallel()
	base := provenance.Path("spec")
	for _, a := range keys {
		p := base.Key(a)
		if got := p.Parent(); got != base {
			t.Errorf("%q.Parent() = %q, want %q", p, got, base)
		}
		for _, b := range keys {
			q := p.Key(b)
			if got := q.Parent(); got != p {
				t.Errorf("%q.Parent() = %q, want %q", q, got, p)
			}
			if got := q.Child("image").Parent(); got != q {
				t.Errorf("%q.Parent() = %q, want %q", q.Child("image"), got, q)
			}
		}
	}
	if got := provenance.Path("").Parent(); got != "" {
		t.Errorf("the root's parent is %q", got)
	}
}

func TestPathSegments(t *testing.T) {
	t.Parallel()
	for _, key := range keys {
		got := provenance.Path("spec").Child("containers").Key(key).Index(3).Child("x").Segments()
		want := []provenance.Segment{
			{Kind: provenance.Field, Name: "spec"},
			{Kind: provenance.Field, Name: "containers"},
			{Kind: provenance.Key, Name: key},
			{Kind: provenance.Index, Name: "3", Index: 3},
			{Kind: provenance.Field, Name: "x"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("key %q (-want +got):\n%s", key, diff)
		}
		if joined := provenance.Path("").Join(got); !cmp.Equal(joined.Segments(), want) {
			t.Errorf("key %q joins to %s", key, joined)
		}
	}
}

func TestPathUnder(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		p, q provenance.Path
		want bool
	}{
		{"spec.volumes[a].hostPath", "spec.volumes[a]", true},
		{"spec.volumes[a]", "spec.volumes[a]", true},
		{"spec.volumes[ab]", "spec.volumes[a]", false},
		{"spec.volumesX", "spec.volumes", false},
		{"spec.volumes[a]", "spec.volumes", true},
		{"spec", "", true},
		{"", "spec", false},
	} {
		if got := test.p.Under(test.q); got != test.want {
			t.Errorf("%q.Under(%q) = %v", test.p, test.q, got)
		}
	}
}

const object = `{
	"metadata": {"labels": {"app.kubernetes.io/name": "x", "team": "v"}},
	"spec": {
		"containers": [
			{"name": "main", "env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}, {"name": "B"}],
			 "ports": [{"containerPort": 80}, {"containerPort": 80, "protocol": "UDP"}],
			 "resources": {"limits": {"nvidia.com/gpu": "1"}}},
			{"name": "main", "image": "twice"}
		],
		"tolerations": [{"key": "k"}],
		"affinity": {}
	}
}`

func decode(t testing.TB, s string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestLeaves(t *testing.T) {
	t.Parallel()
	var got []string
	for p, v := range provenance.Leaves(decode(t, object)) {
		got = append(got, string(p)+"="+provenance.JSON(v))
	}
	want := []string{
		`metadata.labels[app.kubernetes.io/name]="x"`,
		`metadata.labels[team]="v"`,
		`spec.affinity={}`,
		`spec.containers[main].env[A].name="A"`,
		`spec.containers[main].env[A].value="1"`,
		`spec.containers[main].env[1].name="A"`,
		`spec.containers[main].env[1].value="2"`,
		`spec.containers[main].env[B].name="B"`,
		`spec.containers[main].name="main"`,
		`spec.containers[main].ports[80/TCP].containerPort=80`,
		`spec.containers[main].ports[80/UDP].containerPort=80`,
		`spec.containers[main].ports[80/UDP].protocol="UDP"`,
		`spec.containers[main].resources.limits[nvidia.com/gpu]="1"`,
		`spec.containers[1].image="twice"`,
		`spec.containers[1].name="main"`,
		`spec.tolerations[0].key="k"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	obj := decode(t, object)
	for _, test := range []struct {
		in, want provenance.Path
		ok       bool
	}{
		{"spec.containers[0].image", "spec.containers[main]", false},
		{"spec.containers[1].image", "spec.containers[1].image", true},
		{"spec.containers[0].env[1].value", "spec.containers[main].env[1].value", true},
		{"spec.containers[main].env[B]", "spec.containers[main].env[B]", true},
		{"spec.containers[0].ports[80]", "spec.containers[main].ports[80/TCP]", true},
		{"spec.containers[0].resources.limits.nvidia.com/gpu", "spec.containers[main].resources.limits[nvidia.com/gpu]", true},
		{"metadata.labels.app.kubernetes.io/name", "metadata.labels[app.kubernetes.io/name]", true},
		{"spec.containers[7]", "spec.containers", false},
		{"spec.tolerations[0].key", "spec.tolerations[0].key", true},
		{"nowhere", "", false},
		{"", "", true},
	} {
		got, _, ok := provenance.Resolve(obj, test.in)
		if got != test.want || ok != test.ok {
			t.Errorf("Resolve(%q) = %q, %v; want %q, %v", test.in, got, ok, test.want, test.ok)
		}
	}
}

// Every path that Walk gives leads back to the node it was given for.
func TestResolveInvertsWalk(t *testing.T) {
	t.Parallel()
	obj := decode(t, object)
	for p, v := range provenance.Walk(obj) {
		got, w, ok := provenance.Resolve(obj, p)
		if !ok || got != p || cmp.Diff(v, w) != "" {
			t.Errorf("Resolve(%q) = %q, %v, %v; want %v", p, got, w, ok, v)
		}
	}
}

func FuzzPath(f *testing.F) {
	for _, k := range keys {
		f.Add("spec.containers["+k+"].image", k)
	}
	f.Fuzz(func(t *testing.T, s, key string) {
		p := provenance.Path(s)
		p.Segments()
		for q := p; q != ""; q = q.Parent() {
			if len(q.Parent()) >= len(q) {
				t.Fatalf("%q.Parent() = %q does not get shorter", q, q.Parent())
			}
		}
		clean := provenance.Path("spec").Key(key)
		segs := clean.Segments()
		if len(segs) != 2 || segs[1].Name != key {
			t.Fatalf("key %q came back as %v", key, segs)
		}
		if got := clean.Child("f").Parent(); got != clean {
			t.Fatalf("%q.Child.Parent() = %q", clean, got)
		}
	})
}
