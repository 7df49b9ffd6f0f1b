package cuerule

import (
	"fmt"
	"time"
)

// A failure says that a policy could not be evaluated, which is not that the pod
// is in order.
type failure struct {
	message string
	detail  string
	help    string
	err     error // CUE's own, with positions; nil when there is none
}

func (f *failure) Error() string { return f.message }

// within calls f and returns what became of it: nil, or that it crashed or did
// not end in time. CUE's evaluation cannot be cancelled, so f is then left to
// itself, and must not write to what others read.
func within(timeout time.Duration, f func()) *failure {
	done := make(chan *failure, 1)
	go func() {
		defer func() {
			if e := recover(); e != nil {
				done <- &failure{
					message: fmt.Sprintf("the evaluation crashed: %v", e),
					detail:  "The policy did not finish, so what it would have said is not known.",
					help:    "write the policy in another way, and report this as an error in the CUE evaluator",
				}
			}
		}()
		f()
		done <- nil
	}()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case failed := <-done:
		return failed
	case <-timer.C:
		return &failure{
			message: fmt.Sprintf("the evaluation did not end within %s", timeout),
			detail:  "The policy did not finish, so what it would have said is not known. It is not tried again in this run.",
			help:    "loops over loops grow fast: go through each list once, or say it with each and require",
		}
	}
}
