package compiler_test

import (
	"errors"
	"fmt"
	"log"

	"github.com/podcue/podcue/compiler"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/provenance"
)

func ExampleCompile() {
	program, err := compiler.Compile(&compiler.Config{Dir: ".."}, "./examples/sidecar")
	if err != nil {
		log.Fatal(err)
	}
	for _, module := range program.Modules {
		for _, pkg := range module.Packages {
			for _, task := range pkg.Tasks {
				template := task.Template
				fmt.Println(task.Name, "uses", template.Name, "of", template.Package)
				for _, c := range template.Pod.Spec.Containers {
					path := provenance.Path("spec.containers").Key(c.Name).Child("image")
					origin, _ := template.Fields().Winner(path)
					fmt.Println(path, c.Image, origin.Pos.Filename)
				}
			}
		}
	}
	// Output:
	// my-task-with-sidecar uses nginx of ./examples/sidecar
	// spec.containers[nginx-sidecar].image nginx:1.29 examples/sidecar/sidecar.cue
}

// What is wrong with the author's files comes back as findings; what is right
// compiles.
func ExampleCompile_findings() {
	overlay := map[string][]byte{
		"cue.mod/module.cue": []byte(`
module: "example.com/team"
language: version: "v0.15.0"
`),
		"team.cue": []byte(`
package team

templates: gpu: podSpec: containers: [{name: "main", imagePullPolicy: "Allways"}]
templates: cpu: podSpec: containers: [{name: "main"}]
`),
	}
	program, err := compiler.Compile(&compiler.Config{Dir: "/project", Overlay: overlay}, "./...")
	var found finding.List
	if !errors.As(err, &found) {
		log.Fatal(err)
	}
	for _, f := range found {
		fmt.Println(f)
		fmt.Println("help:", f.Help)
	}
	for _, t := range program.Modules[0].Packages[0].Templates {
		fmt.Println("compiled:", t.Name)
	}
	// Output:
	// team.cue:4:71: spec.containers[main].imagePullPolicy: must be one of Always, Never, IfNotPresent, not the string "Allways"; did you mean Always?
	// help: write "Always"
	// compiled: cpu
}
