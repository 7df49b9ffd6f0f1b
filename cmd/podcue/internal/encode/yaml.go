package encode

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/podcue/podcue/provenance"
)

// yamlWriter writes one generic JSON tree as a block-style YAML document and
// notes on which line each leaf starts.
type yamlWriter struct {
	b     strings.Builder
	line  int // of the next character, 1-based
	lines map[int]provenance.Path
}

// yamlDocument returns obj as a YAML document without a separator, and on which
// line (1-based) each of its leaves starts.
func yamlDocument(obj map[string]any) ([]byte, map[int]provenance.Path) {
	y := &yamlWriter{line: 1, lines: map[int]provenance.Path{}}
	if len(obj) == 0 {
		return []byte("{}\n"), y.lines
	}
	y.object(obj, "", "", 0)
	return []byte(y.b.String()), y.lines
}

func (y *yamlWriter) write(s string) {
	y.b.WriteString(s)
	y.line += strings.Count(s, "\n")
}

func (y *yamlWriter) indent(n int) { y.write(strings.Repeat(" ", n)) }

// object writes the members of m, the value of the field name at path. The
// indentation of the first one is there already.
func (y *yamlWriter) object(m map[string]any, name string, path provenance.Path, column int) {
	for i, key := range orderedKeys(m, name) {
		if i > 0 {
			y.indent(column)
		}
		p := provenance.MemberPath(path, name, key)
		v := m[key]
		if len(key) > maxSimpleKey {
			y.write("? " + quoteYAML(key) + "\n")
			y.indent(column)
		} else {
			y.write(yamlScalar(key))
		}
		y.write(":")
		y.value(v, key, p, column)
	}
}

// maxSimpleKey is below the length, in bytes, up to which YAML's parsers must
// find the colon after a key.
const maxSimpleKey = 256

// value writes v after the colon of the member name.
func (y *yamlWriter) value(v any, name string, path provenance.Path, column int) {
	switch v := v.(type) {
	case map[string]any:
		if len(v) > 0 {
			y.write("\n")
			y.indent(column + 2)
			y.object(v, name, path, column+2)
			return
		}
	case []any:
		if len(v) > 0 {
			y.write("\n")
			y.indent(column)
			y.sequence(v, name, path, column)
			return
		}
	}
	y.write(" ")
	y.leaf(v, path, column+2)
}

// sequence writes the elements of list, the value of the field name at path, with
// their dashes at column.
func (y *yamlWriter) sequence(list []any, name string, path provenance.Path, column int) {
	for i, p := range provenance.ElementPaths(path, name, list) {
		if i > 0 {
			y.indent(column)
		}
		y.write("- ")
		switch v := list[i].(type) {
		case map[string]any:
			if len(v) > 0 {
				y.object(v, "", p, column+2)
				continue
			}
		case []any:
			if len(v) > 0 {
				y.sequence(v, "", p, column+2)
				continue
			}
		}
		y.leaf(list[i], p, column+2)
	}
}

// leaf writes a scalar or an empty collection and ends the line. column is where
// the lines of a block scalar start.
func (y *yamlWriter) leaf(v any, path provenance.Path, column int) {
	y.lines[y.line] = path
	switch v := v.(type) {
	case map[string]any:
		y.write("{}")
	case []any:
		y.write("[]")
	case string:
		if header, ok := literalHeader(v); ok {
			y.literal(header, v, column)
			return
		}
		y.write(yamlScalar(v))
	case json.Number:
		y.write(v.String())
	case nil:
		y.write("null")
	default:
		y.write(fmt.Sprint(v)) // a bool
	}
	y.write("\n")
}

// literal writes the text s as a literal block.
func (y *yamlWriter) literal(header, s string, column int) {
	y.write(header + "\n")
	for line := range strings.Lines(s) {
		if line != "\n" {
			y.indent(column)
		}
		y.write(line)
	}
	if !strings.HasSuffix(s, "\n") {
		y.write("\n")
	}
}
