package main

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "rewrite the golden files of the scripts with what the command prints")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"podcue": main})
}

const scripts = "../../testdata/script"

// TestScript runs the golden scripts: the behaviour of the command.
func TestScript(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 scripts,
		UpdateScripts:       *update,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("REPO", root) // the checkout, for scripts about its own examples
			e.Setenv("NO_COLOR", "1")
			e.Setenv("CUE_CACHE_DIR", filepath.Join(e.WorkDir, ".cache"))
			e.Setenv("CUE_REGISTRY", "none")
			return nil
		},
	})
}

// exits runs a command and checks its exit code, which exec does not: exits CODE
// COMMAND [ARGS].
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARGS]")
	}
	code := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// Every script says first what it is about, and every command has a script.
func TestScriptNames(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(scripts + "/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(data), "# ") {
			t.Errorf("%s does not begin with a line that says what it shows", f)
		}
		command, _, _ := strings.Cut(filepath.Base(f), "_")
		seen[command] = true
	}
	for _, c := range rootCommand(&env{}).Commands() {
		if !seen[c.Name()] && c.Name() != "help" && c.Name() != "completion" {
			t.Errorf("command %s has no script %s_<behaviour>.txtar", c.Name(), c.Name())
		}
	}
}
