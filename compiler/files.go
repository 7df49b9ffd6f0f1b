package compiler

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The limits on what is read. They are far above what people write, and low
// enough that a file which is not meant for podcue cannot exhaust the machine.
const (
	maxFileSize  = 4 << 20  // bytes of one CUE file
	maxTotalSize = 64 << 20 // bytes of all files that the packages of a module are made of
	maxNesting   = 500      // brackets and colons inside one another
	maxOperands  = 10_000   // of one expression
)

// files is the file system as one compilation sees it: the disk below an
// overlay.
type files struct {
	dir     string              // absolute
	overlay map[string][]byte   // by absolute name
	folders map[string][]string // the names that the overlay adds to a folder, by absolute name
}

func newFiles(cfg *Config) (*files, error) {
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return nil, err
	}
	f := &files{dir: dir, overlay: map[string][]byte{}, folders: map[string][]string{}}
	for name, data := range cfg.Overlay {
		name = filepath.FromSlash(name)
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		f.overlay[filepath.Clean(name)] = data
	}
	for name := range f.overlay {
		for child, parent := name, filepath.Dir(name); parent != child; child, parent = parent, filepath.Dir(parent) {
			if !slices.Contains(f.folders[parent], filepath.Base(child)) {
				f.folders[parent] = append(f.folders[parent], filepath.Base(child))
			}
		}
	}
	return f, nil
}

// isDir reports whether there is a folder called name, an absolute name.
func (f *files) isDir(name string) bool {
	if f.folders[name] != nil {
		return true
	}
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

// isFile reports whether there is a file called name.
func (f *files) isFile(name string) bool {
	if _, ok := f.overlay[name]; ok {
		return true
	}
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// An entry is one name in a folder.
type entry struct {
	name string
	dir  bool // a folder; a link to one is not
}

// list returns what is in the folder dir, sorted by name.
func (f *files) list(dir string) ([]entry, error) {
	onDisk, err := os.ReadDir(dir)
	added := f.folders[dir]
	if err != nil && (added == nil || !errors.Is(err, fs.ErrNotExist)) {
		return nil, err
	}
	var entries []entry
	for _, e := range onDisk {
		if !slices.Contains(added, e.Name()) {
			entries = append(entries, entry{e.Name(), e.IsDir()})
		}
	}
	for _, name := range added {
		_, isFile := f.overlay[filepath.Join(dir, name)]
		entries = append(entries, entry{name, !isFile})
	}
	slices.SortFunc(entries, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	return entries, nil
}

// display returns the absolute name as findings print it: with slashes, and
// relative to the directory that the user is in.
func (f *files) display(name string) string {
	if rel, err := filepath.Rel(f.dir, name); err == nil {
		name = rel
	}
	return filepath.ToSlash(name)
}

// pattern returns the folder as patterns name it: "." or "./train".
func (f *files) pattern(dir string) string {
	p := f.display(dir)
	if p == "." || p == ".." || strings.HasPrefix(p, "../") || filepath.IsAbs(p) {
		return p
	}
	return "./" + p
}

// moduleRoot returns the folder of the CUE module that dir belongs to: the
// nearest one up that has a cue.mod.
func (f *files) moduleRoot(dir string) (string, bool) {
	for {
		if f.isDir(filepath.Join(dir, "cue.mod")) {
			return dir, true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", false
		}
		dir = parent
	}
}

// read returns the file called name below the module at root. It refuses what is
// not a plain file of a sane size, and links that lead out of the module.
func (f *files) read(root *os.Root, rootName, name string) ([]byte, error) {
	if data, ok := f.overlay[name]; ok {
		return data, checkSize(int64(len(data)))
	}
	rel, err := filepath.Rel(rootName, name)
	if err != nil {
		return nil, err
	}
	if root == nil {
		return nil, &fs.PathError{Op: "open", Path: rel, Err: fs.ErrNotExist}
	}
	info, err := root.Stat(rel)
	switch {
	case err != nil:
		return nil, readable(root, rel, err)
	case !info.Mode().IsRegular():
		return nil, errors.New("is not a plain file")
	}
	if err := checkSize(info.Size()); err != nil {
		return nil, err
	}
	data, err := root.ReadFile(rel)
	if err != nil {
		return nil, readable(root, rel, err)
	}
	return data, nil
}

func checkSize(n int64) error {
	if n > maxFileSize {
		return fmt.Errorf("is larger than %d MiB", maxFileSize>>20)
	}
	return nil
}

// readable says why a file cannot be read, without its name.
func readable(root *os.Root, name string, err error) error {
	if info, lerr := root.Lstat(name); lerr == nil && info.Mode()&fs.ModeSymlink != 0 {
		if errors.Is(err, fs.ErrNotExist) {
			return errors.New("is a link to nothing")
		}
		return errors.New("is a link that leads out of the module")
	}
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		if strings.Contains(pathErr.Err.Error(), "escapes") {
			return errors.New("is reached by a link that leads out of the module")
		}
		return fmt.Errorf("cannot be read: %w", pathErr.Err)
	}
	return err
}
