package main

import (
	"os"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/merge/flyte"
)

func (e *env) readBaseFile(p *platform, name string) (finding.List, error) {
	data, err := os.ReadFile(e.path(name))
	if err != nil {
		return nil, err
	}
	t := &corev1.PodTemplate{}
	if err := yaml.UnmarshalStrict(data, t); err != nil {
		return nil, err
	}
	p.bases = append(p.bases, flyte.BaseTemplate{PodTemplate: t})
	return nil, nil
}

func (j *judge) judgeManifests(p *project) (int, error) { return 0, nil }

func (e *env) manifestSide(name string) (*side, error) { return nil, nil }
