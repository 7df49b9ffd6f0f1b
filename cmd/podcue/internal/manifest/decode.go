package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/podcue/podcue/finding"
)

// A decoder reads one source.
type decoder struct {
	reader   *Reader
	place    *place // of the chunk that is read
	yield    func(*Object) bool
	done     bool              // nobody wants more
	exploded bool              // a document is too large: aliases make the next ones as large
	volume   func(*node, head) // if set, gets the volumes and claims, and nothing else is read
}

// source reads the documents of data.
func (d *decoder) source(data []byte) {
	if p, ok := checkText(data); !ok {
		d.reader.report(d.place.file, finding.Object{}, p)
		return
	}
	data = bytes.TrimPrefix(data, utf8BOM)
	for _, c := range split(data) {
		if d.done {
			return
		}
		d.place = &place{file: d.place.file, layer: d.place.layer, text: c.text, line: c.line}
		d.chunk(c)
	}
}

// chunk reads the documents of c: JSON if it can be, else YAML.
func (d *decoder) chunk(c chunk) {
	if looksJSON(c.text) {
		docs, err := jsonDocuments(c.text)
		if err == nil || len(docs) > 0 || path.Ext(d.place.file) == ".json" {
			d.json(docs, err, c)
			return
		}
	}
	if n := simpleYAML(c.text); n != nil {
		d.document(n)
		return
	}
	dec := yaml.NewDecoder(bytes.NewReader(c.text))
	for !d.done {
		var y yaml.Node
		err := dec.Decode(&y)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			d.reader.report(d.place.file, finding.Object{}, syntaxProblem(err, c.text, c.line))
			return
		}
		if len(y.Content) > 0 {
			d.document(fromYAML(y.Content[0], c.text))
		}
	}
}

func (d *decoder) json(docs []*node, err error, c chunk) {
	for _, n := range docs {
		if d.done {
			return
		}
		d.document(n)
	}
	if err != nil {
		d.reader.report(d.place.file, finding.Object{}, jsonProblem(err, c))
	}
}

// jsonProblem returns the problem that the JSON parser met in c.
func jsonProblem(err error, c chunk) problem {
	at := len(c.text)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		at = max(int(syntax.Offset)-1, 0)
	}
	p := textProblem(c.text, min(at, len(c.text)), "the JSON cannot be parsed: "+err.Error(), "correct the syntax")
	if errors.Is(err, io.ErrUnexpectedEOF) {
		p.message = "the JSON cannot be parsed: it ends too early"
	}
	p.line += c.line - 1
	return p
}

// document reads one document.
func (d *decoder) document(n *node) {
	switch {
	case isNull(n):
		return
	case n.kind != mapNode:
		d.refuse(n, finding.Object{}, fmt.Sprintf("the document is %s, not an object", describe(n)), "a manifest has apiVersion, kind and metadata")
		return
	}
	members, err := (&memberReader{}).of(n)
	if err != nil {
		d.failed(err, finding.Object{})
		return
	}
	h := headOf(members)
	if items := h.items; items != nil && strings.HasSuffix(h.kind, "List") {
		d.exploded = false
		for i := range items.content {
			if d.done || d.exploded {
				return
			}
			d.item(&items.content[i], h)
		}
		return
	}
	d.object(n, h)
}

// item reads one item of a list. Those of a PodList need not say that they are
// Pods.
func (d *decoder) item(n *node, list head) {
	if n = n.resolved(); n.kind != mapNode {
		d.refuse(n, list.object(), fmt.Sprintf("an item of the list is %s, not an object", describe(n)), "")
		return
	}
	members, err := (&memberReader{}).of(n)
	if err != nil {
		d.failed(err, list.object())
		return
	}
	h := headOf(members)
	if h.kind == "" && list.kind != "List" {
		h.kind, h.apiVersion = strings.TrimSuffix(list.kind, "List"), list.apiVersion
	}
	d.object(n, h)
}

// refuse reports that the document at n cannot be read.
func (d *decoder) refuse(n *node, object finding.Object, message, help string) {
	pos := d.place.position(n)
	d.reader.report(d.place.file, object, problem{message: message, help: help, line: pos.Line, column: pos.Column})
}

// failed reports an error of converting a document.
func (d *decoder) failed(err error, object finding.Object) {
	var l *located
	if !errors.As(err, &l) {
		return // cannot be: there are no others
	}
	if l.before != nil {
		l.message += fmt.Sprintf(", first at line %d", d.place.position(l.before).Line)
	}
	if d.place.isTemplate(l.node) {
		l.help = helmHelp
	}
	d.refuse(l.node, object, l.message, l.help)
}

// isNull reports whether n says nothing.
func isNull(n *node) bool {
	if n.kind != scalarNode {
		return false
	}
	v, err := scalar(n)
	return err == nil && (v == nil || n.style == jsonStyle && n.value == "null")
}

// describe names what n is to its author.
func describe(n *node) string {
	switch n.kind {
	case listNode:
		return "a list"
	case mapNode:
		return "a map"
	}
	v, err := scalar(n)
	if n.style == jsonStyle {
		err = json.Unmarshal([]byte(n.value), &v)
	}
	switch v := v.(type) {
	case bool:
		return fmt.Sprint(v)
	case string:
		return "the text " + quote(v)
	case nil:
		return "empty"
	}
	if err != nil {
		return "the text " + quote(n.value)
	}
	return "the number " + n.value
}

// quote returns s between quotes, cut down to what helps to find it.
func quote(s string) string {
	const enough = 40
	if len(s) > enough {
		s = strings.ToValidUTF8(s[:enough], "") + "…"
	}
	return fmt.Sprintf("%q", s)
}
