package manifest

import (
	"reflect"
	"strings"

	corev1 "k8s.io/api/core/v1"
	kjson "sigs.k8s.io/json"

	"github.com/podcue/podcue/provenance"
)

// The kinds of documents that are no Kubernetes objects.
const (
	KindK8sPod       = "K8sPod"       // flyteidl's core.K8sPod
	KindTaskTemplate = "TaskTemplate" // flyteidl's core.TaskTemplate, whose target is a K8sPod
	KindPodSpec      = "PodSpec"      // a pod spec alone
)

// specNames say how the paths of a kind's documents become those of a pod
// template: findings speak of spec.containers where the document says
// podSpec.containers.
var specNames = map[string]func(provenance.Map) provenance.Map{
	KindK8sPod:       func(m provenance.Map) provenance.Map { return renamed(m, "") },
	KindTaskTemplate: func(m provenance.Map) provenance.Map { return renamed(m, "k8sPod.") },
	KindPodSpec: func(m provenance.Map) provenance.Map {
		out := provenance.Map{}
		for p, origins := range m {
			out["spec."+p] = origins
		}
		return out
	},
}

// renamed returns m with the names of protobuf's JSON form in place of those of
// its source, and spec for the pod spec below prefix.
func renamed(m provenance.Map, prefix string) provenance.Map {
	out := make(provenance.Map, len(m))
	for p, origins := range m {
		s := string(p)
		for _, name := range []string{"k8s_pod", "k8sPod"} {
			if prefix != "" && provenance.Path(s).Under(provenance.Path(name)) {
				s = "k8sPod" + s[len(name):]
			}
		}
		if rest, ok := strings.CutPrefix(s, prefix); ok {
			for _, name := range []string{"pod_spec", "podSpec"} {
				if provenance.Path(rest).Under(provenance.Path(name)) {
					s = prefix + "spec" + rest[len(name):]
				}
			}
		}
		out[provenance.Path(s)] = origins
	}
	return out
}

// A k8sPod is the part of core.K8sPod that matters, in both of the forms that
// protobuf's JSON reader takes.
type k8sPod struct {
	Metadata struct {
		Labels      map[string]string `json:"labels"`
		Annotations map[string]string `json:"annotations"`
	} `json:"metadata"`
	PodSpec  *corev1.PodSpec `json:"podSpec"`
	PodSpec2 *corev1.PodSpec `json:"pod_spec"`
	Primary  string          `json:"primaryContainerName"`
	Primary2 string          `json:"primary_container_name"`
}

// template returns the pod template and the primary container's name.
func (k *k8sPod) template() (*corev1.PodTemplateSpec, string) {
	t := &corev1.PodTemplateSpec{}
	t.Labels, t.Annotations = k.Metadata.Labels, k.Metadata.Annotations
	if k.PodSpec == nil {
		k.PodSpec = k.PodSpec2
	}
	if k.PodSpec != nil {
		t.Spec = *k.PodSpec
	}
	if k.Primary == "" {
		k.Primary = k.Primary2
	}
	return t, k.Primary
}

// A taskTemplate is the part of core.TaskTemplate that matters.
type taskTemplate struct {
	ID struct {
		Name string `json:"name"`
	} `json:"id"`
	Metadata struct {
		Interruptible *bool `json:"interruptible"`
	} `json:"metadata"`
	Config  map[string]string `json:"config"`
	K8sPod  *k8sPod           `json:"k8sPod"`
	K8sPod2 *k8sPod           `json:"k8s_pod"`
}

// flyte reads a document that is no Kubernetes object, if it is one of those that
// Flyte has, or a pod spec alone. It reports whether it is.
func (d *decoder) flyte(n *node, h head) bool {
	has := func(names ...string) bool {
		for _, name := range names {
			if m := h.members[name]; m != nil && m.kind == mapNode {
				return true
			}
		}
		return false
	}
	switch {
	case has("k8sPod", "k8s_pod"):
		d.taskTemplate(n)
	case has("podSpec", "pod_spec"):
		d.k8sPod(n)
	case h.members["containers"] != nil && h.members["containers"].kind == listNode:
		d.podSpec(n)
	default:
		return false
	}
	return true
}

// decodeFlyte converts n and decodes it into what into points at; a failure is
// reported. The strict decoder's findings matter below a pod spec.
func (d *decoder) decodeFlyte(n *node, kind string, into any) (o *Object, strict []error) {
	o = &Object{Kind: kind, node: n, where: d.place}
	if o.JSON = d.convert(n, o.Object()); o.JSON == nil {
		return nil, nil
	}
	strict, err := kjson.UnmarshalStrict(o.JSON, into)
	if err != nil {
		d.mistyped(o, into, err)
		return nil, nil
	}
	return o, strict
}

func (d *decoder) taskTemplate(n *node) {
	t := &taskTemplate{}
	o, strict := d.decodeFlyte(n, KindTaskTemplate, t)
	if o == nil {
		return
	}
	if t.K8sPod == nil {
		t.K8sPod = t.K8sPod2
	}
	o.Name, o.Root, o.Interruptible = t.ID.Name, "k8sPod", t.Metadata.Interruptible
	o.Template, o.Primary = t.K8sPod.template()
	if o.Primary == "" {
		o.Primary = t.Config["primary_container_name"]
	}
	o.unknown(strict, reflect.TypeOf(t), inPodSpec)
	d.found(o)
}

func (d *decoder) k8sPod(n *node) {
	k := &k8sPod{}
	o, strict := d.decodeFlyte(n, KindK8sPod, k)
	if o == nil {
		return
	}
	o.Template, o.Primary = k.template()
	o.unknown(strict, reflect.TypeOf(k), inPodSpec)
	d.found(o)
}

func (d *decoder) podSpec(n *node) {
	spec := &corev1.PodSpec{}
	o, strict := d.decodeFlyte(n, KindPodSpec, spec)
	if o == nil {
		return
	}
	o.Template = &corev1.PodTemplateSpec{Spec: *spec}
	o.unknown(strict, reflect.TypeOf(spec), func(provenance.Path) bool { return true })
	d.found(o)
}

// inPodSpec reports whether p is in a pod spec: flyteidl has fields around it
// that are not read here.
func inPodSpec(p provenance.Path) bool {
	return strings.Contains(string(p), "podSpec.") || strings.Contains(string(p), "pod_spec.")
}
