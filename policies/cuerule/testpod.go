package cuerule

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/encoding/yaml"
	corev1 "k8s.io/api/core/v1"
	sigsjson "sigs.k8s.io/json"

	"github.com/podcue/podcue/finding"
)

// caseFields are the fields that a case may have.
var caseFields = []string{"expect", "metadata", fieldParams, "pod", "primary", "spec"}

// decode reads the case, strictly.
func (c *testCase) decode() (*caseFile, error) {
	iter, err := c.value.Fields()
	if err != nil {
		return nil, fmt.Errorf("the case is no struct: %s", errorText(err))
	}
	for iter.Next() {
		name := iter.Selector().Unquoted()
		known := false
		for _, f := range caseFields {
			known = known || f == name
		}
		if !known || name == "expect" && !c.fails {
			return nil, fmt.Errorf("%s: field not allowed%s", name, finding.DidYouMean(name, caseFields))
		}
	}
	data, err := c.value.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("the case is not complete: %s", errorText(err))
	}
	file := &caseFile{}
	if err := strict(data, file); err != nil {
		return nil, err
	}
	return file, nil
}

// strict decodes data into v and refuses fields that v does not have.
func strict(data []byte, v any) error {
	unknown, err := sigsjson.UnmarshalStrict(data, v)
	if err == nil && len(unknown) > 0 {
		err = unknown[0]
	}
	return err
}

// pod returns the pod of the case, completed: containers without a name get one.
func (c *testCase) pod(file *caseFile) (*corev1.PodTemplateSpec, error) {
	pod := &corev1.PodTemplateSpec{}
	switch {
	case file.Pod != "" && (file.Spec != nil || file.Metadata != nil):
		return nil, fmt.Errorf("the case has both pod and metadata or spec")
	case file.Pod != "":
		data, err := c.manifest(file.Pod)
		if err != nil {
			return nil, fmt.Errorf("pod %s: %w", file.Pod, err)
		}
		if err := strict(data, pod); err != nil {
			return nil, fmt.Errorf("pod %s: %w", file.Pod, err)
		}
	default:
		for _, part := range []struct {
			name string
			data json.RawMessage
			to   any
		}{{"metadata", file.Metadata, &pod.ObjectMeta}, {"spec", file.Spec, &pod.Spec}} {
			if part.data == nil {
				continue
			}
			if err := strict(part.data, part.to); err != nil {
				return nil, fmt.Errorf("%s: %w", part.name, err)
			}
		}
	}
	name(pod.Spec.InitContainers, "init")
	name(pod.Spec.Containers, "primary")
	return pod, nil
}

// name names the containers that have no name: the first is called first.
func name(containers []corev1.Container, first string) {
	for i := range containers {
		switch c := &containers[i]; {
		case c.Name != "":
		case i == 0:
			c.Name = first
		default:
			c.Name = fmt.Sprintf("%s-%d", first, i)
		}
	}
}

// manifest returns metadata and spec of the pod in the manifest called name,
// which stands beside the policies, as JSON.
func (c *testCase) manifest(name string) ([]byte, error) {
	if filepath.IsAbs(name) || strings.HasPrefix(filepath.ToSlash(filepath.Clean(name)), "..") {
		return nil, fmt.Errorf("it leads out of the package")
	}
	data, err := os.ReadFile(filepath.Join(c.rule.pkg.inst.Dir, filepath.FromSlash(name)))
	if err != nil {
		return nil, fmt.Errorf("it cannot be read")
	}
	file, err := yaml.Extract(name, data)
	if err != nil {
		return nil, fmt.Errorf("%s", errorText(err))
	}
	v := c.rule.pkg.eval.ctx.BuildFile(file)
	for _, at := range []string{"spec.jobTemplate.spec.template", "spec.template", "template"} {
		if t := v.LookupPath(cue.ParsePath(at)); t.Exists() {
			v = t
			break
		}
	}
	var object map[string]json.RawMessage
	if data, err = v.MarshalJSON(); err != nil {
		return nil, fmt.Errorf("%s", errorText(err))
	}
	if err := json.Unmarshal(data, &object); err != nil {
		return nil, fmt.Errorf("it is not an object")
	}
	for _, other := range []string{"apiVersion", "kind", "status"} {
		delete(object, other)
	}
	return json.Marshal(object)
}
