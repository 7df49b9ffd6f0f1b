package policies

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/podcue/podcue/finding"
)

// A paramsValidator is a Params type with more to check than the types.
type paramsValidator interface{ validate() error }

var quantityType = reflect.TypeFor[resource.Quantity]()

// decodeParams returns a copy of defaults, a pointer to a struct, with the
// members of the JSON object data set. Lists and maps replace the default.
func decodeParams(defaults any, data []byte) (any, error) {
	if defaults == nil {
		return nil, fmt.Errorf("it takes no parameters")
	}
	v := reflect.New(reflect.TypeOf(defaults).Elem())
	v.Elem().Set(reflect.ValueOf(defaults).Elem())
	if err := decodeValue("params", data, v.Elem()); err != nil {
		return nil, err
	}
	if pv, ok := v.Interface().(paramsValidator); ok {
		if err := pv.validate(); err != nil {
			return nil, fmt.Errorf("params: %w", err)
		}
	}
	return v.Interface(), nil
}

// decodeValue decodes data into v strictly, and says in its error which member
// is wrong.
func decodeValue(at string, data []byte, v reflect.Value) error {
	switch {
	case v.Type() == quantityType:
		return decodeQuantity(at, data, v)
	case v.Kind() == reflect.Pointer:
		e := reflect.New(v.Type().Elem())
		v.Set(e)
		return decodeValue(at, data, e.Elem())
	case v.Kind() == reflect.Struct:
		return decodeStruct(at, data, v)
	case v.Kind() == reflect.Slice:
		return decodeSlice(at, data, v)
	case v.Kind() == reflect.Map:
		return decodeMap(at, data, v)
	}
	fresh := reflect.New(v.Type())
	if err := json.Unmarshal(data, fresh.Interface()); err != nil {
		return fmt.Errorf("%s: %s is not %s", at, data, describe(v.Type()))
	}
	v.Set(fresh.Elem())
	return nil
}

func decodeQuantity(at string, data []byte, v reflect.Value) error {
	text := string(data)
	var s string
	if json.Unmarshal(data, &s) == nil {
		text = s
	}
	q, err := resource.ParseQuantity(text)
	if err != nil {
		return fmt.Errorf("%s: %s is not a quantity such as 500m or 4Gi", at, data)
	}
	v.Set(reflect.ValueOf(q))
	return nil
}

func decodeStruct(at string, data []byte, v reflect.Value) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return fmt.Errorf("%s: %s is not an object", at, data)
	}
	names := memberNames(v.Type())
	for _, name := range sortedKeys(members) {
		i := slices.Index(names, name)
		if i < 0 {
			return fmt.Errorf("%s.%s: unknown parameter%s; there are %s", at, name, finding.DidYouMean(name, names), strings.Join(names, ", "))
		}
		if err := decodeValue(at+"."+name, members[name], v.Field(i)); err != nil {
			return err
		}
	}
	for i, name := range names {
		if _, ok := members[name]; !ok && v.Type().Field(i).Tag.Get("cue") == "required" {
			return fmt.Errorf("%s.%s: missing", at, name)
		}
	}
	return nil
}

func decodeSlice(at string, data []byte, v reflect.Value) error {
	var items []json.RawMessage
	if err := json.Unmarshal(data, &items); err != nil {
		return fmt.Errorf("%s: %s is not a list", at, data)
	}
	out := reflect.MakeSlice(v.Type(), len(items), len(items))
	for i, item := range items {
		if err := decodeValue(at+"["+strconv.Itoa(i)+"]", item, out.Index(i)); err != nil {
			return err
		}
	}
	v.Set(out)
	return nil
}

func decodeMap(at string, data []byte, v reflect.Value) error {
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(data, &entries); err != nil {
		return fmt.Errorf("%s: %s is not an object", at, data)
	}
	out := reflect.MakeMapWithSize(v.Type(), len(entries))
	for _, key := range sortedKeys(entries) {
		e := reflect.New(v.Type().Elem()).Elem()
		if err := decodeValue(at+"["+key+"]", entries[key], e); err != nil {
			return err
		}
		out.SetMapIndex(reflect.ValueOf(key), e)
	}
	v.Set(out)
	return nil
}

// memberNames returns the JSON names of the fields of t, in order.
func memberNames(t reflect.Type) []string {
	names := make([]string, t.NumField())
	for i := range names {
		names[i], _, _ = strings.Cut(t.Field(i).Tag.Get("json"), ",")
	}
	return names
}

func describe(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.String:
		return "a string"
	case reflect.Float64:
		return "a number"
	}
	return "an integer"
}

// validateParams refuses a type of parameters that cannot be decoded.
func validateParams(params any) error {
	if params == nil {
		return nil
	}
	t := reflect.TypeOf(params)
	if t.Kind() != reflect.Pointer || t.Elem().Kind() != reflect.Struct {
		return fmt.Errorf("its parameters are a %s, not a pointer to a struct", t)
	}
	for i, name := range memberNames(t.Elem()) {
		if f := t.Elem().Field(i); name == "" || f.Tag.Get("doc") == "" {
			return fmt.Errorf("its parameter %s has no name or no documentation", f.Name)
		}
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
