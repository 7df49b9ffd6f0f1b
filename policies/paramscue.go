package policies

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// A Definition is what the schema and the documentation say about a policy.
type Definition struct {
	ID, Title string
	Params    string // CUE: the type of the parameters; "" when there are none
}

// Definitions returns the definition of every built-in policy, sorted by id.
func Definitions() []Definition {
	var ds []Definition
	for _, p := range All() {
		ds = append(ds, Definition{ID: p.ID, Title: p.Title(), Params: p.ParamsCUE()})
	}
	return ds
}

// ParamsCUE returns the type of the policy's parameters as a CUE struct, with
// the documentation and the default of each as comments; "" when it has none.
// The types are those that Params may be built of: booleans, integers, floats,
// strings, quantities, lists, structs, and maps with strings as keys.
func (p *Policy) ParamsCUE() string {
	if p.Params == nil {
		return ""
	}
	var b strings.Builder
	v := reflect.ValueOf(p.Params).Elem()
	b.WriteString("{\n")
	for i, name := range memberNames(v.Type()) {
		f := v.Type().Field(i)
		fmt.Fprintf(&b, "\t// %s", f.Tag.Get("doc"))
		if d := defaultText(v.Field(i)); d != "" {
			fmt.Fprintf(&b, "; default %s", d)
		}
		fmt.Fprintf(&b, "\n\t%s?: %s\n", name, cueType(f.Type))
	}
	b.WriteString("}")
	return b.String()
}

// defaultText returns v as JSON, "" for one that says nothing: an empty list, an
// empty map, a nil pointer.
func defaultText(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Slice, reflect.Map:
		if v.Len() == 0 {
			return ""
		}
	case reflect.Pointer:
		if v.IsNil() {
			return ""
		}
	case reflect.String:
		if v.Len() == 0 {
			return ""
		}
	}
	data, err := json.Marshal(v.Interface())
	if err != nil {
		return ""
	}
	return strings.ReplaceAll(string(data), `","`, `", "`)
}

func cueType(t reflect.Type) string {
	if t == quantityType {
		return "string | number"
	}
	switch t.Kind() {
	case reflect.Pointer:
		return cueType(t.Elem())
	case reflect.Bool:
		return "bool"
	case reflect.String:
		return "string"
	case reflect.Float64:
		return "number"
	case reflect.Slice:
		return "[..." + cueType(t.Elem()) + "]"
	case reflect.Map:
		return "{[string]: " + cueType(t.Elem()) + "}"
	case reflect.Struct:
		var members []string
		for i, name := range memberNames(t) {
			mark := "?"
			if t.Field(i).Tag.Get("cue") == "required" {
				mark = "!"
			}
			members = append(members, name+mark+": "+cueType(t.Field(i).Type))
		}
		return "{" + strings.Join(members, ", ") + "}"
	}
	return "int"
}
