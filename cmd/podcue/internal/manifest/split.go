package manifest

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// A chunk is a part of a source between two document separators.
type chunk struct {
	text []byte
	line int // of its first line in the source, 1-based
}

// split cuts data at the lines that separate YAML documents, so that one that
// cannot be parsed leaves the others as they are. What holds directives and
// comments only is left out.
func split(data []byte) []chunk {
	var chunks []chunk
	start, startLine := 0, 1
	cut := func(end int) {
		if text := data[start:end]; hasContent(text) {
			chunks = append(chunks, chunk{text, startLine})
		}
	}
	line := 0
	for at := 0; at < len(data); {
		line++
		if isSeparator(data[at:]) {
			cut(at)
			start, startLine = at, line
		}
		next := bytes.IndexByte(data[at:], '\n')
		if next < 0 {
			break
		}
		at += next + 1
	}
	cut(len(data))
	return chunks
}

// isSeparator reports whether text starts with the line that starts a document.
func isSeparator(text []byte) bool {
	return bytes.HasPrefix(text, []byte("---")) && (len(text) == 3 || bytes.IndexByte([]byte(" \t\r\n"), text[3]) >= 0)
}

// hasContent reports whether text has a line that is not empty, a comment, a
// directive or a separator alone.
func hasContent(text []byte) bool {
	for line := range bytes.Lines(text) {
		if isSeparator(line) {
			line = line[3:]
		}
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' && line[0] != '%' && !bytes.Equal(line, []byte("...")) {
			return true
		}
	}
	return false
}

// utf8BOM may stand before UTF-8; it says nothing.
var utf8BOM = []byte("\xef\xbb\xbf")

// checkText returns the first thing in data that is no text of YAML or JSON.
func checkText(data []byte) (problem, bool) {
	if len(data) > MaxSource {
		return problem{message: tooLarge("file", MaxSource), line: 1, help: "split it"}, false
	}
	if bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")) {
		return problem{message: "the file is UTF-16: manifests are UTF-8", line: 1, help: "convert the file to UTF-8"}, false
	}
	for i := 0; i < len(data); {
		c := data[i]
		if c >= ' ' && c < 0x7f || c == '\n' || c == '\t' || c == '\r' {
			i++
			continue
		}
		r, size := utf8.DecodeRune(data[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			return textProblem(data, i, fmt.Sprintf("the byte 0x%02x is not UTF-8", c), "save the file as UTF-8"), false
		case r < ' ' || r == 0x7f:
			return textProblem(data, i, fmt.Sprintf("the control character U+%04X is not allowed", r), "remove the character"), false
		}
		i += size
	}
	return problem{}, true
}

func textProblem(data []byte, at int, message, help string) problem {
	before := data[:at]
	return problem{
		message: message, help: help,
		line: bytes.Count(before, []byte("\n")) + 1, column: at - bytes.LastIndexByte(before, '\n'),
	}
}
