package compiler_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/podcue/podcue/compiler"
	"github.com/podcue/podcue/finding"
)

// FuzzCompile compiles one file that may be anything. Whatever it is, the
// outcome is a program, findings or an error, within the deadline; every finding
// has a severity, a message of one line, and help; and nothing of CUE's noise.
func FuzzCompile(f *testing.F) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range archives {
		ar, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range ar.Files {
			if strings.HasSuffix(file.Name, ".cue") && !strings.HasPrefix(file.Name, "cue.mod/") {
				f.Add(file.Data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 4096 {
			return // large values are slow, and no different
		}
		cfg := &compiler.Config{Dir: "/project", Timeout: time.Minute, Overlay: map[string][]byte{
			"cue.mod/module.cue": []byte(moduleFile), "team.cue": data,
		}}
		p, err := compiler.Compile(cfg, "./...")
		var list finding.List
		if !errors.As(err, &list) {
			return // it could not run, or did not end in time: an answer, too
		}
		for _, found := range list {
			checkFinding(t, found)
		}
		if p == nil {
			t.Error("findings without a program")
		}
	})
}

// checkFinding holds what every finding of the compiler promises.
func checkFinding(t *testing.T, f finding.Finding) {
	t.Helper()
	switch {
	case f.Severity == 0, f.Object.Kind == "", f.Message == "", f.Help == "":
		t.Errorf("incomplete: %+v", f)
	case strings.ContainsAny(f.Message, "\n\r"), strings.HasSuffix(f.Message, "."):
		t.Errorf("not one line without a period: %q", f.Message)
	case strings.Contains(f.Message, "empty disjunction"), strings.Contains(f.Message, "podcue.module"):
		t.Errorf("noise: %q", f.Message)
	case strings.HasPrefix(string(f.Path), "#"):
		t.Errorf("path into a definition: %q", f.Path)
	case !f.Position().IsValid() && f.ID == finding.IDSchema:
		t.Errorf("no position: %+v", f)
	}
}
