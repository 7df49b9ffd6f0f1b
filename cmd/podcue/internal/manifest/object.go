package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	corev1 "k8s.io/api/core/v1"
	kjson "sigs.k8s.io/json"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// object reads the object n with the head h.
func (d *decoder) object(n *node, h head) {
	if d.volume != nil {
		if isVolume(h) {
			d.volume(n, h)
		}
		return
	}
	w, known := lookupWorkload(h.apiVersion, h.kind)
	switch {
	case known:
		d.workload(n, h, w)
	case isVolume(h):
		// read by Reader.Volumes; there is no pod in it
	case isNoVersion(h.apiVersion, h.kind):
		d.noVersion(n, h)
	case h.kind == "" && h.apiVersion == "" && d.flyte(n, h):
	case d.embedded(n, h):
	default:
		d.reader.skipped++
	}
}

// noVersion reports an object of a kind of Kubernetes in a version that there never
// was: a slip, since no other kind of that name is in the group.
func (d *decoder) noVersion(n *node, h head) {
	at := n
	if v := h.members["apiVersion"]; v != nil {
		at = v
	}
	p := problem{
		path: "apiVersion", message: fmt.Sprintf("there is no %s in apiVersion %s", h.kind, h.apiVersion),
		line: int(at.line), column: int(at.col),
	}
	for _, w := range workloads {
		if w.kind == h.kind {
			p.help = "write apiVersion: " + w.versions[0]
		}
	}
	d.reader.report(d.place.file, h.object(), p)
}

// jsonSize is the length of the JSON of most pods, at most.
const jsonSize = 2048

// convert returns the JSON of n, nil if it has none; that is reported.
func (d *decoder) convert(n *node, object finding.Object) []byte {
	c := &converter{out: make([]byte, 0, jsonSize)}
	if err := c.value(n); err != nil {
		d.exploded = len(c.out) > maxDocument
		d.failed(err, object)
		return nil
	}
	for i := range c.members.twice {
		d.failed(&c.members.twice[i], object)
	}
	return c.out
}

// workload reads an object of a kind of Kubernetes.
func (d *decoder) workload(n *node, h head, w workload) {
	o := &Object{
		APIVersion: h.apiVersion, Kind: h.kind, Name: h.name, Namespace: h.namespace,
		Root: w.root, node: n, where: d.place,
	}
	if o.JSON = d.convert(n, h.object()); o.JSON == nil {
		return
	}
	into, template := w.decode()
	strict, err := kjson.UnmarshalStrict(o.JSON, into)
	if err != nil {
		d.mistyped(o, into, err)
		return
	}
	if o.Template = template(); o.Template == nil {
		d.reader.skipped++
		return
	}
	current := h.apiVersion == w.versions[0]
	o.unknown(strict, reflect.TypeOf(into), func(p provenance.Path) bool { return current || p.Under(w.root) })
	d.found(o)
}

// found hands o over.
func (d *decoder) found(o *Object) {
	o.Claims = d.reader.volumes.claims(o)
	if !d.yield(o) {
		d.done = true
	}
}

// mistyped reports every value of o, which was to be decoded into what into
// points at, that is of a wrong type. err is the decoder's own error, of which
// the API server says no more than the first.
func (d *decoder) mistyped(o *Object, into any, err error) {
	var generic any
	found := []mismatch{{"", err.Error()}}
	dec := json.NewDecoder(bytes.NewReader(o.JSON))
	dec.UseNumber()
	if dec.Decode(&generic) == nil {
		if all := mismatches(reflect.TypeOf(into).Elem(), generic, "", ""); len(all) > 0 {
			found = all
		}
	}
	for _, m := range found {
		at, pos := o.canonical(m.path), o.Position()
		for _, origin := range o.Fields().Nearest(at) {
			pos = origin.Pos
		}
		d.reader.report(d.place.file, o.Object(), problem{
			path: at, message: m.message, line: pos.Line, column: pos.Column,
			detail: o.refusal(err),
			help:   "correct the value, or its indentation",
		})
	}
}

// refusal says what becomes of o, which cannot be decoded because of err.
func (o *Object) refusal(err error) string {
	if o.APIVersion == "" {
		return "Flyte cannot decode it: " + err.Error()
	}
	return fmt.Sprintf("The API server refuses the object: %s in version %q cannot be handled as a %s: %v", o.Kind, version(o.APIVersion), o.Kind, err)
}

