package validation

import (
	"encoding/json"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/podcue/podcue/provenance"
)

// The server's decoding errors are sentences. locate finds out which field each
// of them is about; what it cannot place points at the whole object.

// locate adds fields and paths to the decoding errors of v.
func (v *Verdict) locate(at placer) {
	for i := range v.Decoding {
		c := &v.Decoding[i]
		for _, find := range []func(string, placer) (string, provenance.Path){strictField, typeField, quantityField} {
			if c.Field, c.Path = find(c.Message, at); c.Path != "" {
				break
			}
		}
	}
}

// strictField reads a strict decoding error: unknown field "spec.Containers".
func strictField(message string, at placer) (string, provenance.Path) {
	for _, kind := range []string{"unknown field ", "duplicate field "} {
		if quoted, ok := strings.CutPrefix(message, kind); ok {
			if name, err := strconv.Unquote(quoted); err == nil {
				return name, at.path(name)
			}
		}
	}
	return "", ""
}

// typeField reads an error of encoding/json, which names the field without
// indices: json: cannot unmarshal string into Go struct field
// Container.spec.containers.args of type []string. The field is the first of that
// name that holds such a value.
func typeField(message string, at placer) (string, provenance.Path) {
	rest, ok := strings.CutPrefix(message, "json: cannot unmarshal ")
	value, rest, ok2 := strings.Cut(rest, " into Go struct field ")
	name, _, ok3 := strings.Cut(rest, " of type ")
	_, name, ok4 := strings.Cut(name, ".")
	if !ok || !ok2 || !ok3 || !ok4 {
		return "", ""
	}
	kind, _, _ := strings.Cut(value, " ") // "number 1.5"
	deepest := provenance.Path("")
	for p, node := range provenance.Walk(at.object()) {
		switch plain := plainPath(p); {
		case plain == name && jsonKind(node) == kind:
			return name, join(at.root, p)
		case plain == name && deepest == "":
			deepest = join(at.root, p)
		case jsonKind(node) == kind && plainPath(p.Parent()) == name && isIndexed(p):
			return name, join(at.root, p) // an element of a list of scalars, or an entry of a map
		}
	}
	return name, deepest
}

// plainPath is p without what stands in brackets.
func plainPath(p provenance.Path) string {
	var b strings.Builder
	for _, s := range p.Segments() {
		if s.Kind == provenance.Field {
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.Name)
		}
	}
	return b.String()
}

func isIndexed(p provenance.Path) bool { return strings.HasSuffix(string(p), "]") }

// jsonKind is what encoding/json calls the kind of a value.
func jsonKind(v any) string {
	switch v.(type) {
	case string:
		return "string"
	case float64, json.Number:
		return "number"
	case bool:
		return "bool"
	case map[string]any:
		return "object"
	case []any:
		return "array"
	}
	return "null"
}

// quantityFields are the fields, or maps, whose values are quantities.
var quantityFields = map[string]bool{"limits": true, "requests": true, "overhead": true, "sizeLimit": true, "divisor": true}

// quantityField finds the quantity that gives the message when it is parsed: the
// server does not say which it is.
func quantityField(message string, at placer) (string, provenance.Path) {
	for p, node := range provenance.Leaves(at.object()) {
		segs := p.Segments()
		last := len(segs) - 1
		if last < 0 { // a member whose name is empty
			continue
		}
		if !quantityFields[segs[last].Name] && (last == 0 || !quantityFields[segs[last-1].Name]) {
			continue
		}
		text, ok := node.(string)
		if !ok {
			text = provenance.JSON(node)
		}
		if _, err := resource.ParseQuantity(text); err != nil && err.Error() == message {
			return string(p), join(at.root, p)
		}
	}
	return "", ""
}
