package encode

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/provenance"
)

// PodLines returns the YAML of pod as the target "pod" writes it, and which node
// each of its lines holds the value of: lines are 1-based, and those that only
// open a map or list, or go on with a text, are not in the map.
func PodLines(pod *corev1.Pod) (yaml []byte, lines map[int]provenance.Path, err error) {
	obj, err := podTree(pod)
	if err != nil {
		return nil, nil, err
	}
	yaml, lines = yamlDocument(obj)
	return yaml, lines, nil
}

// A document is one YAML document, or one JSON object.
type document struct {
	title    string   // what it is, for readers of a stream of nameless documents; "" for none
	comments []string // lines before it, without "# "
	tree     map[string]any
}

// writeObjects writes Kubernetes objects: YAML documents, or JSON that kubectl
// reads, which is one object, or a List of any other number.
func writeObjects(w io.Writer, docs []document, format string) error {
	if format == "json" && len(docs) != 1 {
		return writeJSON(w, listTree(docs))
	}
	return writeDocuments(w, docs, format)
}

// writeDocuments writes documents that need not be Kubernetes objects: YAML
// documents, or JSON that is one object, or an array of any other number.
func writeDocuments(w io.Writer, docs []document, format string) error {
	switch format {
	case "yaml":
		return writeYAML(w, docs)
	case "json":
		if len(docs) == 1 {
			return writeJSON(w, docs[0].tree)
		}
		trees := []map[string]any{}
		for _, d := range docs {
			trees = append(trees, d.tree)
		}
		return writeJSON(w, trees)
	}
	return fmt.Errorf("unknown format %q: it is yaml or json", format)
}

func writeYAML(w io.Writer, docs []document) error {
	var b bytes.Buffer
	for i, d := range docs {
		if i > 0 {
			b.WriteString("---\n")
		}
		if d.title != "" && len(docs) > 1 {
			b.WriteString(commentLine(d.title))
		}
		for _, c := range d.comments {
			b.WriteString(commentLine(c))
		}
		text, _ := yamlDocument(d.tree)
		b.Write(text)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func writeJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// commentLine returns text as a comment of YAML or Python on a line of its own, ""
// for no text.
func commentLine(text string) string {
	if text == "" {
		return ""
	}
	return "# " + strings.Join(strings.Fields(text), " ") + "\n"
}

// comments returns the comments of docs, in their order.
func comments(docs []document) []string {
	var all []string
	for _, d := range docs {
		all = append(all, d.comments...)
	}
	return all
}

// listTree returns the v1 List of docs.
func listTree(docs []document) map[string]any {
	items := make([]any, len(docs))
	for i, d := range docs {
		items[i] = d.tree
	}
	return map[string]any{"apiVersion": "v1", "kind": "List", "items": items}
}

// each makes the document of every object.
func each(objects []*Object, make func(*Object) (map[string]any, error)) ([]document, error) {
	docs := []document{}
	for _, o := range objects {
		t, err := make(o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o.qualified(), err)
		}
		doc := document{tree: t}
		if o.Comment != "" {
			doc.comments = []string{o.Comment}
		}
		docs = append(docs, doc)
	}
	return docs, nil
}

// titled is each for documents that do not say what they are themselves.
func titled(objects []*Object, make func(*Object) (map[string]any, error)) ([]document, error) {
	docs, err := each(objects, make)
	for i := range docs {
		docs[i].title = objects[i].qualified()
	}
	return docs, err
}
