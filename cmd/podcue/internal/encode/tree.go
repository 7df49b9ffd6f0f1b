package encode

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/podcue/podcue/provenance"
)

// tree returns v, a Kubernetes object or a part of one, as generic JSON with
// numbers as json.Number, without what nobody would write: nulls, the status of
// the object itself, and empty structs where the Go type has no way to leave
// them out. Decoding the tree gives v back, but for the status.
func tree(v any) (map[string]any, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var obj map[string]any
	if err := dec.Decode(&obj); err != nil {
		return nil, err
	}
	delete(obj, "status")
	prune(obj, "")
	return obj, nil
}

// prune removes nulls below v, the value of the field name, and the empty structs
// that Go's encoder prints although nobody set them.
func prune(v any, name string) {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			if name == "volumeClaimTemplate" && k == "spec" {
				prune(e, claimSpec)
			} else {
				prune(e, k)
			}
			if e == nil || isEmptyStruct(name, k, e) {
				delete(v, k)
			}
		}
	case []any:
		for _, e := range v {
			prune(e, name)
		}
	}
}

// claimSpec is what prune calls the spec of a volumeClaimTemplate, to tell it from
// that of a pod.
const claimSpec = "volumeClaimTemplate.spec"

// isEmptyStruct reports whether the member key of the value of the field parent
// is one of those structs that Go holds by value and therefore always prints. The
// resources of a pod are a pointer: there, an empty struct means something.
func isEmptyStruct(parent, key string, v any) bool {
	m, ok := v.(map[string]any)
	if !ok || len(m) > 0 {
		return false
	}
	switch key {
	case "metadata":
		return parent == "" || parent == "template" || parent == "volumeClaimTemplate"
	case "resources":
		return parent == "containers" || parent == "initContainers" || parent == "ephemeralContainers" || parent == claimSpec
	}
	return false
}

// leading are the keys that come first in an object, in this order.
var leading = []string{"apiVersion", "kind", "name", "namespace", "image", "command", "args"}

// orderedKeys returns the keys of the object m, the value of the field name, in
// the order in which they are written. Maps with free keys, such as labels, are
// in alphabetical order throughout.
func orderedKeys(m map[string]any, name string) []string {
	keys := slices.Sorted(maps.Keys(m))
	if isFreeMap(name) {
		return keys
	}
	slices.SortStableFunc(keys, func(a, b string) int { return rank(a) - rank(b) })
	return keys
}

// isFreeMap reports whether the field name holds a map with free keys.
func isFreeMap(name string) bool {
	return strings.HasSuffix(string(provenance.MemberPath("", name, "x")), "]")
}

func rank(key string) int {
	if i := slices.Index(leading, key); i >= 0 {
		return i
	}
	return len(leading)
}
