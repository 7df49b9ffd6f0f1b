package revision_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/podcue/podcue/cmd/podcue/internal/revision"
)

// run runs git in dir as nobody in particular, with no configuration but its own.
func run(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func writeFile(t *testing.T, name, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestExtract(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	run(t, dir, "init", "-q")
	writeFile(t, filepath.Join(dir, "a/b c.cue"), "old\n")
	writeFile(t, filepath.Join(dir, "empty"), "")
	if err := os.Symlink("/etc/passwd", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	run(t, dir, "add", "-A")
	run(t, dir, "commit", "-qm", "one")
	writeFile(t, filepath.Join(dir, "a/b c.cue"), "new\n")
	run(t, dir, "commit", "-qam", "two")
	writeFile(t, filepath.Join(dir, "a/b c.cue"), "not committed\n")

	repo, err := revision.Open(filepath.Join(dir, "a"))
	if err != nil {
		t.Fatal(err)
	}
	if repo.Prefix != "a" {
		t.Errorf("the prefix is %q", repo.Prefix)
	}
	for rev, want := range map[string]string{"HEAD~1": "old\n", "HEAD": "new\n"} {
		commit, err := repo.Resolve(rev)
		if err != nil {
			t.Fatal(err)
		}
		dest := t.TempDir()
		if err := repo.Extract(commit, dest); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(filepath.Join(dest, "a/b c.cue")); string(got) != want {
			t.Errorf("%s has %q, want %q", rev, got, want)
		}
		if _, err := os.Stat(filepath.Join(dest, "empty")); err != nil {
			t.Errorf("the empty file is missing: %v", err)
		}
		if _, err := os.Lstat(filepath.Join(dest, "link")); err == nil {
			t.Error("a symbolic link was written")
		}
	}
	if got, _ := os.ReadFile(filepath.Join(dir, "a/b c.cue")); string(got) != "not committed\n" {
		t.Errorf("the work tree was touched: %q", got)
	}
}

// What a submodule had at the revision is there too, as far as the submodule is
// checked out.
func TestSubmodules(t *testing.T) {
	t.Parallel()
	lib, dir := t.TempDir(), t.TempDir()
	run(t, lib, "init", "-q")
	writeFile(t, filepath.Join(lib, "x/a.cue"), "old\n")
	run(t, lib, "add", "-A")
	run(t, lib, "commit", "-qm", "one")
	run(t, dir, "init", "-q")
	run(t, dir, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", lib, "deps/lib")
	run(t, dir, "commit", "-qm", "with lib")
	sub := filepath.Join(dir, "deps/lib")
	writeFile(t, filepath.Join(sub, "x/a.cue"), "new\n")
	run(t, sub, "commit", "-qam", "two")
	run(t, dir, "commit", "-qam", "newer lib")

	extract := func(rev string) (string, error) {
		repo, err := revision.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		commit, err := repo.Resolve(rev)
		if err != nil {
			t.Fatal(err)
		}
		dest := t.TempDir()
		err = repo.Extract(commit, dest)
		content, _ := os.ReadFile(filepath.Join(dest, "deps/lib/x/a.cue"))
		return string(content), err
	}
	for rev, want := range map[string]string{"HEAD~1": "old\n", "HEAD": "new\n"} {
		if got, err := extract(rev); got != want || err != nil {
			t.Errorf("%s has %q, want %q (%v)", rev, got, want, err)
		}
	}
	// A commit that nobody has is an error, a submodule that is not there is none.
	run(t, dir, "update-index", "--cacheinfo", "160000,0123456789012345678901234567890123456789,deps/lib")
	run(t, dir, "commit", "-qm", "a commit of nobody")
	if _, err := extract("HEAD"); err == nil || !strings.Contains(err.Error(), "submodule deps/lib") {
		t.Errorf("a commit that is missing: %v", err)
	}
	if err := os.RemoveAll(sub); err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(sub, "not a repository"), "")
	if got, err := extract("HEAD~1"); got != "" || err != nil {
		t.Errorf("a submodule that is not checked out: %q, %v", got, err)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	if _, err := revision.Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "not in a git repository") {
		t.Errorf("no repository gives %v", err)
	}
	dir := t.TempDir()
	run(t, dir, "init", "-q")
	run(t, dir, "commit", "-q", "--allow-empty", "-m", "one")
	run(t, dir, "commit", "-q", "--allow-empty", "-m", "two")
	shallow := filepath.Join(t.TempDir(), "shallow")
	run(t, dir, "clone", "-q", "--depth", "1", "file://"+dir, shallow)
	for _, test := range []struct{ dir, rev, want string }{
		{dir, "nowhere", `there is no revision "nowhere"`},
		{dir, "--all", "is not a revision"},
		{shallow, "HEAD~1", "shallow clone"},
	} {
		repo, err := revision.Open(test.dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := repo.Resolve(test.rev); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s gives %v, want %q", test.rev, err, test.want)
		}
	}
}
