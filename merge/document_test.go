package merge_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/strategicpatch"

	"github.com/podcue/podcue/merge"
	"github.com/podcue/podcue/provenance"
)

// A document is a pod template as somebody wrote it, with explicit zero values.
type document struct {
	json   string
	fields provenance.Map // all of its nodes
}

// randomDocument returns what a random template prints, without its nulls, and
// with some fields set to false.
func randomDocument(tb testing.TB, f *filler) document {
	tb.Helper()
	obj := withoutNulls(generic(tb, random[corev1.PodTemplateSpec](f))).(map[string]any)
	if spec, ok := obj["spec"].(map[string]any); ok {
		for _, name := range []string{"hostNetwork", "hostPID"} {
			if f.rand.IntN(3) == 0 {
				spec[name] = false
			}
		}
	}
	d := document{json: toJSON(tb, obj), fields: provenance.Map{}}
	for p := range provenance.Walk(obj) {
		d.fields.Add(p, provenance.Origin{Pos: provenance.Position{Filename: string(p)}})
	}
	return d
}

func withoutNulls(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			if v[k] = withoutNulls(e); e == nil {
				delete(v, k)
			}
		}
	case []any:
		for i := range v {
			v[i] = withoutNulls(v[i])
		}
	}
	return v
}

func (d document) layer(tb testing.TB, name string) merge.Layer {
	tb.Helper()
	pod := &corev1.PodTemplateSpec{}
	if err := json.Unmarshal([]byte(d.json), pod); err != nil {
		tb.Fatal(err)
	}
	fields := provenance.Map{}
	for p, origins := range d.fields {
		for _, o := range origins {
			o.Layer = name
			fields.Add(p, o)
		}
	}
	return merge.Layer{Name: name, Pod: pod, Fields: fields}
}

// randomLayers are a few random layers.
func randomLayers(tb testing.TB, i uint64, names ...string) []merge.Layer {
	f := &filler{rand: rand.New(rand.NewPCG(*seed, i)), density: 0.05 + float64(i%10)/20}
	var layers []merge.Layer
	for _, n := range names {
		layers = append(layers, randomDocument(tb, f).layer(tb, n))
	}
	return layers
}

// strategic is what the library makes of the documents themselves.
func strategic(lower, upper string) (*corev1.PodTemplateSpec, error) {
	data, err := strategicpatch.StrategicMergePatch([]byte(lower), []byte(upper), corev1.PodTemplateSpec{})
	if err != nil {
		return nil, err
	}
	pod := &corev1.PodTemplateSpec{}
	return pod, json.Unmarshal(data, pod)
}

// scribble changes what the result might share with a layer.
func scribble(pod *corev1.PodTemplateSpec) {
	for k := range pod.Labels {
		pod.Labels[k] = "scribble"
	}
	for k := range pod.Spec.NodeSelector {
		pod.Spec.NodeSelector[k] = "scribble"
	}
	if pod.Spec.SecurityContext != nil {
		*pod.Spec.SecurityContext = corev1.PodSecurityContext{}
	}
	if pod.Spec.Affinity != nil {
		*pod.Spec.Affinity = corev1.Affinity{}
	}
	for i := range pod.Spec.Tolerations {
		pod.Spec.Tolerations[i].Key = "scribble"
	}
	for i := range pod.Spec.Containers {
		c := &pod.Spec.Containers[i]
		for j := range c.Args {
			c.Args[j] = "scribble"
		}
		for j := range c.Env {
			c.Env[j].Name = "scribble"
		}
		clear(c.Resources.Limits)
		if c.SecurityContext != nil {
			*c.SecurityContext = corev1.SecurityContext{}
		}
	}
}
