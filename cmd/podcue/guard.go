package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/metrics"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
)

// guardInterval is how often the bounds are looked at.
const guardInterval = 50 * time.Millisecond

// largeHeap is from how many bytes in use on a run is frugal with memory.
const largeHeap = 256 << 20

// guard watches the process until the run ends: CUE's evaluation cannot be
// cancelled, so when the deadline passes or memory runs over its bound, the
// process ends with a message and exit code 2. Every result is written whole at
// the end of a run, so nothing is left half-written.
func (e *env) guard() error {
	limit, err := resource.ParseQuantity(e.memory)
	if err != nil || limit.Sign() <= 0 {
		return fmt.Errorf("invalid --memory %q: it is a quantity such as 512Mi or 4Gi", e.memory)
	}
	if e.timeout <= 0 {
		return fmt.Errorf("invalid --timeout %s: it is a duration above zero, such as 30s", e.timeout)
	}
	deadline := time.Now().Add(e.timeout)
	frugal := e.frugal
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		tick := time.NewTicker(guardInterval)
		defer tick.Stop()
		for {
			select {
			case <-e.done:
				return
			case <-tick.C:
			}
			metrics.Read(sample)
			inUse := sample[0].Value.Uint64()
			if inUse > largeHeap && frugal != nil {
				frugal()
				frugal = nil
			}
			switch {
			case inUse > uint64(limit.Value()):
				fmt.Fprintf(e.stderr, "podcue: gave up: more than %s of memory in use\nhelp: a template may grow without end; raise the bound with --memory\n", e.memory)
			case time.Now().After(deadline):
				fmt.Fprintf(e.stderr, "podcue: gave up after %s\nhelp: a template may not end; raise the deadline with --timeout\n", e.timeout)
			default:
				continue
			}
			e.scratch.remove()
			e.exit(exitFailed)
			return
		}
	}()
	return nil
}

// scratch are the temporary directories of a run, which go with it however it
// ends. The zero value is ready, nil too.
type scratch struct {
	mu   sync.Mutex
	dirs []string
}

// dir makes a temporary directory. It is named by its real path: the compiler
// refuses files that are reached through links.
func (s *scratch) dir() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	dir, err := os.MkdirTemp("", "podcue-")
	if err != nil {
		return "", err
	}
	s.dirs = append(s.dirs, dir)
	return filepath.EvalSymlinks(dir)
}

// remove removes all of them. Nobody is told if that fails: the run ends.
func (s *scratch) remove() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, dir := range s.dirs {
		_ = os.RemoveAll(dir)
	}
	s.dirs = nil
}
