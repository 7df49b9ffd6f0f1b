package compiler

import (
	"path"
	"regexp"
	"strings"
)

// An embedAttribute is what @embed(file=…) and @embed(glob=…) have in them.
var embedAttribute = regexp.MustCompile(`@embed\(\s*(file|glob)\s*=\s*("[^"]*"|[^,)\s]+)`)

// embedded gathers the files that a source embeds. What is not there, or is
// outside the folder, is for CUE to say.
func (ld *loader) embedded(name string, data []byte) {
	if !strings.Contains(string(data), "@extern(embed)") {
		return
	}
	for _, m := range embedAttribute.FindAllStringSubmatch(string(data), -1) {
		pattern := path.Clean(unquoted(m[2]))
		if path.IsAbs(pattern) || pattern == ".." || strings.HasPrefix(pattern, "../") {
			continue
		}
		if m[1] == "file" {
			ld.embed(path.Dir(name), pattern)
			continue
		}
		ld.glob(path.Dir(name), "", strings.Split(pattern, "/"))
	}
}

// embed gathers the file that a package in dir embeds under name, which is what
// positions in it are called by.
func (ld *loader) embed(dir, name string) {
	full := path.Join(dir, name)
	if data, err := ld.read(ld.src.disk, ld.src.dir, ld.onDisk(full)); err == nil {
		ld.provide(full, data)
		ld.embeds[name] = full
	}
}

// glob embeds the files below dir that the elements of a pattern match; at is the
// folder in there that they are about.
func (ld *loader) glob(dir, at string, pattern []string) {
	entries, err := ld.list(ld.onDisk(path.Join(dir, at)))
	if err != nil {
		return
	}
	for _, e := range entries {
		if ok, err := path.Match(pattern[0], e.name); err != nil || !ok {
			continue
		}
		name := path.Join(at, e.name)
		switch {
		case len(pattern) > 1 && e.dir:
			ld.glob(dir, name, pattern[1:])
		case len(pattern) == 1 && !e.dir:
			ld.embed(dir, name)
		}
	}
}
