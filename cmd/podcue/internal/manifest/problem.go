package manifest

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

// A problem is why a document cannot be read, or not as its author meant it.
type problem struct {
	message string
	detail  string // what Kubernetes does with it; "" for refused
	help    string
	path    provenance.Path
	line    int // in the source, 1-based
	column  int // 1-based; 0: unknown
}

// The limits of what is read. Kubernetes refuses requests of more than 3 MiB, so
// none of them is in the way of an object that it would take.
const (
	MaxSource   = 64 << 20 // bytes of a source
	maxDocument = 4 << 20  // bytes of a document's JSON, its aliases expanded
	maxDepth    = 200      // maps and lists in one another
)

// refused is what becomes of a document with a problem.
const refused = "kubectl and the API server refuse the document; nothing in it was checked."

// report makes a finding of p about object.
func (r *Reader) report(file string, object finding.Object, p problem) {
	if p.detail == "" {
		p.detail = refused
	}
	r.findings = append(r.findings, finding.Finding{
		ID: finding.IDManifest, Severity: finding.Error, Object: object, Path: p.path,
		Message: p.message, Detail: p.detail, Help: p.help,
		Origins: []provenance.Origin{{Layer: r.layer(), Pos: provenance.Position{Filename: file, Line: p.line, Column: p.column}}},
	})
}

var (
	yamlError     = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)
	unknownAnchor = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
)

// parserErrors are the messages of the YAML library that come with a line which
// is counted from 0; those of its scanner count from 1.
var parserErrors = regexp.MustCompile(`^did not find expected (<|node content|key|'-' indicator|',' or)|^found (duplicate|incompatible|undefined)`)

// syntaxProblem returns the problem that the YAML parser met with text, which
// starts at firstLine of its source.
func syntaxProblem(err error, text []byte, firstLine int) problem {
	m := yamlError.FindStringSubmatch(err.Error())
	if m == nil {
		return problem{message: "the YAML cannot be parsed: " + err.Error(), line: firstLine}
	}
	line, message := 0, m[2]
	if n, err := strconv.Atoi(m[1]); err == nil {
		line = n - 1
	}
	if m[1] != "" && parserErrors.MatchString(message) {
		line++
	}
	lines := strings.Split(string(text), "\n")
	if strings.Contains(message, "tab character") || strings.Contains(message, "cannot start any token") {
		for i := line; i < len(lines); i++ {
			if at := tabInIndentation(lines[i]); at > 0 {
				return problem{
					message: "there is a tab in the indentation: YAML takes spaces only", help: "replace the tab with spaces",
					line: firstLine + i, column: at,
				}
			}
		}
	}
	p := problem{message: "the YAML cannot be parsed: " + message, line: firstLine + line, help: "correct the syntax"}
	if a := unknownAnchor.FindStringSubmatch(message); a != nil {
		if at := bytes.Index(text, []byte("*"+a[1])); at >= 0 {
			where := textProblem(text, at, "", "")
			p.line, p.column = firstLine+where.line-1, where.column
		}
	}
	if line < len(lines) && strings.Contains(lines[line], "{{") {
		p.help = helmHelp
	}
	return p
}

// helmHelp is the help for what is a template of a manifest.
const helmHelp = "this looks like a template of Helm: render it first, with helm template"

// tabInIndentation returns the column of the first tab before what line says, 0
// if there is none.
func tabInIndentation(line string) int {
	rest := strings.TrimLeft(line, " ")
	if strings.HasPrefix(rest, "\t") {
		return len(line) - len(rest) + 1
	}
	return 0
}

func tooLarge(what string, limit int) string {
	return fmt.Sprintf("the %s is larger than %d MiB", what, limit>>20)
}
