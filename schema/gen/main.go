// Gen writes the generated part of the schema: the closure of
// corev1.PodTemplateSpec as the linked k8s.io/api has it, and the settings of
// the built-in policies.
//
// The types come by reflection, so they are exactly those that podcue decodes
// into. What reflection does not see comes from elsewhere: the documentation from
// the SwaggerDoc methods, the values of enumerations and the +optional markers
// from the Go source of the linked modules, and the constraints that CUE carries
// well from the table in constraints.go. No default of Kubernetes goes into the
// schema: what an author did not write stays unset.
package main

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/policies"
)

func main() {
	dir := flag.String("dir", ".", "the folder to write the files to")
	flag.Parse()
	if err := run(*dir); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(dir string) error {
	files, err := generate()
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := os.WriteFile(filepath.Join(dir, name), files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// generate returns the generated files by name.
func generate() (map[string][]byte, error) {
	src, err := readSource(packagePaths...)
	if err != nil {
		return nil, err
	}
	types, err := closure(reflect.TypeFor[corev1.PodTemplateSpec](), src)
	if err != nil {
		return nil, err
	}
	if err := checkConstraints(types); err != nil {
		return nil, err
	}
	kubernetes, err := kubernetesFile(types, src)
	if err != nil {
		return nil, err
	}
	settings, err := policiesFile(policies.Definitions())
	if err != nil {
		return nil, err
	}
	return map[string][]byte{"kubernetes.cue": kubernetes, "policies.cue": settings}, nil
}
