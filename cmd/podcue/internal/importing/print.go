package importing

import (
	"fmt"
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
)

// lineWidth is how long a line gets before its list or struct is broken up.
const lineWidth = 100

// A printer writes CUE as people do: short lists and structs on one line, a struct
// with one member as a path, long strings in a block. cue fmt aligns it.
type printer struct {
	strings.Builder
	depth int
}

func (p *printer) linef(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if text != "" {
		p.WriteString(strings.Repeat("\t", p.depth))
	}
	p.WriteString(text)
	p.WriteString("\n")
}

func (p *printer) comment(text string) {
	p.linef("%s", strings.TrimRight("// "+text, " "))
}

// field writes a field at the top of the file: name: definition & value.
func (p *printer) field(name, definition string, v *value) {
	for _, line := range v.head {
		p.comment(line)
	}
	if v.kind == structKind && v.empty() {
		p.linef("%s: %s", name, definition)
		return
	}
	p.linef("%s: %s & {", name, definition)
	p.body(v)
	p.linef("}")
}

// body writes what is in a struct or a list, a line or more each.
func (p *printer) body(v *value) {
	p.depth++
	for _, m := range v.members {
		p.member(m)
	}
	for _, e := range v.items {
		p.element(e)
	}
	p.depth--
}

// member writes one field of a struct.
func (p *printer) member(m member) {
	for _, line := range m.value.head {
		p.comment(line)
	}
	name := label(m.name)
	v := m.value
	behind := ""
	for v.kind == structKind && len(v.members) == 1 && !v.members[0].value.commented() {
		if v.line != "" {
			behind = v.line
		}
		name += ": " + label(v.members[0].name)
		v = v.members[0].value
	}
	if v.line != "" {
		behind = v.line
	}
	p.valued(name+": ", v, "", behind)
	for _, line := range m.value.foot {
		p.comment(line)
	}
}

// element writes one element of a list.
func (p *printer) element(v *value) {
	for _, line := range v.head {
		p.comment(line)
	}
	p.valued("", v, ",", v.line)
	for _, line := range v.foot {
		p.comment(line)
	}
}

// valued writes a value between what stands before and behind it.
func (p *printer) valued(before string, v *value, after, comment string) {
	if comment != "" {
		comment = " // " + comment
	}
	if text, ok := inline(v); ok && p.depth*4+len(before)+len(text)+len(comment) <= lineWidth {
		p.linef("%s%s%s%s", before, text, after, comment)
		return
	}
	switch {
	case v.kind == structKind:
		p.linef("%s{", before)
		p.body(v)
		p.linef("}%s%s", after, comment)
	case v.kind == listKind && p.isStructs(v):
		p.structs(before, v, after, comment)
	case v.kind == listKind:
		p.linef("%s[", before)
		p.body(v)
		p.linef("]%s%s", after, comment)
	default:
		p.linef("%s%s%s%s", before, p.scalar(v), after, comment)
	}
}

// isStructs reports whether the list v is of structs without comments, none of
// which fits in a line: then their braces stand beside each other.
func (p *printer) isStructs(v *value) bool {
	for _, e := range v.items {
		if e.kind != structKind || e.commented() {
			return false
		}
		if text, ok := inline(e); ok && (p.depth+1)*4+len(text) < lineWidth {
			return false
		}
	}
	return len(v.items) > 0
}

// structs writes a list as [{ … }, { … }].
func (p *printer) structs(before string, v *value, after, comment string) {
	p.linef("%s[{", before)
	for i, e := range v.items {
		if i > 0 {
			p.linef("}, {")
		}
		p.body(e)
	}
	p.linef("}]%s%s", after, comment)
}

// inline returns v on one line. ok is false if it has comments or does not fit.
func inline(v *value) (text string, ok bool) {
	switch {
	case v.raw != "":
		return v.raw, true
	case v.kind == scalarKind:
		text = scalarText(v)
		return text, !strings.Contains(text, "\n")
	case v.kind == listKind:
		parts := make([]string, len(v.items))
		for i, e := range v.items {
			if parts[i], ok = inline(e); !ok || e.commented() {
				return "", false
			}
		}
		return "[" + strings.Join(parts, ", ") + "]", true
	}
	parts := make([]string, len(v.members))
	for i, m := range v.members {
		if len(m.value.members)+len(m.value.items) > 3 || hasStructs(m.value) {
			return "", false // too much for one line to read well
		}
		text, ok := inline(m.value)
		if !ok || m.value.commented() {
			return "", false
		}
		if m.value.kind == structKind && len(m.value.members) == 1 {
			text = strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}") // a path
		}
		parts[i] = label(m.name) + ": " + text
	}
	return "{" + strings.Join(parts, ", ") + "}", true
}

// hasStructs reports whether v is a list with structs in it, more than one of one
// member.
func hasStructs(v *value) bool {
	return len(v.items) > 0 && v.items[0].kind == structKind && (len(v.items) > 1 || len(v.items[0].members) > 1)
}

// scalar returns a scalar that may take several lines.
func (p *printer) scalar(v *value) string {
	if v.raw != "" {
		return v.raw
	}
	if s := v.text(); strings.Contains(s, "\n") {
		return blockText(s, p.depth)
	}
	return scalarText(v)
}

// scalarText returns a scalar on one line if that is possible.
func scalarText(v *value) string {
	if v.scalar[0] == '"' {
		s := v.text()
		if strings.Contains(s, "\n") {
			return blockText(s, 0)
		}
		return quote(s)
	}
	if n, err := strconv.ParseInt(string(v.scalar), 10, 64); err == nil && v.octal && n > 7 {
		return fmt.Sprintf("0o%o", n)
	}
	return string(v.scalar)
}

// quote returns s as a CUE string: with raw quotes where that saves two escapes or
// more.
func quote(s string) string {
	plain := literal.String.Quote(s)
	if strings.Count(plain, `\`)-strings.Count(s, `\`) < 2 || !printable(s) {
		return plain
	}
	raw := `#"` + s + `"#`
	if back, err := literal.Unquote(raw); err != nil || back != s {
		return plain // it has raw quotes in it, or begins like a block
	}
	return raw
}

func printable(s string) bool {
	for _, r := range s {
		if !strconv.IsPrint(r) {
			return false
		}
	}
	return true
}

// blockText returns s as a string of several lines, indented by depth tabs.
func blockText(s string, depth int) string {
	form := literal.String.WithTabIndent(depth + 1)
	return form.Quote(s)
}

// label returns name as the label of a field.
func label(name string) string {
	if ast.StringLabelNeedsQuoting(name) {
		return literal.String.Quote(name)
	}
	return name
}
