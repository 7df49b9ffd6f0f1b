package encode

import (
	"encoding/json"
	"maps"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// pythonWriter writes the constructor calls of the models of kubernetes.client,
// the Python client that flytekit builds pods with.
type pythonWriter struct {
	b      strings.Builder
	models map[string]bool // the classes used
}

// model writes the call that makes obj, the generic JSON of a value of the
// Kubernetes type t, at the indentation depth.
func (p *pythonWriter) model(obj map[string]any, t reflect.Type, depth int) {
	class := "V1" + t.Name()
	p.models[class] = true
	if len(obj) == 0 {
		p.b.WriteString(class + "()")
		return
	}
	p.b.WriteString(class + "(\n")
	fields := jsonFields(t)
	for _, key := range orderedKeys(obj, "") {
		p.indent(depth + 1)
		p.b.WriteString(pythonAttribute(key) + "=")
		p.value(obj[key], fields[key], key, depth+1)
		p.b.WriteString(",\n")
	}
	p.indent(depth)
	p.b.WriteString(")")
}

// value writes v, of the Kubernetes type t and the field name. What is no model
// in the Python client, such as a quantity or a port, is a literal.
func (p *pythonWriter) value(v any, t reflect.Type, name string, depth int) {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch v := v.(type) {
	case map[string]any:
		if isModel(t) {
			p.model(v, t, depth)
			return
		}
	case []any:
		if t != nil && t.Kind() == reflect.Slice && isModel(t.Elem()) && len(v) > 0 {
			p.b.WriteString("[\n")
			for _, e := range v {
				p.indent(depth + 1)
				p.value(e, t.Elem(), "", depth+1)
				p.b.WriteString(",\n")
			}
			p.indent(depth)
			p.b.WriteString("]")
			return
		}
	}
	p.literal(v, name, depth)
}

// literal writes v as a Python literal; name is the field that has it.
func (p *pythonWriter) literal(v any, name string, depth int) {
	switch v := v.(type) {
	case map[string]any:
		p.collection("{", "}", len(v), depth, func(yield func(string, any)) {
			for _, k := range orderedKeys(v, name) {
				yield(pythonString(k)+": ", v[k])
			}
		})
	case []any:
		p.collection("[", "]", len(v), depth, func(yield func(string, any)) {
			for _, e := range v {
				yield("", e)
			}
		})
	case string:
		p.b.WriteString(pythonString(v))
	case bool:
		p.b.WriteString(map[bool]string{true: "True", false: "False"}[v])
	case json.Number:
		p.b.WriteString(v.String())
	default:
		p.b.WriteString("None")
	}
}

func (p *pythonWriter) collection(open, end string, n, depth int, each func(func(prefix string, v any))) {
	p.b.WriteString(open)
	if n > 0 {
		p.b.WriteString("\n")
		each(func(prefix string, v any) {
			p.indent(depth + 1)
			p.b.WriteString(prefix)
			p.literal(v, "", depth+1)
			p.b.WriteString(",\n")
		})
		p.indent(depth)
	}
	p.b.WriteString(end)
}

func (p *pythonWriter) indent(depth int) { p.b.WriteString(strings.Repeat("    ", depth)) }

// isModel reports whether the Python client has a class V1… for the Kubernetes
// type t: it has for structs, but those that print as one value.
//
// Some classes changed their names from one version of the client to another;
// what is of them stays a dict, which the client takes as well.
func isModel(t reflect.Type) bool {
	if t == nil || t.Kind() != reflect.Struct {
		return false
	}
	switch t.Name() {
	case "Quantity", "IntOrString", "Time", "FieldsV1":
		return false
	case "ResourceClaim", "LifecycleHandler", "VolumeResourceRequirements":
		return false
	}
	return true
}

// jsonFields returns the types of the members of the JSON form of the struct t.
func jsonFields(t reflect.Type) map[string]reflect.Type {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	fields := map[string]reflect.Type{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" {
			fields[name] = f.Type
			continue
		}
		if f.Anonymous { // its members are written among those of t
			maps.Copy(fields, jsonFields(f.Type))
		}
	}
	return fields
}

// The rules by which the client's generator turns camelCase into snake_case:
// targetWWNs becomes target_ww_ns.
var (
	acronymWord = regexp.MustCompile(`([A-Z]+)([A-Z][a-z])`)
	lowerUpper  = regexp.MustCompile(`([a-z\d])([A-Z])`)
)

// pythonAttribute returns the name of the JSON member key in the Python client.
func pythonAttribute(key string) string {
	s := acronymWord.ReplaceAllString(key, "${1}_${2}")
	s = strings.ToLower(lowerUpper.ReplaceAllString(s, "${1}_${2}"))
	if pythonReserved[s] {
		return "_" + s // as the client's generator does it
	}
	return s
}

// pythonReserved are the words that cannot be the names of variables; exec and
// print are those that the client's generator still avoids.
var pythonReserved = words2set("False None True and as assert async await break class continue def del elif else except exec " +
	"finally for from global if import in is lambda nonlocal not or pass print raise return try while with yield")

func words2set(words string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		set[w] = true
	}
	return set
}

// pythonName returns a variable name made of name.
func pythonName(name string) string {
	s := strings.Map(func(r rune) rune {
		if r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' {
			return r
		}
		return '_'
	}, name)
	if s == "" || '0' <= s[0] && s[0] <= '9' {
		s = "_" + s
	}
	if pythonReserved[s] || s == "PodTemplate" || strings.HasPrefix(s, "V1") {
		s += "_"
	}
	return s
}

// pythonString returns s as a Python string. The escapes of Go's double-quoted
// strings mean the same in Python, for valid UTF-8.
func pythonString(s string) string { return strconv.Quote(s) }
