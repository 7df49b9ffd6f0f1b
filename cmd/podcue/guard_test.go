package main

import (
	"os"
	"testing"
)

// A run that gives up leaves no temporary directory behind.
func TestScratch(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	s := &scratch{}
	for range 2 {
		dir, err := s.dir()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(dir+"/file", nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.remove()
	left, err := os.ReadDir(os.TempDir())
	if err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
	s.remove() // again is nothing
}
