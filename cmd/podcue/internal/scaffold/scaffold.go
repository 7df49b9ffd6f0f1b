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

// Files returns the project's files for the CUE module path module, sorted by
// name. name is the team or project it is for, a DNS label.
func Files(module, name string) []File {
	archive := txtar.Parse(project)
	files := make([]File, len(archive.Files))
	replace := strings.NewReplacer("MODULE", module, `"NAME"`, `"`+name+`"`)
	for i, f := range archive.Files {
		files[i] = File{Name: f.Name, Data: []byte(replace.Replace(string(f.Data)))}
	}
	return files
}
