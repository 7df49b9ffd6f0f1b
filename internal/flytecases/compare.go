package flytecases

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// kubernetesMembers are the members of answers that are Kubernetes objects: they
// are compared as their types print them, so that two forms of one quantity are
// equal.
var kubernetesMembers = map[string]func() any{
	"pod":             func() any { return &corev1.Pod{} },
	"podSpec":         func() any { return &corev1.PodSpec{} },
	"objectMeta":      func() any { return &metav1.ObjectMeta{} },
	"templateMutated": func() any { return &corev1.PodTemplate{} },
}

// Difference returns the first difference between the recorded answer to a
// question of op and podcue's, in canonical form; "" if they are equal. Of
// errors only the kind is compared: the text up to what varies. An error means
// that an answer cannot be read.
func Difference(op string, recorded, answer []byte) (string, error) {
	// What flytekit keeps, an empty list for one, is compared strictly.
	d := differ{strict: op == "serialize_pod_spec"}
	want, err := d.canonical(recorded)
	if err != nil {
		return "", fmt.Errorf("recorded: %w", err)
	}
	got, err := d.canonical(answer)
	if err != nil {
		return "", fmt.Errorf("podcue: %w", err)
	}
	return d.first("", want, got), nil
}

// A differ compares answers. Unless it is strict, null, an empty list and a
// missing member are the same, and Kubernetes objects have a canonical form.
type differ struct{ strict bool }

// canonical brings an answer to the form in which it is compared.
func (d differ) canonical(data []byte) (any, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, err
	}
	out := map[string]any{}
	for name, raw := range members {
		if name == "versionHash" { // depends on the version of the Python client
			continue
		}
		v, err := d.member(name, raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out[name] = v
	}
	return out, nil
}

func (d differ) member(name string, raw json.RawMessage) (any, error) {
	if name == "error" {
		var text string
		err := json.Unmarshal(raw, &text)
		return errorKind(text), err
	}
	if newObject := kubernetesMembers[name]; newObject != nil && !d.strict && bytes.HasPrefix(raw, []byte("{")) {
		v := newObject()
		if err := json.Unmarshal(raw, v); err != nil {
			return nil, err
		}
		printed, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		raw = printed
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	return v, dec.Decode(&v)
}

// errorKind is what must be equal of an error: quoted protobuf messages, and
// what another library says of them, vary.
func errorKind(text string) string {
	if i := strings.Index(text, "task k8s pod ["); i >= 0 {
		return text[:i]
	}
	return strings.TrimSpace(text)
}

// first returns the first difference in the order of fields.
func (d differ) first(path string, want, got any) string {
	if !d.strict && isNothing(want) && isNothing(got) {
		return ""
	}
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			return d.firstMember(path, w, g)
		}
	case []any:
		if g, ok := got.([]any); ok {
			return d.firstElement(path, w, g)
		}
	}
	if reflect.DeepEqual(want, got) {
		return ""
	}
	return fmt.Sprintf("at %s:\n\tFlyte:  %s\n\tpodcue: %s", strings.TrimPrefix(path, "."), short(want), short(got))
}

func (d differ) firstMember(path string, want, got map[string]any) string {
	keys := maps.Clone(want)
	maps.Copy(keys, got)
	for _, k := range slices.Sorted(maps.Keys(keys)) {
		_, wanted := want[k]
		_, have := got[k]
		if d.strict && wanted != have {
			return fmt.Sprintf("%s.%s: in Flyte's answer: %v, in podcue's: %v", strings.TrimPrefix(path, "."), k, wanted, have)
		}
		if diff := d.first(path+"."+k, want[k], got[k]); diff != "" {
			return diff
		}
	}
	return ""
}

func (d differ) firstElement(path string, want, got []any) string {
	for i := range max(len(want), len(got)) {
		if diff := d.first(fmt.Sprintf("%s[%d]", path, i), elementAt(want, i), elementAt(got, i)); diff != "" {
			return diff
		}
	}
	return ""
}

func elementAt(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return nil
}

func isNothing(v any) bool {
	list, ok := v.([]any)
	return v == nil || ok && len(list) == 0
}

// short is v for people.
func short(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	if len(data) > 400 {
		return string(data[:400]) + "…"
	}
	return string(data)
}
