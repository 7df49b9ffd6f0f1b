package cuerule_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/podcue/podcue/policies/cuerule"
)

// The packages in the documentation of the language load, and their cases pass.
func TestDocs(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../docs/policy-language.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(data), "```cue\n")[1:]
	if len(blocks) == 0 {
		t.Fatal("there are no examples")
	}
	for i, block := range blocks {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			source, _, _ := strings.Cut(block, "```")
			dir := t.TempDir()
			write(t, filepath.Join(dir, "cue.mod/module.cue"), []byte("module: \"example.com/project\"\nlanguage: version: \"v0.15.0\"\n"))
			write(t, filepath.Join(dir, "policies/p.cue"), []byte(source))
			rules, err := cuerule.Load(&cuerule.Config{Dir: dir}, "./policies")
			if err != nil {
				t.Fatalf("%v\n%s", err, source)
			}
			if len(rules.Rules()) == 0 {
				t.Error("there is no policy")
			}
			for _, test := range rules.Test() {
				for _, c := range test.Cases {
					for _, problem := range c.Problems {
						t.Errorf("%s: %s: %s", c.Pos, c.Name, problem)
					}
				}
			}
		})
	}
}
