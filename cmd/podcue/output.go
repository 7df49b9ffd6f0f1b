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

// writeFiles writes files below dir, all of them or, where one cannot be written,
// none: the contents go to temporary files beside the targets, which then take
// their names. Files that are right already are not touched. It says on stderr what
// it wrote.
func (e *env) writeFiles(dir string, files []resultFile) error {
	var pending []*pendingFile
	for _, f := range files {
		path := filepath.Join(e.path(dir), filepath.FromSlash(f.name))
		if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, f.data) {
			continue
		}
		err := os.MkdirAll(filepath.Dir(path), 0o777)
		if err == nil {
			var p *pendingFile
			if p, err = prepareFile(path, f.data); err == nil {
				pending = append(pending, p)
			}
		}
		if err != nil {
			return errors.Join(err, discard(pending))
		}
	}
	for i, p := range pending {
		if err := p.commit(); err != nil {
			return errors.Join(err, discard(pending[i+1:]))
		}
		fmt.Fprintf(e.stderr, "wrote %s\n", e.display(p.name))
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
	p, err := prepareFile(path, data)
	if err != nil {
		return err
	}
	return p.commit()
}

// A pendingFile is a file whose new content is ready.
type pendingFile struct {
	name string // as it is called
	path string // where it is
	temp string // with the content; "" for what cannot be replaced
	data []byte
}

// prepareFile makes the content data ready for the file at path. A link stays one:
// the file that it leads to is replaced. What is no file, such as /dev/null or a
// pipe, cannot be replaced, and is written to in the end.
func prepareFile(path string, data []byte) (*pendingFile, error) {
	p := &pendingFile{name: path, path: path, data: data}
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(path); err == nil {
		switch {
		case info.IsDir():
			return nil, &fs.PathError{Op: "write", Path: path, Err: syscall.EISDIR}
		case !info.Mode().IsRegular():
			return p, nil
		}
		mode = info.Mode().Perm()
		if p.path, err = filepath.EvalSymlinks(path); err != nil {
			return nil, err
		}
	}
	if err := p.fill(mode); err != nil {
		return nil, p.blame(err)
	}
	return p, nil
}

// fill writes the temporary file.
func (p *pendingFile) fill(mode fs.FileMode) error {
	temp, err := os.CreateTemp(filepath.Dir(p.path), ".podcue-*")
	if err != nil {
		return err
	}
	_, err = temp.Write(p.data)
	if err == nil {
		err = temp.Chmod(mode)
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	p.temp = temp.Name()
	return nil
}

// commit puts the content where it belongs.
func (p *pendingFile) commit() error {
	if p.temp == "" {
		return os.WriteFile(p.path, p.data, 0o644)
	}
	if err := os.Rename(p.temp, p.path); err != nil {
		return errors.Join(p.blame(err), os.Remove(p.temp))
	}
	return nil
}

// blame makes err, if it is one, one about the file: nobody knows the temporary
// one.
func (p *pendingFile) blame(err error) error {
	if fault := (*fs.PathError)(nil); errors.As(err, &fault) {
		return &fs.PathError{Op: "write", Path: p.path, Err: fault.Err}
	}
	if fault := (*os.LinkError)(nil); errors.As(err, &fault) {
		return &fs.PathError{Op: "write", Path: p.path, Err: fault.Err}
	}
	return err
}

// discard removes what was made ready.
func discard(pending []*pendingFile) error {
	var faults []error
	for _, p := range pending {
		if p.temp != "" {
			faults = append(faults, os.Remove(p.temp))
		}
	}
	return errors.Join(faults...)
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
