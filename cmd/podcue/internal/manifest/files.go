package manifest

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// extensions are those of manifests in a directory.
var extensions = []string{".json", ".yaml", ".yml"}

// Files returns the files that name stands for: itself, or the manifests in the
// directory of that name and below, sorted. Hidden files and directories, and
// symbolic links in the directory, are left out.
func Files(name string) ([]string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{name}, nil
	}
	root := name
	if !strings.HasSuffix(root, string(filepath.Separator)) {
		root += string(filepath.Separator) // or a link to a directory would not be followed
	}
	var files []string
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path != root && strings.HasPrefix(d.Name(), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
		case d.Type().IsRegular() && slices.Contains(extensions, strings.ToLower(filepath.Ext(path))):
			files = append(files, path)
		}
		return nil
	})
	slices.Sort(files)
	return files, err
}
