package main

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/podcue/podcue/cmd/podcue/internal/manifest"
)

// stdinName is how positions name standard input.
const stdinName = "<stdin>"

// manifestFiles returns the files that names stand for: files, the YAML and JSON
// files below directories, and "-" for standard input, which is kept as it is.
func (e *env) manifestFiles(names []string) ([]string, error) {
	var files []string
	for _, name := range names {
		if name == "-" {
			files = append(files, name)
			continue
		}
		info, err := os.Stat(e.path(name))
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			files = append(files, e.path(name))
			continue
		}
		err = filepath.WalkDir(e.path(name), func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(path)) {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return files, nil
}

// manifestSource reads one of manifestFiles.
func (e *env) manifestSource(file string) (manifest.Source, error) {
	if file == "-" {
		data, err := e.readStdin()
		return manifest.Source{Name: stdinName, Data: data}, err
	}
	data, err := os.ReadFile(file)
	return manifest.Source{Name: e.display(file), Data: data}, err
}

// argument returns a file that the command line names as one of manifestFiles.
func (e *env) argument(name string) string {
	if name == "-" {
		return name
	}
	return e.path(name)
}

// readStdin returns what standard input has, once and again.
func (e *env) readStdin() ([]byte, error) {
	if e.input == nil {
		data, err := io.ReadAll(e.stdin)
		if err != nil {
			return nil, fmt.Errorf("standard input: %w", err)
		}
		e.input = &data
	}
	return *e.input, nil
}
