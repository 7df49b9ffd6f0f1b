package validation_test

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// start runs this test program without a test and returns how much CPU time that
// took, and what the runtime says of the packages' initialisation.
func start(t testing.TB) (time.Duration, []byte) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.run=^$")
	cmd.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), out
}

// TestNothingAtStart holds that a program that links the package and does not use
// it pays for the initialisation of Kubernetes' packages only: the scheme, the
// gates and the tables of this one wait for the first verdict.
func TestNothingAtStart(t *testing.T) {
	t.Parallel()
	_, out := start(t)
	if !regexp.MustCompile(`(?m)^init k8s\.io/kubernetes/pkg/features @`).Match(out) {
		t.Fatalf("no trace of initialisation:\n%s", out)
	}
	m := regexp.MustCompile(`(?m)^init github\.com/podcue/podcue/validation @.* (\d+) bytes, \d+ allocs$`).FindSubmatch(out)
	if m == nil {
		return // nothing to initialise at all
	}
	if bytes, err := strconv.Atoi(string(m[1])); err != nil || bytes > 4096 {
		t.Errorf("initialising the package allocates: %s", m[0])
	}
}

// BenchmarkStart is the CPU time of a process that links the package: at most
// 20 ms on a machine that has nothing else to do.
func BenchmarkStart(b *testing.B) {
	least := time.Hour
	for b.Loop() {
		cpu, _ := start(b)
		least = min(least, cpu)
	}
	b.ReportMetric(float64(least.Microseconds())/1000, "least-cpu-ms")
}
