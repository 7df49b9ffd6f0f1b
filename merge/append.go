package merge

import (
	"fmt"
	"reflect"
	"sync"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/podcue/podcue/provenance"
)

// The rules that [Append] gives to the origins of what it merges. An origin that
// has a rule already keeps it.
const (
	RuleOverride = "override"            // the value replaced one below it
	RuleAppend   = provenance.RuleAppend // the list element was put after those below it
	RuleMerge    = provenance.RuleMerge  // the struct, map or list was united with the one below it

	// What was written and could not win, because the merge takes the zero value
	// for "not set":
	RuleFalseLost = "false-cannot-override" // false over true
	RuleZeroLost  = "zero-cannot-override"  // 0 over another number
	RuleEmptyLost = "empty-cannot-override" // "" over another string
	// RuleIntLost: a numeric port over a named one. The two are different fields of
	// one struct, and "is a number" is the zero value of the field that tells.
	RuleIntLost = "number-cannot-override-name"
)

// Append merges src onto dst by the rules of mergo v0.3.16 with WithOverride and
// WithAppendSlice, which is how Flyte merges pod templates:
//
//   - a scalar of src wins unless it is zero; hence a bool that is true stays
//     true, and an explicit false, 0 or "" is lost;
//   - a pointer of src is taken whole where dst has none (even if it points at a
//     zero value), otherwise what it points at is merged by these rules;
//   - structs are merged field by field, an IntOrString and a Quantity too, but a
//     metav1.Time is always copied;
//   - maps are united, an entry of src wins even if it is empty;
//   - lists are concatenated, dst's elements first: nothing is de-duplicated or
//     matched by name.
//
// T is PodSpec, Container, ObjectMeta, PodTemplateSpec or any other type of the
// Kubernetes API that has no interfaces in it and no maps other than of strings
// or quantities outside of lists; Append panics at other types. dst and src must
// not be nil.
//
// Append takes src over: afterwards dst shares with it what src has behind
// pointers, as with mergo. Who goes on using src passes a deep copy.
//
// dt and st are the trees of dst's and src's origins; either both are nil, and
// nothing is recorded, or none is. dt is changed as dst is: what src decides
// stands above what dst had, what src said in vain (it has origins in st, and is
// zero) stands below, with the rule that kept it from winning. Nodes of st are
// taken over like the values they stand for.
func Append[T any](dst, src *T, dt, st *provenance.Tree) {
	d := reflect.ValueOf(dst).Elem()
	if st != nil {
		above(dt, st, RuleMerge) // where the two as a whole are written
	}
	planFor(d.Type()).merge(d, reflect.ValueOf(src).Elem(), dt, st)
}

// A plan is how to merge a struct type: what to do with each field that can be
// merged. It is made once for each type.
type plan struct {
	whole  bool // no exported fields: the value is always copied
	fields []planField
}

type planField struct {
	index  int
	name   string // in JSON; "" for a struct whose fields are inline
	action action
	kind   reflect.Kind // of the scalar, for scalars and pointers to them
	elem   *plan        // of the struct, for structs and pointers to them
	// concat appends src to dst, for lists: reflect's own way where nothing faster
	// is known.
	concat func(dst, src reflect.Value)
}

type action int

const (
	mergeScalar action = iota
	mergeScalarPointer
	mergeStruct
	mergeStructPointer
	mergeIntOrString
	mergeIntOrStringPointer
	mergeStringMap
	mergeResourceList
	mergeList
)

// plans are the plans made so far, by reflect.Type.
var plans sync.Map

var (
	intOrStringType  = reflect.TypeFor[intstr.IntOrString]()
	stringMapType    = reflect.TypeFor[map[string]string]()
	resourceListType = reflect.TypeFor[corev1.ResourceList]()
)

func planFor(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := &plan{whole: true}
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			p.whole = p.whole && planFor(f.Type).whole
		} else if f.IsExported() {
			p.whole = false
		}
	}
	if !p.whole {
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() {
				p.fields = append(p.fields, planField{index: i, name: jsonName(f)}.of(f.Type))
			}
		}
	}
	made, _ := plans.LoadOrStore(t, p)
	return made.(*plan)
}

// of chooses what to do with a field of type t.
func (f planField) of(t reflect.Type) planField {
	elem := t
	if t.Kind() == reflect.Pointer {
		elem = t.Elem()
	}
	switch kind := elem.Kind(); {
	case elem == intOrStringType:
		f.action = mergeIntOrString
	case kind == reflect.Struct:
		f.action, f.elem = mergeStruct, planFor(elem)
	case isScalar(kind):
		f.action, f.kind = mergeScalar, kind
	case t == stringMapType:
		f.action = mergeStringMap
	case t == resourceListType:
		f.action = mergeResourceList
	case t.Kind() == reflect.Slice:
		f.action, f.concat = mergeList, concatOf(t)
	default:
		panic(fmt.Sprintf("merge: no rule for %s of type %s", f.name, t))
	}
	if t.Kind() == reflect.Pointer {
		switch f.action {
		case mergeIntOrString:
			f.action = mergeIntOrStringPointer
		case mergeStruct:
			f.action = mergeStructPointer
		case mergeScalar:
			f.action = mergeScalarPointer
		default:
			panic(fmt.Sprintf("merge: no rule for %s of type %s", f.name, t))
		}
	}
	return f
}

