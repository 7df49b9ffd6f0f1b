package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// TestInstall runs go install …/cmd/podcue@version on a module made from the
// checkout, without the network: it fails if go.mod has a replace, or a file is
// missing from the module.
func TestInstall(t *testing.T) {
	const path = "github.com/podcue/podcue"
	version := fmt.Sprintf("v0.0.0-e2e%x", rand.Uint64())
	cache := strings.TrimSpace(output(t, nil, "go", "env", "GOMODCACHE"))
	t.Cleanup(func() {
		// Nothing of it stays in the module cache.
		os.RemoveAll(filepath.Join(cache, path+"@"+version))
		for _, ext := range []string{".info", ".mod", ".zip", ".ziphash", ".lock"} {
			os.Remove(filepath.Join(cache, "cache/download", path, "@v", version+ext))
		}
	})
	dir := t.TempDir()
	versions := filepath.Join(dir, path, "@v")
	if err := os.MkdirAll(versions, 0o700); err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{"list": version + "\n", version + ".info": `{"Version":"` + version + `"}`, version + ".mod": string(mod)} {
		if err := os.WriteFile(filepath.Join(versions, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.Create(filepath.Join(versions, version+".zip"))
	if err != nil {
		t.Fatal(err)
	}
	if err := zip.CreateFromDir(file, module.Version{Path: path, Version: version}, ".."); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	output(t, []string{
		"GOPROXY=file://" + filepath.ToSlash(dir) + ",file://" + filepath.ToSlash(cache) + "/cache/download",
		"GOSUMDB=off", "GOPRIVATE=", "GONOPROXY=none", "GOFLAGS=-modcacherw", "GOTOOLCHAIN=local", "GOBIN=" + bin,
	}, "go", "install", path+"/cmd/podcue@"+version)
	if got := output(t, nil, filepath.Join(bin, "podcue"), "version"); !strings.Contains(got, version) {
		t.Errorf("podcue version does not say %s:\n%s", version, got)
	}
}

// output runs a program outside of any module and returns what it prints.
func output(t testing.TB, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = os.TempDir()
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}
