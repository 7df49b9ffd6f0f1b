package e2e

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

var seed = flag.Uint64("seed", 0, "the seed of the random objects; 0: a fresh one, which is printed")

// The programs and servers that the tests share. TestMain sets them.
var (
	podcue  string  // the built command
	current *server // the server of the newest Kubernetes
	oldest  *server // the same program, emulating the oldest version that podcue knows
)

func TestMain(m *testing.M) {
	flag.Parse()
	code, err := setUp(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

// setUp builds and starts what the tests need, and runs them.
func setUp(m *testing.M) (int, error) {
	if *seed == 0 {
		*seed = rand.Uint64()
	}
	fmt.Println("e2e: the random objects are those of -seed", *seed)
	// The sockets of etcd are in it, and their names must be short.
	dir, err := os.MkdirTemp("", "podcue")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	podcue = filepath.Join(dir, "podcue")
	if err := build("..", "./cmd/podcue", podcue); err != nil {
		return 1, err
	}
	testapi := filepath.Join(dir, "testapi")
	if err := build(".", "./testapi", testapi); err != nil {
		return 1, err
	}
	for _, s := range []struct {
		server  **server
		version string
	}{{&current, ""}, {&oldest, "1.34"}} {
		started, err := startServer(testapi, filepath.Join(dir, "s"+s.version), s.version)
		if err != nil {
			return 1, err
		}
		defer started.stop()
		*s.server = started
	}
	return m.Run(), nil
}

// build builds the package pkg of the module in dir.
func build(dir, pkg, output string) error {
	cmd := exec.Command("go", "build", "-ldflags=-s -w", "-o", output, pkg)
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("this machine cannot build %s, which the tests need: %w\n%s", pkg, err, out.String())
	}
	return nil
}
