package flyte

import (
	"fmt"

	"github.com/podcue/podcue/provenance"
)

// A Stage says which call of Flyte's failed.
type Stage string

// The stages of building a Pod.
const (
	StagePodSpec Stage = "ToK8sPodSpec"  // the pod spec that every task plugin uses
	StagePod     Stage = "BuildResource" // the pod plugin and the plugin manager
	StageConfig  Stage = "config"        // reading the configuration
	StageInput   Stage = "input"         // reading the task or the execution
	// StageRegistration is step 0, flytekit: the Code is the class of the exception.
	StageRegistration Stage = "registration"
)

// IDRefused is the id of a finding about an [Error].
const IDRefused = "merge-refused"

// BadTaskSpecification is Flyte's code for a task that cannot become a Pod.
const BadTaskSpecification = "BadTaskSpecification"

// An Error is a refusal of Flyte's to build a Pod, in its own words as far as
// they are known.
type Error struct {
	Stage   Stage
	Code    string // BadTaskSpecification, or "" where Flyte gives none
	Message string
	// Origins are what the refusal is about: the field of the task, execution or
	// template; the deciding one first. Empty without provenance.
	Origins []provenance.Origin
	// Err is the underlying error, if there is one; its text is in Message.
	Err error
}

// Error returns Flyte's text: "[BadTaskSpecification] message".
func (e *Error) Error() string {
	if e.Code == "" {
		return e.Message
	}
	return "[" + e.Code + "] " + e.Message
}

// Unwrap returns the underlying error.
func (e *Error) Unwrap() error { return e.Err }

// badTask is the refusal of a task because of what stands at about.
func badTask(about *provenance.Tree, format string, args ...any) *Error {
	return &Error{Code: BadTaskSpecification, Message: fmt.Sprintf(format, args...), Origins: anyOrigins(about)}
}

// plainError is a refusal without a code.
func plainError(about *provenance.Tree, message string, err error) *Error {
	return &Error{Message: message, Origins: anyOrigins(about), Err: err}
}

// anyOrigins returns the origins of t, or of the first node below it that has
// any, the deciding one first.
func anyOrigins(t *provenance.Tree) []provenance.Origin {
	var found []provenance.Origin
	t.Walk(func(n *provenance.Tree) bool {
		found = n.Origins()
		return len(found) == 0
	})
	out := make([]provenance.Origin, 0, len(found))
	for i := len(found) - 1; i >= 0; i-- {
		out = append(out, found[i])
	}
	return out
}
