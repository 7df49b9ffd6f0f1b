package merge

import (
	"reflect"
	"strings"
)

// jsonName returns the name of a struct's field in JSON: "" if its fields are
// inline.
func jsonName(f reflect.StructField) string {
	name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
	if name == "" && !strings.Contains(options, "inline") && !f.Anonymous {
		return f.Name
	}
	return name
}
