// Podcue compiles PodTemplates authored in CUE into the exact Pods that a
// cluster will run, says where every field came from, and refuses what the API
// server or a policy would refuse.
//
// Run "podcue help" for its commands.
package main

import (
	"os"
	"runtime/debug"
	"time"
)

// How much garbage there may be beside what is in use, in percent of that. A small
// heap trades memory for time: a run is short, and most of what it allocates lives
// until its end. With a large one that would be gigabytes.
const (
	gcPercent       = 300
	frugalGCPercent = 100
)

// main is the only place that touches the process: its arguments, its standard
// streams, its working directory and its exit code.
func main() {
	frugal := func() {}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
		frugal = func() { debug.SetGCPercent(frugalGCPercent) }
	}
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	os.Exit(run(&env{
		dir:      dir,
		stdin:    os.Stdin,
		stdout:   os.Stdout,
		stderr:   os.Stderr,
		getenv:   os.Getenv,
		exit:     os.Exit,
		frugal:   frugal,
		terminal: isTerminal(os.Stdout),
		now:      time.Now,
	}, os.Args[1:]))
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
