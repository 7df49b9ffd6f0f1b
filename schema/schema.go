package schema

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
)

//go:generate go run ./gen

// Files holds the schema: the CUE files of one package, at the root.
//
//go:embed *.cue
var Files embed.FS

// ImportPath is what CUE files import the schema by.
const ImportPath = "github.com/podcue/podcue/schema"

// VendorDir is the folder in a CUE module where cue looks for a vendored copy,
// relative to the module's root and with slashes.
const VendorDir = "cue.mod/gen/" + ImportPath

// Version identifies the content of the schema: it changes with any of its
// files.
func Version() string {
	sum := sha256.New()
	for _, f := range files() {
		fmt.Fprintf(sum, "%s %d\n", f.name, len(f.data))
		sum.Write(f.data)
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
}

// stamp begins the first line of a vendored file.
const stamp = "// Schema of podcue, version "

// Vendored returns the files of a vendored copy by their slash-separated names
// relative to the root of the CUE module. Each has the schema's version in its
// first line.
func Vendored() map[string][]byte {
	out := map[string][]byte{}
	head := []byte(stamp + Version() + ". Written by podcue init; do not edit.\n\n")
	for _, f := range files() {
		out[path.Join(VendorDir, f.name)] = append(bytes.Clone(head), f.data...)
	}
	return out
}

// VendoredVersion returns the version of the schema that a vendored file is of,
// "" if it does not say.
func VendoredVersion(data []byte) string {
	rest, ok := bytes.CutPrefix(data, []byte(stamp))
	if !ok {
		return ""
	}
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	version, _, _ := bytes.Cut(line, []byte("."))
	return string(version)
}

type file struct {
	name string
	data []byte
}

// files returns the schema's files in the order of their names.
func files() []file {
	entries, err := fs.ReadDir(Files, ".")
	if err != nil {
		return nil // an embedded file system always has its root
	}
	var out []file
	for _, e := range entries {
		if data, err := Files.ReadFile(e.Name()); err == nil {
			out = append(out, file{e.Name(), data})
		}
	}
	return out
}
