package main

import (
	"fmt"
	"runtime/metrics"
	"time"

	"k8s.io/apimachinery/pkg/api/resource"
)

// guardInterval is how often the bounds are looked at.
const guardInterval = 50 * time.Millisecond

// guard starts to watch the process: CUE's evaluation cannot be cancelled, so
// when the deadline passes or memory runs over its bound, the process ends with
// a message and exit code 2. Every result is written whole at the end of a run,
// so nothing is left half-written.
func (e *env) guard() error {
	limit, err := resource.ParseQuantity(e.memory)
	if err != nil || limit.Sign() <= 0 {
		return fmt.Errorf("invalid --memory %q: it is a quantity such as 512Mi or 4Gi", e.memory)
	}
	if e.timeout <= 0 {
		return fmt.Errorf("invalid --timeout %s: it is a duration above zero, such as 30s", e.timeout)
	}
	deadline := time.Now().Add(e.timeout)
	go func() {
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		for ; ; time.Sleep(guardInterval) {
			metrics.Read(sample)
			switch {
			case sample[0].Value.Uint64() > uint64(limit.Value()):
				fmt.Fprintf(e.stderr, "podcue: gave up: more than %s of memory in use\nhelp: a template may grow without end; raise the bound with --memory\n", e.memory)
			case time.Now().After(deadline):
				fmt.Fprintf(e.stderr, "podcue: gave up after %s\nhelp: a template may not end; raise the deadline with --timeout\n", e.timeout)
			default:
				continue
			}
			e.exit(exitFailed)
		}
	}()
	return nil
}
