package provenance_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/podcue/podcue/provenance"
)

func origin(layer, value string) provenance.Origin {
	return provenance.Origin{Layer: layer, Value: value}
}

func TestTreeMapRoundTrip(t *testing.T) {
	t.Parallel()
	obj := decode(t, object)
	m := provenance.Map{}
	m.Add("spec.containers[main]", provenance.Origin{Layer: "base", Pos: provenance.Position{Filename: "b.yaml", Line: 3}})
	m.Add("spec.containers[main].name", origin("template", `"main"`))
	got := provenance.NewTree(obj, m, provenance.Origin{Layer: "task"}).Map(obj)
	for p, v := range provenance.Leaves(obj) {
		if len(got[p]) == 0 {
			t.Errorf("leaf %s has no origin", p)
		} else if o, _ := got.Winner(p); o.Value != provenance.JSON(v) {
			t.Errorf("leaf %s: value %s, want %s", p, o.Value, provenance.JSON(v))
		}
	}
	for p, layer := range map[provenance.Path]string{
		"spec.containers[main].name":                   "template", // its own
		"spec.containers[main].env[A].value":           "base",     // the nearest ancestor's
		"spec.tolerations[0].key":                      "task",     // nobody's: the fallback
		"spec.containers[1].image":                     "task",     // another element
		"spec.containers[main].env[1].value":           "base",
		"metadata.labels[team]":                        "task",
		"spec.containers[main].ports[80/UDP].protocol": "base",
	} {
		if o, _ := got.Winner(p); o.Layer != layer {
			t.Errorf("%s comes from %q, want %q", p, o.Layer, layer)
		}
	}
}

func TestTreePrecedence(t *testing.T) {
	t.Parallel()
	n := &provenance.Tree{}
	n.Set(origin("base", "1"))
	n.Set(origin("task", "2"))
	n.Lose(origin("config", "0"))
	want := []provenance.Origin{origin("base", "1"), origin("config", "0"), origin("task", "2")}
	if diff := cmp.Diff(want, n.Origins()); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	c := n.Clone()
	c.Set(origin("flyte", "3"))
	if diff := cmp.Diff(want, n.Origins()); diff != "" {
		t.Errorf("a change of the clone changed the tree (-want +got):\n%s", diff)
	}
	if got := n.Ruled("override"); got[2].Rule != "override" || n.Origins()[2].Rule != "" {
		t.Errorf("Ruled gave %v and left %v", got, n.Origins())
	}
}

func TestTreeFill(t *testing.T) {
	t.Parallel()
	obj := decode(t, `{"a": {"b": [1, {"c": true}]}, "d": {}}`)
	n := &provenance.Tree{}
	n.Field("a").Field("b").Item(0).Set(origin("task", "1"))
	n.Fill(obj, provenance.Origin{Layer: "flyte", Rule: "r"})
	want := provenance.Map{
		"a.b[0]":   {origin("task", "1")},
		"a.b[1].c": {{Layer: "flyte", Rule: "r", Value: "true"}},
		"d":        {{Layer: "flyte", Rule: "r", Value: "{}"}},
	}
	if diff := cmp.Diff(want, n.Map(obj)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// A nil Tree records nothing, whatever is asked of it.
func TestNilTree(t *testing.T) {
	t.Parallel()
	var n *provenance.Tree
	n.Field("a").Item(2).Set(origin("x", ""))
	n.Lose(origin("x", ""))
	n.Append(n.Clone())
	n.SetItems(nil)
	n.SetField("a", nil)
	n.Fill(map[string]any{"a": 1}, provenance.Origin{})
	if n.Lookup("a") != nil || n.Items() != nil || n.Origins() != nil || n.Ruled("r") != nil || n.Map(nil) != nil {
		t.Error("a nil Tree gave something")
	}
}

func TestMap(t *testing.T) {
	t.Parallel()
	at := func(layer string, line int) provenance.Origin {
		return provenance.Origin{Layer: layer, Pos: provenance.Position{Filename: "f", Line: line}}
	}
	m := provenance.Map{}
	m.Add("spec.volumes[a]", at("template", 4))
	m.Add("spec.volumes[a].name", at("base", 9), origin("flyte", "x"), at("task", 5))
	if o, ok := m.Winner("spec.volumes[a].name"); !ok || o.Layer != "task" {
		t.Errorf("the winner is %v", o)
	}
	if got := m.Nearest("spec.volumes[a].hostPath.path"); len(got) != 1 || got[0].Layer != "template" {
		t.Errorf("nearest is %v", got)
	}
	layers := func(os []provenance.Origin) (s []string) {
		for _, o := range os {
			s = append(s, o.Layer)
		}
		return s
	}
	if diff := cmp.Diff([]string{"task", "base", "flyte"}, layers(m.Deciding("spec.volumes[a].name"))); diff != "" {
		t.Errorf("the deciding one first, those without a position last (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"template"}, layers(m.Deciding("spec.volumes"))); diff != "" {
		t.Errorf("a node without origins is found by what is below it (-want +got):\n%s", diff)
	}
	var none provenance.Map
	if none.Has("x") || none.Nearest("x.y") != nil || none.Deciding("x") != nil {
		t.Error("a nil Map gave something")
	}
}

func TestTreeRule(t *testing.T) {
	obj := map[string]any{"a": "x", "l": []any{"y"}}
	tree := provenance.NewTree(obj, nil, provenance.Origin{Layer: "base"})
	tree.Field("a").Set(provenance.Origin{Layer: "task", Rule: "override"})
	tree.Rule("append")
	m := tree.Map(obj)
	if got := m["a"]; got[0].Rule != "" || got[1].Rule != "override" {
		t.Errorf("a: %v: a rule that is set, or that of a loser, changed", got)
	}
	if got := m["l[0]"]; got[0].Rule != "append" {
		t.Errorf("l[0]: %v", got)
	}
	var none *provenance.Tree
	none.Rule("append")
}

func TestTreeWalk(t *testing.T) {
	obj := map[string]any{"b": []any{"x", "y"}, "a": "z"}
	tree := provenance.NewTree(obj, nil, origin("base", ""))
	var values []string
	tree.Walk(func(n *provenance.Tree) bool {
		for _, o := range n.Origins() {
			values = append(values, o.Value)
		}
		return len(values) < 2
	})
	if diff := cmp.Diff([]string{`"z"`, `"x"`}, values); diff != "" {
		t.Error(diff)
	}
}
