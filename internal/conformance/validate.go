package main

import (
	"encoding/json"

	"github.com/podcue/podcue/validation"
)

// A validateQuestion asks for the API server's verdict on an object.
type validateQuestion struct {
	Kind       string          `json:"kind"` // Pod or PodTemplate
	Object     json.RawMessage `json:"object"`
	Kubernetes string          `json:"kubernetes"` // the newest when absent
}

// A validateAnswer is the verdict. Its causes are sorted by field and message, and
// empty for an object that cannot be decoded.
type validateAnswer struct {
	Accepted bool            `json:"accepted"`
	Causes   []validateCause `json:"causes"`
	Warnings []string        `json:"warnings"`
}

type validateCause struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// answerValidate answers the op "validate".
func answerValidate(in []byte) (any, error) {
	var q validateQuestion
	if err := json.Unmarshal(in, &q); err != nil {
		return nil, err
	}
	v, err := validation.JSON(q.Kubernetes, q.Kind, q.Object)
	if err != nil {
		return nil, err
	}
	answer := validateAnswer{Accepted: v.Accepted(), Causes: []validateCause{}, Warnings: []string{}}
	for _, c := range v.Causes {
		answer.Causes = append(answer.Causes, validateCause{c.Field, c.Message})
	}
	for _, w := range v.Warnings {
		answer.Warnings = append(answer.Warnings, w.Text)
	}
	return answer, nil
}
