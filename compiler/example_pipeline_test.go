package compiler_test

import (
	"fmt"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"

	"github.com/podcue/podcue/compiler"
	"github.com/podcue/podcue/finding"
	"github.com/podcue/podcue/merge/flyte"
	"github.com/podcue/podcue/policies"
	"github.com/podcue/podcue/provenance"
)

// From CUE to findings about the final Pod, without the command: compile, merge,
// check.
func Example_pipeline() {
	dir, err := filepath.Abs("..")
	if err != nil {
		fmt.Println(err)
		return
	}
	program, err := compiler.Compile(&compiler.Config{Dir: dir}, "./examples/hostpath")
	if err != nil {
		fmt.Println(err)
		return
	}
	task := program.Modules[0].Packages[0].Tasks[0]
	out, err := flyte.V2.BuildAuthored(task.JSON, task.Fields(), &flyte.AuthoredTemplate{
		Name: task.Template.Name, PrimaryContainerName: task.Template.PrimaryContainerName,
		Pod: &task.Template.Pod, Fields: task.Template.Fields(),
	}, flyte.Platform{})
	if err != nil {
		fmt.Println(err)
		return
	}
	set, err := policies.Select(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	found := policies.Check(&policies.Subject{
		Object: finding.Object{Kind: "Task", Name: task.Name, Stage: finding.StageFinal},
		Pod:    &corev1.PodTemplateSpec{ObjectMeta: out.Pod.ObjectMeta, Spec: out.Pod.Spec},
		Fields: func() provenance.Map { return out.Fields },
	}, set)
	for _, f := range found {
		fmt.Println(f)
	}
	// Output:
	// examples/hostpath/hostpath.cue:15:4: spec.volumes[host-data].hostPath: volume host-data mounts the node's directory /mnt/data
	// examples/hostpath/hostpath.cue:26:19: spec.containers[flytekit-container].volumeMounts[/app/data]: container flytekit-container mounts hostPath /mnt/data writable at /app/data
}
