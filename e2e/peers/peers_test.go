//go:build unix

package peers

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"syscall"
	"testing"
)

// BenchmarkKubeScore measures podcue vet -f and kube-score score, the whole
// processes, on the same 1,000 manifests in turns, so that what else the machine
// does hits both: on manifests that podcue has nothing against, and on others in
// which it finds 2,000 errors.
//
// NAME-cpu-ms is the median of the user and system time of the processes,
// NAME-peak-MiB that of their peaks of resident memory, and podcue/kube-score is
// the median ratio of the two times of one turn.
func BenchmarkKubeScore(b *testing.B) {
	podcue := build(b, "../..", "./cmd/podcue")
	kubeScore := build(b, ".", "github.com/zegl/kube-score/cmd/kube-score")
	const n = 1000
	for _, input := range []struct {
		name, says string // what podcue says in the end
		sound      bool
	}{
		{"findings=0", "no findings; 1000 checked\n", true},
		{"findings=2000", "2000 errors; 1000 checked\n", false},
	} {
		b.Run(input.name, func(b *testing.B) {
			files := manifests(b, n, input.sound)
			own := []string{podcue, "vet", "-f", filepath.Dir(files[0])}
			peer := append([]string{kubeScore, "score"}, files...)
			if out, _ := run(b, own); !bytes.HasSuffix(out, []byte(input.says)) {
				b.Fatalf("podcue did not say %q:\n%s", input.says, out[:min(len(out), 2000)])
			}
			if out, _ := run(b, peer); bytes.Count(out, []byte("apps/v1/Deployment")) != n {
				b.Fatalf("kube-score did not check %d manifests:\n%s", n, out[:min(len(out), 2000)])
			}
			var ownCPU, peerCPU, ratio, ownPeak, peerPeak []float64
			for b.Loop() {
				_, o := run(b, own)
				_, p := run(b, peer)
				ownCPU, peerCPU, ratio = append(ownCPU, o.cpu), append(peerCPU, p.cpu), append(ratio, o.cpu/p.cpu)
				ownPeak, peerPeak = append(ownPeak, o.peak), append(peerPeak, p.peak)
			}
			b.ReportMetric(median(ownCPU), "podcue-cpu-ms")
			b.ReportMetric(median(peerCPU), "kube-score-cpu-ms")
			b.ReportMetric(median(ratio), "podcue/kube-score")
			b.ReportMetric(median(ownPeak), "podcue-peak-MiB")
			b.ReportMetric(median(peerPeak), "kube-score-peak-MiB")
		})
	}
}

// usage is what one run of a process took: milliseconds and MiB.
type usage struct{ cpu, peak float64 }

// run runs a program, which may exit with 1 for what it found, and returns what
// it printed and used.
func run(b *testing.B, args []string) ([]byte, usage) {
	b.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		b.Fatalf("%s: %v\n%s", args[0], err, out)
	}
	state := cmd.ProcessState
	kib := float64(state.SysUsage().(*syscall.Rusage).Maxrss)
	if runtime.GOOS == "darwin" {
		kib /= 1 << 10 // it counts bytes
	}
	return out, usage{float64((state.UserTime() + state.SystemTime()).Microseconds()) / 1e3, kib / (1 << 10)}
}

func median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}

// build builds the command pkg as a release is: podcue from the checkout, another
// tool from go.mod. The file is a copy, as an installed one is: of a file that the
// linker has just written, Linux counts some megabytes more as resident.
func build(b *testing.B, dir, pkg string) string {
	b.Helper()
	linked := filepath.Join(b.TempDir(), filepath.Base(pkg))
	cmd := exec.Command("go", "build", "-ldflags=-s -w", "-o", linked, pkg)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("go build %s: %v\n%s", pkg, err, out)
	}
	dir = b.TempDir()
	// It never is in memory as a whole: a process starts with the peak of its parent.
	if err := os.CopyFS(dir, os.DirFS(filepath.Dir(linked))); err != nil {
		b.Fatal(err)
	}
	return filepath.Join(dir, filepath.Base(linked))
}
