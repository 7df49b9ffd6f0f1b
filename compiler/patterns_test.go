package compiler_test

import (
	"strings"
	"testing"

	"github.com/podcue/podcue/compiler"
)

// Patterns are those of the go command.
func TestPatterns(t *testing.T) {
	t.Parallel()
	const template = "\n\ntemplates: gpu: podSpec: containers: [{name: \"main\"}]\n"
	files := map[string]string{
		"cue.mod/module.cue":        moduleFile,
		"podcue.cue":                "package podcue\n",
		"train/train.cue":           "package train" + template,
		"train/deep/deep.cue":       "package deep" + template,
		"train/lib/lib.cue":         "package lib\n\n#A: 1\n",
		"train/testdata/x/x.cue":    "package x" + template,
		"train/_old/old.cue":        "package old" + template,
		"train/.hidden/h.cue":       "package h" + template,
		"train/train_tool.cue":      "package train\n\nimport \"tool/cli\"\n",
		"train/notes.txt":           "no CUE",
		"policies/policies.cue":     "package policies\n\npolicies: \"a\": severity: \"error\"\n",
		"two/a.cue":                 "package a" + template,
		"two/b.cue":                 "package b" + template,
		"cue.mod/usr/x.io/y/y.cue":  "package y" + template,
		"elsewhere/cue.mod/readme":  "no module file",
		"elsewhere/sub/package.cue": "package sub" + template,
	}
	dir := write(t, files)
	for _, test := range []struct {
		patterns string
		want     string // the packages, or the error
	}{
		{"./train", "./train"},
		{"train", "./train"},
		{"./train/", "./train"},
		{"./train/...", "./train ./train/deep"},
		{"./train ./train/...", "./train ./train/deep"},
		{"./train/lib", "./train/lib"}, // named: the caller may say that it is empty
		{"./train/testdata/...", "./train/testdata/x"},
		{"example.com/team/train/deep", "./train/deep"},
		{"example.com/team/train/...", "./train ./train/deep"},
		{"./two:a", "./two:a"},
		{"./two:b ./two:a", "./two:a ./two:b"},
		{"./two:c", "there is no package c in ./two: its files are of a, b"},
		{"./policies/...", ""},
		{".", ""}, // the platform alone
		{"./trai", "there is no directory ./trai; did you mean ./train?"},
		{"./train/train.cue", "./train/train.cue is a file, and podcue works on packages: name its folder, ./train"},
		{"./tr...", `pattern "./tr...": "..." is a path element of its own, as in ./tr/... with a slash before it`},
		{"./.../deep", `pattern "./.../deep": "..." may only stand at the end`},
		{"./cue.mod/usr/x.io/y", "./cue.mod/usr/x.io/y is inside a cue.mod folder, which holds dependencies"},
		{"./train/_old/none/...", "there is no directory ./train/_old/none"},
	} {
		p, err := compiler.Compile(&compiler.Config{Dir: dir}, strings.Fields(test.patterns)...)
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			var paths []string
			for _, m := range p.Modules {
				for _, pkg := range m.Packages {
					paths = append(paths, pkg.Path)
				}
			}
			got = strings.Join(paths, " ")
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", test.patterns, got, test.want)
		}
	}
	if _, err := compiler.Compile(&compiler.Config{Dir: dir}, "./elsewhere/..."); err == nil || !strings.Contains(err.Error(), "module.cue") {
		t.Errorf("got %v", err)
	}
}
