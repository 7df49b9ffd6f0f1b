// Package flytecases answers the questions of the recorded Flyte cases with the
// public functions of merge/flyte: one function per op, JSON in, JSON-ready value
// out. The conformance program and the tests of merge/flyte share it; it decides
// nothing itself.
//
// The shapes of questions and answers are those of the case files: the member
// "op" selects the function, "profile" (flyte@v2 when absent) the Flyte version.
package flytecases

import (
	"encoding/json"
	"fmt"

	"github.com/podcue/podcue/merge/flyte"
)

// An Op answers one kind of question.
type Op struct {
	Name   string
	Answer func(p *flyte.Profile, in []byte) (any, error)
}

// ops is sorted by name.
var ops = []Op{
	{"action", answerAction},
	{"config", answerConfig},
	{"merge_base", answerMergeBase},
	{"merge_base_repeat", answerMergeBaseRepeat},
	{"merge_meta", answerMergeMeta},
	{"overlay", answerOverlay},
	{"pod", answerPod},
	{"pod_seq", answerPodSeq},
	{"sched", answerSched},
	{"serialize_pod_spec", answerSerializePodSpec},
}

// Ops returns all ops, sorted by name.
func Ops() []Op { return append([]Op(nil), ops...) }

// Answer answers in, a question of one of the ops. An error means that the
// question cannot be understood; what Flyte refuses is an answer with an error
// member.
func Answer(in []byte) (any, error) {
	var q struct {
		Op      string `json:"op"`
		Profile string `json:"profile"`
	}
	if err := json.Unmarshal(in, &q); err != nil {
		return nil, err
	}
	p := flyte.V2
	if q.Profile != "" {
		var err error
		if p, err = flyte.Lookup(q.Profile); err != nil {
			return nil, err
		}
	}
	for _, op := range ops {
		if op.Name == q.Op {
			return op.Answer(p, in)
		}
	}
	return nil, fmt.Errorf("unknown op %q", q.Op)
}

// refusal is the answer to what Flyte refuses.
func refusal(err error) map[string]any { return map[string]any{"error": err.Error()} }
