// Package revision reads the files of a git revision from git's objects, without
// touching the work tree or the index.
package revision

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

// maxFile is the largest file that is read, in bytes: no template is that long.
const maxFile = 16 << 20

// A Repository is a git repository.
type Repository struct {
	Root   string // its top directory, absolute
	Prefix string // the directory that Open was given, relative to Root, with slashes; "" for Root
}

// Open finds the repository that dir is in. The error says whether git or the
// repository is missing.
func Open(dir string) (*Repository, error) {
	if _, err := exec.LookPath("git"); err != nil {
		return nil, errors.New("git is not installed, and revisions can only be read with it")
	}
	out, err := git(dir, "rev-parse", "--show-toplevel", "--show-prefix")
	if err != nil {
		return nil, fmt.Errorf("not in a git repository: %w", err)
	}
	root, prefix, _ := strings.Cut(strings.TrimRight(string(out), "\n"), "\n")
	return &Repository{Root: root, Prefix: strings.TrimSuffix(prefix, "/")}, nil
}

// Resolve returns the commit that rev names.
func (r *Repository) Resolve(rev string) (string, error) {
	if strings.HasPrefix(rev, "-") {
		return "", fmt.Errorf("%q is not a revision", rev)
	}
	out, err := git(r.Root, "rev-parse", "--verify", "--quiet", "--end-of-options", rev+"^{commit}")
	if err == nil {
		return strings.TrimSpace(string(out)), nil
	}
	if shallow, err := git(r.Root, "rev-parse", "--is-shallow-repository"); err == nil && strings.TrimSpace(string(shallow)) == "true" {
		return "", fmt.Errorf("revision %q is not in this shallow clone\nhelp: fetch the history first: git fetch --unshallow", rev)
	}
	return "", fmt.Errorf("there is no revision %q", rev)
}

// maxNested is how deep submodules may be in one another.
const maxNested = 8

// Extract writes the regular files of commit into the directory dest, which must
// exist, and those of the submodules that are checked out. Symbolic links and files
// over 16 MiB are left out.
func (r *Repository) Extract(commit, dest string) error { return r.extract(commit, dest, maxNested) }

func (r *Repository) extract(commit, dest string, nested int) error {
	list, err := git(r.Root, "ls-tree", "-r", "-z", "-l", "--full-tree", commit)
	if err != nil {
		return err
	}
	var names []string
	var ids bytes.Buffer
	for entry := range strings.SplitSeq(strings.TrimSuffix(string(list), "\x00"), "\x00") {
		meta, name, ok := strings.Cut(entry, "\t")
		fields := strings.Fields(meta) // mode, type, id, size
		if ok && len(fields) == 4 && fields[1] == "commit" && nested > 0 {
			if err := r.extractSubmodule(name, fields[2], inside(dest, name), nested-1); err != nil {
				return err
			}
		}
		if !ok || len(fields) != 4 || !strings.HasPrefix(fields[0], "100") {
			continue
		}
		if size, err := strconv.ParseInt(fields[3], 10, 64); err != nil || size > maxFile {
			continue
		}
		names = append(names, name)
		ids.WriteString(fields[2] + "\n")
	}
	return r.cat(&ids, func(i int, content []byte) error {
		file := inside(dest, names[i])
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			return err
		}
		return os.WriteFile(file, content, 0o666)
	})
}

// inside is where the file called name, with slashes, belongs in dest.
func inside(dest, name string) string {
	return filepath.Join(dest, filepath.FromSlash(path.Clean("/"+name)))
}

// extractSubmodule extracts commit of the submodule called name, if it is checked
// out: otherwise the work tree has nothing of it either.
func (r *Repository) extractSubmodule(name, commit, dest string, nested int) error {
	root := inside(r.Root, name)
	if _, err := os.Stat(filepath.Join(root, ".git")); err != nil {
		return nil
	}
	if _, err := git(root, "cat-file", "-e", commit+"^{commit}"); err != nil {
		return fmt.Errorf("submodule %s does not have its commit %.12s\nhelp: fetch it: git submodule update --init", name, commit)
	}
	return (&Repository{Root: root}).extract(commit, dest, nested)
}

// cat calls each with the content of every object that ids names, in order.
func (r *Repository) cat(ids io.Reader, each func(i int, content []byte) error) error {
	cmd := exec.Command("git", "cat-file", "--batch")
	cmd.Dir = r.Root
	cmd.Stdin = ids
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	err = readBatch(bufio.NewReader(out), each)
	if err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return err
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("git cat-file: %w: %s", err, strings.TrimSpace(stderr.String()))
	}
	return nil
}

func readBatch(r *bufio.Reader, each func(i int, content []byte) error) error {
	for i := 0; ; i++ {
		header, err := r.ReadString('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		fields := strings.Fields(header) // id, type, size
		if len(fields) != 3 {
			return fmt.Errorf("git cat-file: %s", strings.TrimSpace(header))
		}
		size, err := strconv.Atoi(fields[2])
		if err != nil {
			return fmt.Errorf("git cat-file: %w", err)
		}
		content := make([]byte, size+1) // and the newline after it
		if _, err := io.ReadFull(r, content); err != nil {
			return err
		}
		if err := each(i, content[:size]); err != nil {
			return err
		}
	}
}

func git(dir string, args ...string) ([]byte, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		first, _, _ := strings.Cut(strings.TrimSpace(string(exit.Stderr)), "\n")
		return nil, fmt.Errorf("git %s: %s", args[0], strings.TrimPrefix(first, "fatal: "))
	}
	return out, err
}
