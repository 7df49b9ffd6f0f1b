package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A resultFile is one file of a result, before anything is written.
type resultFile struct {
	name string // relative to the output directory, with slashes
	data []byte
}

// writeFiles writes files below dir, each whole or not at all: the content goes
// to a temporary file beside the target, which then takes its name. Files that
// are right already are not touched. It says on stderr what it wrote.
func (e *env) writeFiles(dir string, files []resultFile) error {
	for _, f := range files {
		path := filepath.Join(e.path(dir), filepath.FromSlash(f.name))
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, f.data) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return err
		}
		if err := writeWhole(path, f.data); err != nil {
			return err
		}
		fmt.Fprintf(e.stderr, "wrote %s\n", e.display(path))
	}
	return nil
}

// writeResult writes a result to the file that the command line names, with the
// directories above it.
func (e *env) writeResult(name string, data []byte) error {
	path := e.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return writeWhole(path, data)
}

// writeWhole replaces the file at path by one with content data, or leaves it as
// it is.
func writeWhole(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Chmod(0o644)
	}
	err = errors.Join(err, tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(tmp.Name()))
	}
	return nil
}

// checkFiles compares dir with what writeFiles would write, writes nothing, and
// returns a line for each file that is missing, stale, or, where the directory is
// the export's own, left over from an earlier one, sorted.
func (e *env) checkFiles(dir string, files []resultFile, own bool) ([]string, error) {
	var lines []string
	want := map[string]bool{}
	for _, f := range files {
		path := filepath.Join(e.path(dir), filepath.FromSlash(f.name))
		want[path] = true
		switch old, err := os.ReadFile(path); {
		case errors.Is(err, fs.ErrNotExist):
			lines = append(lines, e.display(path)+": missing")
		case err != nil:
			return nil, err
		case !bytes.Equal(old, f.data):
			lines = append(lines, e.display(path)+": out of date")
		}
	}
	var left []string
	if own {
		var err error
		if left, err = e.leftOver(dir, want); err != nil {
			return nil, err
		}
	}
	for _, path := range left {
		lines = append(lines, path+": left over")
	}
	slices.Sort(lines)
	return lines, nil
}

// leftOver returns the YAML and JSON files below dir that are not wanted: dir is
// the export's own, so they come from templates that are gone.
func (e *env) leftOver(dir string, want map[string]bool) ([]string, error) {
	var left []string
	root := e.path(dir)
	if !isDir(root) {
		return nil, nil
	}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		ext := filepath.Ext(path)
		if d.Type().IsRegular() && (ext == ".yaml" || ext == ".json") && !want[path] && !strings.HasPrefix(d.Name(), ".") {
			left = append(left, e.display(path))
		}
		return nil
	})
	return left, err
}
