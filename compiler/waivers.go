package compiler

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// A Waiver is an attribute beside a field of a template, which takes the findings
// of one id about that field off the list:
//
//	hostPath: {path: "/data"} @podcue(waive,check=hostpath,reason="…",owner=storage,expires="2030-01-31")
//
// Compile only reads it; package policies judges it.
type Waiver struct {
	Path    provenance.Path // of the field, as in the template's Pod
	Check   string          // the id
	Reason  string
	Owner   string
	Expires string // YYYY-MM-DD
	Ticket  string // may be ""
	Pos     provenance.Position
}

const attributeName = "podcue"

// hasAttributes reports whether podcue's attribute stands anywhere in inst or in
// what it imports, so that packages without it are not searched field by field.
// Each package is looked through once.
func (ev *evaluator) hasAttributes(inst *build.Instance) bool {
	if has, known := ev.attributed[inst]; known {
		return has
	}
	found := false
	for _, f := range inst.Files {
		ast.Walk(f, func(n ast.Node) bool {
			if a, ok := n.(*ast.Attribute); ok && strings.HasPrefix(a.Text, "@"+attributeName+"(") {
				found = true
			}
			return !found
		}, nil)
	}
	ev.attributed[inst] = found || slices.ContainsFunc(inst.Imports, ev.hasAttributes)
	return ev.attributed[inst]
}

// waivers returns the waivers in the template v, and what is wrong with them.
func (ev *evaluator) waivers(inst *instance, t *Template, v cue.Value) ([]Waiver, finding.List) {
	if !ev.hasAttributes(inst.Instance) {
		return nil, nil
	}
	data, err := v.MarshalJSON()
	var obj map[string]any
	if err != nil || json.Unmarshal(data, &obj) != nil {
		return nil, nil // it was decoded before
	}
	w := &waiverReader{evaluator: ev, object: finding.Object{
		Kind: kindTemplate, Name: t.Name, Package: t.Package, Stage: finding.StageAuthored,
	}}
	for _, name := range slices.Sorted(maps.Keys(obj)) {
		w.walk(templatePath(name), name, v.LookupPath(cue.MakePath(cue.Str(name))), obj[name])
	}
	return w.waivers, w.found
}

// A waiverReader reads the attributes of one template.
type waiverReader struct {
	*evaluator
	object  finding.Object
	waivers []Waiver
	found   finding.List
}

func (w *waiverReader) walk(p provenance.Path, name string, v cue.Value, obj any) {
	for _, a := range v.Attributes(cue.FieldAttr) {
		if a.Name() == attributeName {
			w.read(p, v, a)
		}
	}
	switch obj := obj.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(obj)) {
			w.walk(provenance.MemberPath(p, name, key), key, v.LookupPath(cue.MakePath(cue.Str(key))), obj[key])
		}
	case []any:
		for i, q := range provenance.ElementPaths(p, name, obj) {
			w.walk(q, "", v.LookupPath(cue.MakePath(cue.Index(i))), obj[i])
		}
	}
}

// read reads one attribute of the field at p.
func (w *waiverReader) read(p provenance.Path, v cue.Value, a cue.Attribute) {
	waiver := Waiver{Path: p, Pos: w.attributePosition(v, a)}
	if verb, err := a.String(0); err != nil || verb != "waive" {
		w.wrong(waiver, fmt.Sprintf("@podcue has no %q; did you mean waive?", verb))
		return
	}
	into := map[string]*string{
		"check": &waiver.Check, "reason": &waiver.Reason, "owner": &waiver.Owner, "expires": &waiver.Expires, "ticket": &waiver.Ticket,
	}
	for i := 1; i < a.NumArgs(); i++ {
		key, value := a.Arg(i)
		target := into[key]
		if target == nil {
			w.wrong(waiver, fmt.Sprintf("a waiver has no %s%s", key, finding.DidYouMean(key, slices.Sorted(maps.Keys(into)))))
			return
		}
		*target = value
	}
	for _, key := range slices.Sorted(maps.Keys(into)) {
		if key != "ticket" && *into[key] == "" {
			w.wrong(waiver, "the waiver does not say its "+key)
			return
		}
	}
	w.waivers = append(w.waivers, waiver)
}

func (w *waiverReader) wrong(waiver Waiver, message string) {
	w.found = append(w.found, finding.Finding{
		ID: finding.IDWaiver, Severity: finding.Error, Object: w.object, Path: waiver.Path, Message: message,
		Detail:  "The waiver covers nothing.",
		Help:    `write @podcue(waive,check=ID,reason="…",owner=NAME,expires="YYYY-MM-DD")`,
		Origins: []provenance.Origin{{Layer: templateLayer, Pos: waiver.Pos}},
	})
}

// attributePosition returns where the attribute a of v is written: CUE does not
// keep that, so it is looked for beside v's own fields.
func (w *waiverReader) attributePosition(v cue.Value, a cue.Attribute) provenance.Position {
	var parts []part
	w.parts(v, true, 0, &parts)
	for _, p := range parts {
		f, ok := p.source.(*ast.Field)
		if !ok {
			continue
		}
		for _, attr := range f.Attrs {
			if attr.Text == "@"+a.Name()+"("+a.Contents()+")" {
				return w.position(attr.Pos())
			}
		}
	}
	return w.authorPosition(v)
}
