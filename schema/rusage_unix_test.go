//go:build unix

package schema_test

import (
	"os"
	"runtime"
	"syscall"
)

// peakMB returns the peak memory of a process that has ended, 0 if it is unknown.
func peakMB(p *os.ProcessState) float64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return float64(usage.Maxrss) / (1 << 20) // bytes; kilobytes elsewhere
	}
	return float64(usage.Maxrss) / (1 << 10)
}
