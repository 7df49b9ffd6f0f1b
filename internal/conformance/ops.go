package main

import (
	"github.com/podcue/podcue/internal/flytecases"
)

// An op answers one kind of question.
type op struct {
	name   string
	answer func(in []byte) (any, error)
}

// ops is sorted by name. To add one, write its function in a file of its own and
// a line here.
var ops = []op{
	{"action", flytecases.Answer},
	{"config", flytecases.Answer},
	{"merge_base", flytecases.Answer},
	{"merge_base_repeat", flytecases.Answer},
	{"merge_meta", flytecases.Answer},
	{"overlay", flytecases.Answer},
	{"pod", flytecases.Answer},
	{"pod_seq", flytecases.Answer},
	{"policies", answerPolicies},
	{"sched", flytecases.Answer},
	{"serialize_pod_spec", flytecases.Answer},
	{"validate", answerValidate},
}
