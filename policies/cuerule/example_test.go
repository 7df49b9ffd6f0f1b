package cuerule_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/policies/cuerule"
)

// A program loads policies that are written in CUE, sets a parameter, and runs
// them beside the built-in ones.
func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	files := cuerule.Config{Dir: dir, Overlay: map[string][]byte{
		filepath.Join(dir, "cue.mod/module.cue"): []byte("module: \"example.com/project\"\nlanguage: version: \"v0.15.0\"\n"),
		filepath.Join(dir, "policies/few.cue"): []byte(`package policies

import "github.com/podcue/podcue/schema"

policies: [_]: schema.#Policy
policies: "few-containers": {
	severity: "warning"
	params: max: int | *1
	deny: [if len(input.containers) > params.max {message: "\(len(input.containers)) containers, and \(params.max) are allowed"}]
}
input: schema.#PolicyInput
`),
	}}
	rules, err := cuerule.Load(&files, "./policies")
	if err != nil {
		log.Fatal(err)
	}
	set, err := policies.Select(&policies.Selection{
		Policies: rules.Policies(),
		Config:   []byte(`{"few-containers": {"params": {"max": 2}}}`),
	})
	if err != nil {
		log.Fatal(err)
	}
	pod := &corev1.PodTemplateSpec{}
	for _, name := range []string{"main", "log", "mesh"} {
		pod.Spec.Containers = append(pod.Spec.Containers, corev1.Container{Name: name, Image: "ghcr.io/acme/" + name + ":1"})
	}
	for _, f := range policies.Check(&policies.Subject{Object: finding.Object{Kind: "Pod", Name: "p"}, Pod: pod}, set) {
		if f.ID == "few-containers" {
			fmt.Println(f.Severity, f.Message, f.Position())
		}
	}
	// Output: warning 3 containers, and 2 are allowed policies/few.cue:6:11
}
