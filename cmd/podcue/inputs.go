package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/podcue/podcue/cmd/podcue/internal/manifest"
)

// stdinName is how positions name standard input.
const stdinName = "<stdin>"

// manifestFiles returns the files that names stand for, each once: files, the YAML
// and JSON files below directories, and "-" for standard input, which is kept as it
// is.
func (e *env) manifestFiles(names []string) ([]string, error) {
	var files []string
	seen := map[string]bool{}
	add := func(file string) {
		if !seen[file] {
			seen[file] = true
			files = append(files, file)
		}
	}
	for _, name := range names {
		if name == "-" {
			add(name)
			continue
		}
		info, err := os.Stat(e.path(name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, noFile(name)
		case err != nil:
			return nil, err
		case !info.IsDir() && filepath.Ext(name) == ".cue":
			dir := e.display(filepath.Dir(e.path(name)))
			if !strings.HasPrefix(dir, ".") && !filepath.IsAbs(dir) {
				dir = "./" + dir
			}
			return nil, fmt.Errorf("%s is CUE, and no manifest\nhelp: name its package without a flag: %s", name, dir)
		case !info.IsDir():
			add(e.path(name))
			continue
		}
		below, err := e.manifestsBelow(e.path(name))
		if err != nil {
			return nil, err
		}
		for _, file := range below {
			add(file)
		}
	}
	return files, nil
}

// noFile is the error for an argument that names nothing.
func noFile(name string) error {
	help := ""
	if strings.ContainsAny(name, "*?[") {
		help = "\nhelp: -f takes no patterns: name the directory, or repeat -f"
	}
	return fmt.Errorf("there is no file or directory %s%s", name, help)
}

// manifestExtensions are those of the files that a directory stands for.
var manifestExtensions = []string{".yaml", ".yml", ".json"}

// manifestsBelow returns the YAML and JSON files below dir, which may be a link.
// Links in it are files of it, but not where they lead out of it: a file that
// nobody named is not read, and not passed over in silence.
func (e *env) manifestsBelow(dir string) ([]string, error) {
	real, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return nil, err
	}
	var files []string
	err = filepath.WalkDir(real, func(file string, d fs.DirEntry, err error) error {
		if err != nil || !slices.Contains(manifestExtensions, filepath.Ext(file)) {
			return err
		}
		name := filepath.Join(dir, strings.TrimPrefix(file, real))
		if d.Type()&fs.ModeSymlink == 0 {
			if d.Type().IsRegular() {
				files = append(files, name)
			}
			return nil
		}
		target, err := filepath.EvalSymlinks(file)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is a link to nothing", e.display(name))
		}
		if err != nil {
			return err
		}
		if inside := (&anchor{top: real}).contains(target); !inside {
			return fmt.Errorf("%s is a link that leads out of %s\nhelp: name the file that it leads to with another -f, or remove the link", e.display(name), e.display(dir))
		}
		if info, err := os.Stat(target); err == nil && info.Mode().IsRegular() {
			files = append(files, name)
		}
		return nil
	})
	return files, err
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
