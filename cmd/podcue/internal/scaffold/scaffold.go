// Package scaffold holds the project that podcue init writes: configuration, one
// template with a task, one policy with its cases, a CI workflow.
package scaffold

import (
	_ "embed"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

//go:embed project.txtar
var project []byte

// A File is one file of the project.
type File struct {
	Name string // slash-separated, relative to the project
	Data []byte
}

// The files that only one of the two kinds of project has: one with the example,
// and one whose templates are imported, which have the team's label from a rule.
const (
	example = "templates/gpu.cue"
	rule    = "templates/team.cue"
)

// Files returns the project's files for the CUE module path module. name is the
// team or project it is for, a DNS label. If the templates are imported, the
// example is not among them.
func Files(module, name string, imported bool) []File {
	var files []File
	replace := strings.NewReplacer("MODULE", module, `"NAME"`, `"`+name+`"`)
	for _, f := range txtar.Parse(project).Files {
		if imported && f.Name == example || !imported && f.Name == rule {
			continue
		}
		files = append(files, File{Name: f.Name, Data: []byte(replace.Replace(string(f.Data)))})
	}
	return files
}
