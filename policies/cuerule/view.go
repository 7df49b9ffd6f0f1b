package cuerule

import (
	"crypto/sha256"
	"encoding/json"
	"maps"

	corev1 "k8s.io/api/core/v1"
	utiljson "k8s.io/apimachinery/pkg/util/json"

	"github.com/podcue/podcue/policies"
)

// An item is one thing that a policy looks at.
type item struct {
	value  map[string]any // shared with other items: read only
	place  place
	digest [sha256.Size]byte // of value, once it was asked for
	hashed bool
}

// key identifies the value of i.
func (i *item) key() ([sha256.Size]byte, error) {
	if !i.hashed {
		data, err := json.Marshal(i.value)
		if err != nil {
			return i.digest, err
		}
		i.digest, i.hashed = sha256.Sum256(data), true
	}
	return i.digest, nil
}

// views are the items of one pod, made when they are first asked for. They
// belong to one goroutine.
type views struct {
	primary    string
	pod        map[string]any // generic JSON, integers as int64, with the defaults that rules take for granted
	containers []*item        // of every role
	lists      map[string][]*item
	plain      map[string]any     // see values
	results    map[*unit]*outcome // of what is evaluated once for all its policies
	sum        [sha256.Size]byte  // see digest; zero before it is asked for
	form       map[string]any     // see template; nil before it is asked for
}

// newViews returns the views of the subject's pod.
func newViews(s *policies.Subject) (*views, error) {
	data, err := json.Marshal(s.Pod)
	if err != nil {
		return nil, err
	}
	var pod map[string]any
	if err := utiljson.Unmarshal(data, &pod); err != nil {
		return nil, err
	}
	v := &views{primary: s.Primary, pod: pod, lists: map[string][]*item{}, plain: map[string]any{}, results: map[*unit]*outcome{}}
	setDefaults(v.spec())
	v.containers = v.allContainers()
	return v, nil
}

// digest identifies all that policies can see of the pod.
func (v *views) digest() [sha256.Size]byte {
	if v.sum == ([sha256.Size]byte{}) {
		data, err := json.Marshal([]any{v.primary, v.pod})
		if err != nil {
			panic(&failure{message: "the pod cannot be read: " + err.Error()})
		}
		v.sum = sha256.Sum256(data)
	}
	return v.sum
}

// template returns the pod in the form that constraints are held against.
func (v *views) template() map[string]any {
	if v.form == nil {
		v.form = templateForm(v.pod)
	}
	return v.form
}

func (v *views) spec() map[string]any { return object(v.pod, "spec") }

// object returns the member name of m, which is an object; nil if it is missing.
func object(m map[string]any, name string) map[string]any {
	o, _ := m[name].(map[string]any)
	return o
}

// list returns the member name of m, which is a list; nil if it is missing.
func list(m map[string]any, name string) []any {
	l, _ := m[name].([]any)
	return l
}

// setDefaults sets what the API server would, where rules take it for granted,
// so that a pod as it was written and the same pod defaulted get one verdict: a
// port's protocol is TCP, a volume without a source is an emptyDir, and requests
// follow limits (SetDefaults_Pod and SetDefaults_Volume of
// k8s.io/kubernetes/pkg/apis/core/v1/defaults.go).
func setDefaults(spec map[string]any) {
	for _, e := range list(spec, "volumes") {
		if m, ok := e.(map[string]any); ok && (len(m) == 0 || len(m) == 1 && m["name"] != nil) {
			m["emptyDir"] = map[string]any{}
		}
	}
	for _, role := range containerLists {
		for _, e := range list(spec, role) {
			c, _ := e.(map[string]any)
			for _, p := range list(c, "ports") {
				if m, ok := p.(map[string]any); ok && m["protocol"] == nil {
					m["protocol"] = string(corev1.ProtocolTCP)
				}
			}
			defaultRequests(object(c, "resources"))
		}
	}
}

func defaultRequests(resources map[string]any) {
	limits := object(resources, "limits")
	if len(limits) == 0 {
		return
	}
	requests := maps.Clone(limits)
	maps.Copy(requests, object(resources, "requests"))
	resources["requests"] = requests
}

var containerLists = []string{"initContainers", "containers", "ephemeralContainers"}

// items returns the items of the view.
func (v *views) items(view string) []*item {
	if view == viewContainers {
		return v.containers
	}
	items, ok := v.lists[view]
	if !ok {
		items = v.build(view)
		v.lists[view] = items
	}
	return items
}

// values returns what a view is in the input of deny lists: its items, or the one
// that the pod is. They are shared: read only.
func (v *views) values(view string) any {
	values, ok := v.plain[view]
	if !ok {
		list := []any{}
		for _, i := range v.items(view) {
			list = append(list, i.value)
		}
		if values = list; view == viewPod {
			values = list[0]
		}
		v.plain[view] = values
	}
	return values
}

func (v *views) build(view string) []*item {
	switch view {
	case viewPod:
		return []*item{{value: with(v.pod, map[string]any{"path": ""}), place: place{own: ownFields}}}
	case viewInitContainers:
		return v.ofRole(roleInit)
	case viewSidecars:
		return v.ofRole(roleSidecar)
	case viewVolumes:
		return v.placed("spec.volumes", list(v.spec(), "volumes"))
	case viewTolerations:
		return v.placed("spec.tolerations", list(v.spec(), "tolerations"))
	case viewMounts:
		return v.mounts()
	case viewEnv:
		return v.ofContainers("env")
	case viewPorts:
		return v.ofContainers("ports")
	case viewResources:
		return v.resources()
	}
	return nil
}