// canonical returns the path that Fields has for the node at p in the document.
func (o *Object) canonical(p provenance.Path) provenance.Path {
	if rename := specNames[o.Kind]; rename != nil {
		for q := range rename(provenance.Map{p: nil}) {
			return q
		}
	}
	return p
}

// version returns the version in an apiVersion.
func version(apiVersion string) string {
	return apiVersion[strings.LastIndex(apiVersion, "/")+1:]
}

// unknown notes the fields that strict decoding found beside those of the type
// t, which matter as far as about says.
func (o *Object) unknown(strict []error, t reflect.Type, about func(provenance.Path) bool) {
	if len(strict) == 0 {
		return
	}
	var generic any
	if err := json.Unmarshal(o.JSON, &generic); err != nil {
		return // cannot be: it was decoded already
	}
	for _, err := range strict {
		var field kjson.FieldError
		if !errors.As(err, &field) || !strings.HasPrefix(err.Error(), "unknown field") {
			continue // keys that are there twice were reported with their lines
		}
		at, _, ok := provenance.Resolve(generic, provenance.Path(field.FieldPath()))
		if !ok {
			at = provenance.Path(field.FieldPath())
		}
		if about(at) {
			o.Unknown = append(o.Unknown, UnknownField{Path: o.canonical(at), Hint: hint(t, at)})
		}
	}
}

// hint returns the field of t that at, an unknown one, may be meant to be.
func hint(t reflect.Type, at provenance.Path) string {
	segs := at.Segments()
	for _, s := range segs[:len(segs)-1] {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		switch {
		case t.Kind() == reflect.Slice || t.Kind() == reflect.Map:
			t = t.Elem()
		case s.Kind == provenance.Field && fieldNames(t)[s.Name] != nil:
			t = fieldNames(t)[s.Name]
		default:
			return ""
		}
	}
	var names []string
	for name := range fieldNames(t) {
		names = append(names, name)
	}
	return nearest(segs[len(segs)-1].Name, names)
}

// embedded yields the pod templates in an object of an unknown kind: maps called
// template that have a spec with containers. It reports whether there are any.
func (d *decoder) embedded(n *node, h head) bool {
	if h.kind == "" || !mentions(n, "containers", 0) {
		return false
	}
	data := d.convert(n, h.object())
	if data == nil {
		return true
	}
	var generic any
	if err := json.Unmarshal(data, &generic); err != nil {
		return false // cannot be: we wrote it
	}
	any := false
	for p, v := range provenance.Walk(generic) {
		if d.done || !isTemplate(p, v) {
			continue
		}
		any = true
		o := &Object{
			APIVersion: h.apiVersion, Kind: h.kind, Name: h.name, Namespace: h.namespace, Root: p, JSON: data, node: n, where: d.place,
			Template: &corev1.PodTemplateSpec{},
		}
		d.embeddedTemplate(o, v)
	}
	return any
}

func (d *decoder) embeddedTemplate(o *Object, v any) {
	data, err := json.Marshal(v)
	if err == nil {
		err = kjson.UnmarshalCaseSensitivePreserveInts(data, o.Template)
	}
	if err == nil {
		d.found(o)
		return
	}
	found := mismatches(reflect.TypeFor[corev1.PodTemplateSpec](), v, o.Root, "template")
	if len(found) == 0 {
		found = []mismatch{{o.Root, err.Error()}}
	}
	for _, m := range found {
		pos := o.Position()
		for _, origin := range o.Fields().Nearest(m.path) {
			pos = origin.Pos
		}
		d.reader.report(d.place.file, o.Object(), problem{
			path: m.path, message: m.message, line: pos.Line, column: pos.Column,
			detail: "The pod template cannot be decoded; it was not checked.", help: "correct the value, or its indentation",
		})
	}
}

// isTemplate reports whether the node v at p is a pod template.
func isTemplate(p provenance.Path, v any) bool {
	segs := p.Segments()
	if last := segs[len(segs)-1]; last.Kind != provenance.Field || last.Name != "template" {
		return false
	}
	m, _ := v.(map[string]any)
	spec, _ := m["spec"].(map[string]any)
	containers, _ := spec["containers"].([]any)
	return len(containers) > 0
}

// mentions reports whether a map below n has the key name. Aliases are not
// followed: what they stand for is below n, too.
func mentions(n *node, name string, depth int) bool {
	if depth > maxDepth {
		return true // converting says so
	}
	for i := range n.content {
		c := &n.content[i]
		if n.kind == mapNode && i%2 == 0 && c.value == name || mentions(c, name, depth+1) {
			return true
		}
	}
	return false
}