func isScalar(k reflect.Kind) bool {
	return k == reflect.String || k == reflect.Bool || k >= reflect.Int && k <= reflect.Float64 && k != reflect.Uintptr
}

// merge merges the struct src onto dst, both of the plan's type.
func (p *plan) merge(dst, src reflect.Value, dt, st *provenance.Tree) {
	if p.whole {
		dst.Set(src)
		return
	}
	for i := range p.fields {
		f := &p.fields[i]
		f.merge(dst.Field(f.index), src.Field(f.index), dt, st)
	}
}

// merge merges the field. dt and st are the trees of the structs it belongs to.
func (f *planField) merge(dst, src reflect.Value, dt, st *provenance.Tree) {
	switch f.action {
	case mergeScalar:
		f.scalar(dst, src, dt, st)
	case mergeStruct:
		if f.name == "" {
			f.elem.merge(dst, src, dt, st)
			return
		}
		f.structs(dst, src, dt, st)
	case mergeIntOrString:
		f.intOrString(dst, src, dt, st)
	case mergeScalarPointer, mergeStructPointer, mergeIntOrStringPointer:
		f.pointer(dst, src, dt, st)
	case mergeStringMap:
		unite(dst.Addr().Interface().(*map[string]string), src.Interface().(map[string]string), f.name, dt, st)
	case mergeResourceList:
		unite((*map[corev1.ResourceName]quantity)(dst.Addr().Interface().(*corev1.ResourceList)), src.Interface().(corev1.ResourceList), f.name, dt, st)
	case mergeList:
		f.list(dst, src, dt, st)
	}
}

func (f *planField) scalar(dst, src reflect.Value, dt, st *provenance.Tree) {
	if !src.IsZero() {
		dst.Set(src)
		overridden(f.name, dt, st)
		return
	}
	if st != nil {
		f.zero(dst, dt, st)
	}
}

// zero records what src said with a zero value, if it said anything.
func (f *planField) zero(dst reflect.Value, dt, st *provenance.Tree) {
	if dst.IsZero() { // both say the same
		overridden(f.name, dt, st)
		return
	}
	rule := RuleZeroLost
	switch f.kind {
	case reflect.Bool:
		rule = RuleFalseLost
	case reflect.String:
		rule = RuleEmptyLost
	}
	lost(f.name, rule, dt, st)
}

func (f *planField) pointer(dst, src reflect.Value, dt, st *provenance.Tree) {
	switch {
	case src.IsNil():
	case dst.IsNil():
		dst.Set(src)
		if s := st.Lookup(f.name); s != nil {
			dt.SetField(f.name, s)
		}
	case f.action == mergeScalarPointer:
		f.scalar(dst.Elem(), src.Elem(), dt, st)
	case f.action == mergeIntOrStringPointer:
		f.intOrString(dst.Elem(), src.Elem(), dt, st)
	default:
		f.structs(dst.Elem(), src.Elem(), dt, st)
	}
}

func (f *planField) structs(dst, src reflect.Value, dt, st *provenance.Tree) {
	if f.elem.whole {
		dst.Set(src)
		if s := st.Lookup(f.name); s == nil {
			dt.SetField(f.name, nil)
		}
		overridden(f.name, dt, st)
		return
	}
	if s := st.Lookup(f.name); s != nil {
		d := dt.Field(f.name)
		d.Set(s.Ruled(RuleMerge)...)
		dt, st = d, s
	} else {
		dt, st = nil, nil // st knows nothing of what is below
	}
	f.elem.merge(dst, src, dt, st)
}

func (f *planField) intOrString(dst, src reflect.Value, dt, st *provenance.Tree) {
	d, s := dst.Addr().Interface().(*intstr.IntOrString), src.Addr().Interface().(*intstr.IntOrString)
	before := *d
	if s.Type != 0 {
		d.Type = s.Type
	}
	if s.IntVal != 0 {
		d.IntVal = s.IntVal
	}
	if s.StrVal != "" {
		d.StrVal = s.StrVal
	}
	if st == nil {
		return
	}
	switch {
	case d.Type == s.Type && d.String() == s.String():
		overridden(f.name, dt, st)
	case before.Type == intstr.String && s.Type == intstr.Int && s.IntVal != 0:
		lost(f.name, RuleIntLost, dt, st)
	case s.Type == intstr.String:
		lost(f.name, RuleEmptyLost, dt, st)
	default:
		lost(f.name, RuleZeroLost, dt, st)
	}
}

func (f *planField) list(dst, src reflect.Value, dt, st *provenance.Tree) {
	before, added := dst.Len(), src.Len()
	if added == 0 {
		return
	}
	f.concat(dst, src)
	if st == nil {
		return
	}
	appended(f.name, before, added, dt, st)
}
