package flytecases

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/podcue/podcue/merge/flyte"
)

func answerSerializePodSpec(_ *flyte.Profile, in []byte) (any, error) {
	var q struct {
		PodTemplate struct {
			PodSpec              json.RawMessage
			PrimaryContainerName *string
		}
		Container struct {
			Image            string
			Command, Args    []string
			Env              orderedEnv
			Requests, Limits numbers
		}
		ImageConfig flyte.ImageConfig
	}
	if err := json.Unmarshal(in, &q); err != nil {
		return nil, err
	}
	r := flyte.Registration{
		PrimaryContainerName: flyte.DefaultPrimaryContainer,
		Container: flyte.RegisteredContainer{
			Image: q.Container.Image, Command: q.Container.Command, Args: q.Container.Args, Env: q.Container.Env,
			Requests: q.Container.Requests, Limits: q.Container.Limits,
		},
		Images: q.ImageConfig,
	}
	if q.PodTemplate.PrimaryContainerName != nil {
		r.PrimaryContainerName = *q.PodTemplate.PrimaryContainerName
	}
	spec, err := r.Serialize()
	if q.PodTemplate.PodSpec != nil {
		if r.PodSpec, err = flyte.PythonClientPodSpec(q.PodTemplate.PodSpec); err == nil {
			spec, err = r.Serialize()
		}
	}
	var refused *flyte.Error
	if errors.As(err, &refused) {
		return map[string]any{"error": refused.Message, "type": refused.Code}, nil
	}
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"podSpec": spec, "mutated": false,
		"config": map[string]string{"primary_container_name": r.PrimaryContainerName},
	}, nil
}

// orderedEnv is an object of variables, in the order in which they are written.
type orderedEnv []flyte.KeyValue

func (e *orderedEnv) UnmarshalJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	start, err := d.Token()
	if err != nil || start == nil {
		return err
	}
	if start != json.Delim('{') {
		return fmt.Errorf("env is %v, not an object", start)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		var value string
		if err := d.Decode(&value); err != nil {
			return err
		}
		*e = append(*e, flyte.KeyValue{Key: key.(string), Value: value}) // a key is a string
	}
	return nil
}

// numbers is an object whose numbers are kept as they are written.
type numbers map[string]any

func (n *numbers) UnmarshalJSON(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		return err
	}
	*n = m
	return nil
}
