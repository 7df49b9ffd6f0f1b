package schema

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"strings"
	"time"
)

// Published is the file system of podcue's published module, as far as the schema
// goes: what a registry has for modules that depend on podcue. CUE looks into it
// while it resolves imports; it reads the files themselves from Root, so they must
// be in the loader's overlay there.
type Published struct {
	Root   string // the folder that the module would be in, which need not exist
	Module string // the module's path, with its major version
}

// OSRoot returns Root, as CUE's module.OSRootFS has it.
func (p Published) OSRoot() string { return p.Root }

// Open implements [fs.FS].
func (p Published) Open(name string) (fs.File, error) {
	base := path.Base(ImportPath)
	rest, below := strings.CutPrefix(name, base+"/")
	switch {
	case name == ".":
		return &emptyFolder{}, nil
	case name == base:
		return Files.Open(".")
	case name == "cue.mod/module.cue":
		data := PublishedModuleFile(p.Module)
		return &memoryFile{Reader: bytes.NewReader(data), size: int64(len(data))}, nil
	case !below:
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return Files.Open(rest)
}

// PublishedModuleFile returns a module file that asks for nothing.
func PublishedModuleFile(module string) []byte {
	return []byte("module: \"" + module + "\"\nlanguage: version: \"v0.15.0\"\n")
}

// emptyFolder is a folder with nothing in it, and its own [fs.FileInfo].
type emptyFolder struct{}

func (*emptyFolder) Stat() (fs.FileInfo, error) { return &emptyFolder{}, nil }
func (*emptyFolder) Read([]byte) (int, error)   { return 0, fs.ErrInvalid }
func (*emptyFolder) Close() error               { return nil }
func (*emptyFolder) Name() string               { return "." }
func (*emptyFolder) Size() int64                { return 0 }
func (*emptyFolder) Mode() fs.FileMode          { return fs.ModeDir | 0o555 }
func (*emptyFolder) ModTime() time.Time         { return time.Time{} }
func (*emptyFolder) IsDir() bool                { return true }
func (*emptyFolder) Sys() any                   { return nil }

// ReadDir implements [fs.ReadDirFile].
func (*emptyFolder) ReadDir(n int) ([]fs.DirEntry, error) {
	if n > 0 {
		return nil, io.EOF
	}
	return nil, nil
}

// memoryFile is a file that is not on disk, and its own [fs.FileInfo].
type memoryFile struct {
	*bytes.Reader
	size int64
}

func (f *memoryFile) Stat() (fs.FileInfo, error) { return f, nil }
func (*memoryFile) Close() error                 { return nil }
func (*memoryFile) Name() string                 { return "module.cue" }
func (f *memoryFile) Size() int64                { return f.size }
func (*memoryFile) Mode() fs.FileMode            { return 0o444 }
func (*memoryFile) ModTime() time.Time           { return time.Time{} }
func (*memoryFile) IsDir() bool                  { return false }
func (*memoryFile) Sys() any                     { return nil }
