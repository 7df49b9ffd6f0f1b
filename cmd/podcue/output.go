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
	"syscall"

	"github.com/podcue/podcue/cmd/podcue/internal/encode"
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
// it is. A link stays one: the file that it leads to is replaced. What is no file,
// such as /dev/null or a pipe, cannot be replaced, and is written to.
func writeWhole(path string, data []byte) error {
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		switch {
		case info.IsDir():
			return &fs.PathError{Op: "write", Path: path, Err: syscall.EISDIR}
		case !info.Mode().IsRegular():
			return os.WriteFile(path, data, mode)
		}
		mode = info.Mode().Perm()
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return err
		}
	}
	err := replaceFile(path, data, mode)
	// Nobody knows the temporary file.
	if fault := (*fs.PathError)(nil); errors.As(err, &fault) {
		return &fs.PathError{Op: "write", Path: path, Err: fault.Err}
	}
	if fault := (*os.LinkError)(nil); errors.As(err, &fault) {
		return &fs.PathError{Op: "write", Path: path, Err: fault.Err}
	}
	return err
}

func replaceFile(path string, data []byte, mode fs.FileMode) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".podcue-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Chmod(mode)
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
		lines = append(lines, path+leftOverMark)
	}
	slices.Sort(lines)
	return lines, nil
}

// leftOverMark ends the line about a file that no export would write.
const leftOverMark = ": left over"

// leftOver returns the files below dir that an export may have written and that
// are not wanted: dir is the export's own, so they come from templates that are
// gone, or from an export of another form.
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
		written := slices.Contains(encode.Extensions(), strings.TrimPrefix(filepath.Ext(path), "."))
		if d.Type().IsRegular() && written && !want[path] && !strings.HasPrefix(d.Name(), ".") {
			left = append(left, e.display(path))
		}
		return nil
	})
	return left, err
}
