package flyte

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/podcue/podcue/provenance"
)

// A configDecoder decodes settings into Go values as Flyte's loader does: by the
// JSON names of struct fields, whatever the case, converting types where it can.
type configDecoder struct {
	l       *configLoader
	section string
	quiet   bool // unknown keys are not worth a note: only some of the section's are modelled
}

// A configPlace is where in the section a value is decoded.
type configPlace struct {
	key    string // in the loader's notation: co-pilot.timeout, default-labels[a]
	path   string // dotted, as written
	inList bool   // keys keep their case
	atomic bool
}

func (d *configDecoder) decodeRoot(into any, s *setting, t *provenance.Tree) {
	if s != nil {
		d.fields(configPlace{}, reflect.ValueOf(into).Elem(), s, t)
	}
}

// survivors returns what the loader sees of the map s. It asks for each leaf that
// the defaults have (null and the empty map among them), and gets what stands
// there whole; of everything else it sees the leaves that are not null. A dotted
// key is seen wherever its map is. nil: nothing is left.
func (d *configDecoder) survivors(s *setting, defaults map[string]any, at string) *setting {
	out := &setting{kind: mapSetting, pos: s.pos}
	var along []member // dotted keys without leaves
	for _, m := range s.members {
		known, isKnown := defaults[strings.ToLower(m.key)]
		below, _ := known.(map[string]any)
		kept := m.value
		switch {
		case isKnown && len(below) == 0 && kept.kind != nullSetting:
			kept.atomic = true
		case kept.kind == nullSetting:
			kept = nil
		case kept.kind == mapSetting:
			kept = d.survivors(kept, below, joinKey(at, m.key))
		}
		switch {
		case dotted(m.key) && kept == nil:
			along = append(along, m)
		case dotted(m.key):
			out.members = append(out.members, m)
		case kept != nil:
			out.members = append(out.members, member{m.key, kept, m.pos})
		case !d.quiet:
			d.l.note(NoteEmptyDropped, joinKey(d.section, joinKey(at, m.key)), "", m.value.pos)
		}
	}
	if len(out.members) == 0 {
		return nil
	}
	out.members = append(out.members, along...)
	return out
}

func (d *configDecoder) refuse(at configPlace, s *setting, want, flyte string) {
	d.l.refuse(s, d.section, at.key, want, flyte)
}

// decodeMember is decode for what is there even if it is null: an element of a
// list, an entry of a map.
func (d *configDecoder) decodeMember(at configPlace, dst reflect.Value, s *setting, t *provenance.Tree) {
	if s.kind == nullSetting {
		t.Set(provenance.Origin{Layer: provenance.LayerConfig, Pos: s.pos})
	}
	d.decode(at, dst, s, t)
}

var durationType = reflect.TypeFor[metav1.Duration]()

// decode decodes s into dst. null leaves dst alone.
func (d *configDecoder) decode(at configPlace, dst reflect.Value, s *setting, t *provenance.Tree) {
	if s.kind == nullSetting {
		return
	}
	at.atomic = at.atomic || s.atomic
	if dst.Kind() != reflect.Pointer {
		t.Set(provenance.Origin{Layer: provenance.LayerConfig, Pos: s.pos})
	}
	switch dst.Kind() {
	case reflect.Pointer:
		// A pointer that is set stands for a place outside of the section's struct.
		v := reflect.New(dst.Type().Elem())
		if !dst.IsNil() {
			v = dst
		}
		d.decode(at, v.Elem(), s, t)
		dst.Set(v)
	case reflect.String:
		d.decodeString(at, dst, s)
	case reflect.Bool:
		d.decodeBool(at, dst, s)
	case reflect.Int, reflect.Int32, reflect.Int64:
		d.decodeInt(at, dst, s)
	case reflect.Slice:
		d.decodeSlice(at, dst, s, t)
	case reflect.Map:
		d.decodeMap(at, dst, s, t)
	case reflect.Struct:
		d.decodeStruct(at, dst, s, t)
	}
}

func (d *configDecoder) decodeString(at configPlace, dst reflect.Value, s *setting) {
	switch v := s.value.(type) {
	case string:
		dst.SetString(v)
	case bool:
		dst.SetString("0")
		if v {
			dst.SetString("1")
		}
		d.converted(at, dst.String(), s)
	case int, int64, uint64:
		dst.SetString(fmt.Sprint(v))
	case float64:
		dst.SetString(strconv.FormatFloat(v, 'f', -1, 64))
	default:
		d.refuse(at, s, "a string", unconvertible(dst, s))
	}
}

func (d *configDecoder) converted(at configPlace, became string, s *setting) {
	d.l.note(NoteConverted, joinKey(d.section, at.path), became, s.pos)
}

func unconvertible(dst reflect.Value, s *setting) string {
	return fmt.Sprintf("expected type '%s', got unconvertible type '%s'", dst.Type(), s.goType())
}

func (d *configDecoder) decodeBool(at configPlace, dst reflect.Value, s *setting) {
	switch v := s.value.(type) {
	case bool:
		dst.SetBool(v)
	case int, int64, uint64, float64:
		dst.SetBool(!reflect.ValueOf(v).IsZero())
	case string:
		b, err := strconv.ParseBool(v)
		if err != nil && v != "" {
			d.refuse(at, s, "true or false", "cannot parse value as 'bool': strconv.ParseBool: invalid syntax")
			return
		}
		dst.SetBool(b)
	default:
		d.refuse(at, s, "true or false", unconvertible(dst, s))
	}
}

