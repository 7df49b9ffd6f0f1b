package merge_test

import (
	"math/rand/v2"
	"reflect"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// A filler fills objects of the Kubernetes API at random. Its values come from
// small sets with every kind's zero value in them, so that two objects often
// agree and often say something with a zero.
type filler struct {
	rand    *rand.Rand
	density float64 // how likely a field is set
}

// random returns a random T.
func random[T any](f *filler) *T {
	v := new(T)
	f.fill(reflect.ValueOf(v).Elem(), 0)
	return v
}

func pick[T any](f *filler, from ...T) T { return from[f.rand.IntN(len(from))] }

func (f *filler) fill(v reflect.Value, depth int) {
	switch p := v.Addr().Interface().(type) {
	case *resource.Quantity:
		*p = resource.MustParse(pick(f, "0", "1", "500m", "2Gi"))
		_ = p.String() // fills the cache that decoding fills, too
		return
	case *metav1.Time:
		*p = metav1.Time{Time: pick(f, time.Time{}, time.Unix(1, 0).UTC(), time.Unix(2, 0).UTC())}
		return
	case *intstr.IntOrString:
		*p = pick(f, intstr.FromInt32(0), intstr.FromInt32(80), intstr.FromString(""), intstr.FromString("http"))
		return
	case *metav1.FieldsV1:
		p.SetRawBytes([]byte(`{}`))
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(pick(f, true, false))
	case reflect.String:
		v.SetString(pick(f, "", "a", "b", "primary"))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(pick[int64](f, 0, 1, 2))
	case reflect.Uint8:
		v.SetUint(pick[uint64](f, 0, 1))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem(), depth+1)
	case reflect.Struct:
		f.fillStruct(v, depth)
	case reflect.Slice:
		n := f.rand.IntN(3)
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			f.fill(v.Index(i), depth+1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range f.rand.IntN(3) {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			f.fill(key, depth+1)
			f.fill(value, depth+1)
			v.SetMapIndex(key, value)
		}
	default:
		panic("cannot fill " + v.Type().String())
	}
}

func (f *filler) fillStruct(v reflect.Value, depth int) {
	density := f.density
	if depth > 6 {
		density /= 4
	}
	for i := range v.NumField() {
		if v.Type().Field(i).IsExported() && f.rand.Float64() < density {
			f.fill(v.Field(i), depth)
		}
	}
}
