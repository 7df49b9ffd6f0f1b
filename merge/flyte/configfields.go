package flyte

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podcue/podcue/provenance"
)

// decodeStruct decodes a struct: types with a JSON form of their own by that
// form, others field by field.
func (d *configDecoder) decodeStruct(at configPlace, dst reflect.Value, s *setting, t *provenance.Tree) {
	if dst.Type() == durationType {
		d.decodeDuration(at, dst.Addr().Interface().(*metav1.Duration), s)
		return
	}
	if u, ok := dst.Addr().Interface().(json.Unmarshaler); ok {
		if data, err := json.Marshal(s.generic(at.inList)); err == nil && u.UnmarshalJSON(data) == nil {
			return
		}
	}
	if _, date := s.value.(time.Time); date {
		return // a struct in Go, none of whose fields are found
	}
	if s.kind != mapSetting {
		d.refuse(at, s, wanted(dst.Type()), fmt.Sprintf("expected a map or struct, got %q", s.goKind()))
		return
	}
	d.fields(at, dst, s, t)
}

// wanted names what a struct's setting must look like.
func wanted(t reflect.Type) string {
	switch t.Name() {
	case "Quantity":
		return "a quantity"
	case "Duration":
		return "a duration"
	case "IntOrString":
		return "a number or a string"
	case "Time", "MicroTime":
		return "a time"
	}
	return "a map"
}

// decodeDuration takes text like 1h30m, or a number of nanoseconds.
func (d *configDecoder) decodeDuration(at configPlace, dst *metav1.Duration, s *setting) {
	if s.kind == mapSetting { // Flyte's type has one embedded field
		if m := s.member("duration"); m != nil && m.kind != nullSetting {
			at.key += ".Duration"
			d.decodeDuration(at, dst, m)
		}
		return
	}
	switch v := s.value.(type) {
	case string:
		parsed, err := time.ParseDuration(v)
		if err == nil || v == "" {
			dst.Duration = parsed
			return
		}
	case int, int64, uint64, float64:
		n := reflect.New(reflect.TypeFor[int64]()).Elem()
		d.decodeInt(at, n, s)
		dst.Duration = time.Duration(n.Int())
		return
	}
	d.refuse(at, s, "a duration", fmt.Sprintf("expected a map or struct, got %q", s.goKind()))
}

// fields decodes the members of s into the fields of the struct dst.
func (d *configDecoder) fields(at configPlace, dst reflect.Value, s *setting, t *provenance.Tree) {
	used := map[string]bool{}
	for i := range dst.NumField() {
		f := dst.Type().Field(i)
		name, ok := configName(f)
		if !ok {
			continue
		}
		m, ok := fieldMember(s, name, at.inList)
		if !ok {
			continue
		}
		used[m.key] = true
		e := at
		e.key, e.path = joinKey(at.key, name), joinKey(at.path, m.key)
		if slices.Contains(d.l.p.otherKeys, e.key) && !d.quiet {
			d.l.note(NoteOtherVersion, joinKey(d.section, e.path), "", m.pos)
			continue
		}
		d.decode(e, dst.Field(i), m.value, t.Field(name))
	}
	if d.quiet {
		return
	}
	for _, m := range s.members {
		if used[m.key] {
			continue
		}
		kind := NoteUnknownKey
		if inlined(dst.Type(), m.key) {
			kind = NoteFieldLost
		}
		d.l.note(kind, joinKey(d.section, joinKey(at.path, m.key)), "", m.pos)
	}
}

// configName is the loader's name for a field: the JSON name, or for a field
// that is embedded without one the name of its type. ok is false for fields that
// are not decoded.
func configName(f reflect.StructField) (string, bool) {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	switch {
	case !f.IsExported() || name == "-":
		return "", false
	case name == "":
		return f.Name, true
	}
	return name, true
}

// fieldMember returns the member that sets the field called name: the one of
// exactly that name, else the last one in another case.
func fieldMember(s *setting, name string, inList bool) (member, bool) {
	found, ok := member{}, false
	for _, m := range distinctUnless(inList, s.members) {
		if loadedKey(m.key, inList) == name {
			return m, true
		}
		if strings.EqualFold(m.key, name) {
			found, ok = m, true
		}
	}
	return found, ok
}

// inlined reports whether key is the JSON name of a field of a struct that t
// embeds.
func inlined(t reflect.Type, key string) bool {
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.Anonymous || f.Type.Kind() != reflect.Struct {
			continue
		}
		for j := range f.Type.NumField() {
			if name, ok := configName(f.Type.Field(j)); ok && strings.EqualFold(name, key) {
				return true
			}
		}
	}
	return false
}