func (d *configDecoder) decodeInt(at configPlace, dst reflect.Value, s *setting) {
	switch v := s.value.(type) {
	case int:
		dst.SetInt(int64(v))
	case int64:
		dst.SetInt(v)
	case uint64:
		dst.SetInt(int64(v))
	case float64:
		dst.SetInt(int64(v))
		if float64(dst.Int()) != v {
			d.converted(at, fmt.Sprint(dst.Int()), s)
		}
	case bool:
		dst.SetInt(0)
		if v {
			dst.SetInt(1)
		}
		d.converted(at, fmt.Sprint(dst.Int()), s)
	case string:
		if v == "" {
			v = "0"
		}
		n, err := strconv.ParseInt(v, 0, dst.Type().Bits())
		if err != nil {
			d.refuse(at, s, "a whole number", fmt.Sprintf("cannot parse value as '%s': strconv.ParseInt: invalid syntax", dst.Type()))
			return
		}
		dst.SetInt(n)
	default:
		d.refuse(at, s, "a whole number", unconvertible(dst, s))
	}
}

// decodeSlice replaces a list. A single value stands for a list of one, text
// with commas for several strings, and an empty map for none.
func (d *configDecoder) decodeSlice(at configPlace, dst reflect.Value, s *setting, t *provenance.Tree) {
	items := s.items
	if text, ok := s.value.(string); ok && dst.Type() == reflect.TypeFor[[]string]() {
		for part := range strings.SplitSeq(text, ",") {
			if text != "" {
				items = append(items, &setting{kind: scalarSetting, value: part, pos: s.pos})
			}
		}
	} else if s.kind == scalarSetting || s.kind == mapSetting && len(s.members) > 0 {
		items = []*setting{s}
	}
	out := reflect.MakeSlice(dst.Type(), len(items), len(items))
	for i, item := range items {
		e := at
		e.key, e.path = fmt.Sprintf("%s[%d]", at.key, i), fmt.Sprintf("%s[%d]", at.path, i)
		e.inList = at.inList || s.kind == listSetting
		d.decodeMember(e, out.Index(i), item, t.Item(i))
	}
	dst.Set(out)
}

// decodeMap replaces a map. A list of maps stands for their union; in a list of
// other things each replaces what came before.
func (d *configDecoder) decodeMap(at configPlace, dst reflect.Value, s *setting, t *provenance.Tree) {
	if s.kind == scalarSetting {
		d.refuse(at, s, "a map", unconvertible(dst, s))
		return
	}
	if dst.Len() > 0 {
		d.l.note(NoteDefaultReplaced, joinKey(d.section, at.path), "", s.pos)
	}
	maps := []*setting{s}
	if s.kind == listSetting {
		if slices.ContainsFunc(s.items, func(item *setting) bool { return item.kind != mapSetting }) {
			d.decodeMapItems(at, dst, s.items, t)
			return
		}
		at.inList, maps = true, s.items
	}
	out := reflect.MakeMap(dst.Type())
	for _, m := range maps {
		d.entries(at, out, m, t)
	}
	dst.Set(out)
}

// decodeMapItems decodes one item of a list after the other into a map, until
// one is refused.
func (d *configDecoder) decodeMapItems(at configPlace, dst reflect.Value, items []*setting, t *provenance.Tree) {
	for i, item := range items {
		dst.SetZero()
		if item.kind == nullSetting {
			continue
		}
		e := at
		e.key, e.inList = fmt.Sprintf("%s[%d]", at.key, i), true
		refused := len(d.l.found)
		d.decodeMap(e, dst, item, t)
		if len(d.l.found) > refused {
			return
		}
	}
}

// deviceClassesKey has the names of device classes as its keys, which arrive in
// upper case, however they are written.
const deviceClassesKey = "accelerator-device-classes"

func (d *configDecoder) entries(at configPlace, out reflect.Value, s *setting, t *provenance.Tree) {
	set := func(key string, m member) {
		e := at
		e.key, e.path = fmt.Sprintf("%s[%s]", at.key, key), joinKey(at.path, m.key)
		v := reflect.New(out.Type().Elem()).Elem()
		t.SetField(key, nil)
		d.decodeMember(e, v, m.value, t.Field(key))
		out.SetMapIndex(reflect.ValueOf(key).Convert(out.Type().Key()), v)
	}
	members := distinctUnless(at.inList, s.members)
	if d.l.p.doublesDottedKeys && at.atomic && !at.inList {
		copies := map[string]member{}
		for _, m := range members {
			if low := strings.ToLower(m.key); dotted(m.key) && low != m.key {
				copies[low] = m
				d.l.note(NoteDoubled, joinKey(d.section, joinKey(at.path, m.key)), low, m.pos)
			}
		}
		for _, low := range sortedNames(copies) {
			if !slices.ContainsFunc(members, func(m member) bool { return m.key == low }) {
				set(low, copies[low])
			}
		}
	}
	for _, m := range members {
		key := loadedKey(m.key, at.inList)
		if at.key == deviceClassesKey {
			key = strings.ToUpper(key)
		} else if key != m.key {
			d.l.note(NoteLowerCased, joinKey(d.section, joinKey(at.path, m.key)), key, m.pos)
		}
		set(key, m)
	}
}
